from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dispatch.settings import public_url
from gateway.stack.cache_folder import cache_folder
from gateway.stack.data_folder import DataFolder
from gateway.stack.memory import Memory
from gateway.stack.ports import free_port
from graph.identifying.rules import IdentifierRules

_HIGHEST_PORT = 65_535
# Listening on all addresses includes this one.
_EVERYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104  # Compared with, never listened on by default.


@dataclass(frozen=True, slots=True)
class UpSettings:
    """What `up` is told by its environment. `given` is that environment itself; the parts read the rest from it."""

    data: DataFolder
    cache: Path
    host: str
    port: int
    memory: Memory
    given: Mapping[str, str]
    demo: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], *, demo: bool = False) -> UpSettings:
        """Raises ValueError that names the variable which is wrong."""
        # The parts read these by themselves, and would fail one after the other.
        IdentifierRules.from_environment(environment)
        public_url(environment)
        return cls(
            data=DataFolder.from_environment(environment),
            cache=cache_folder(environment),
            host=environment.get("HOST", "") or "127.0.0.1",
            port=_port(environment.get("PORT", "") or "8000"),
            memory=Memory.from_environment(environment),
            given=environment,
            demo=demo,
        )

    @property
    def near_host(self) -> str:
        """Where this machine itself reaches the gateway."""
        return "127.0.0.1" if self.host in _EVERYWHERE else self.host

    @property
    def url(self) -> str:
        host = f"[{self.near_host}]" if ":" in self.near_host else self.near_host
        return f"http://{host}:{self.port}"

    def given_value(self, name: str) -> str:
        """Empty where it is not set: an empty variable counts as none."""
        return self.given.get(name, "")


def _port(text: str) -> int:
    """0 means any that is free."""
    if not text.isdecimal() or int(text) > _HIGHEST_PORT:
        raise ValueError(f"PORT must be a number from 0 to {_HIGHEST_PORT}, not {text!r}")
    return int(text) or free_port()
