from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

_VARIABLE = "CUSTOMER_GRAPH_DATA"
# Customers' data and passwords are in it: nobody but the owner looks inside.
_OWNER_ONLY = 0o700


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Everything that one stack keeps. To move or save a stack is to copy this folder while it is stopped."""

    path: Path

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> DataFolder:
        named = environment.get(_VARIABLE, "")
        path = Path(named).expanduser() if named else platformdirs.user_data_path("customer-graph", appauthor=False)
        return cls(path.absolute())

    def create(self) -> None:
        """Makes it, or closes one that others could look into. Raises OSError where that is not allowed."""
        self.path.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
        if self.open_to_others():
            self.path.chmod(_OWNER_ONLY)
        for folder in (self.neo4j, self.redis, self.mailbox, self.logs, self.run, self.secrets):
            folder.mkdir(mode=_OWNER_ONLY, exist_ok=True)

    def open_to_others(self) -> bool:
        return bool(stat.S_IMODE(self.path.stat().st_mode) & ~_OWNER_ONLY)

    @property
    def neo4j(self) -> Path:
        return self.path / "neo4j"

    @property
    def redis(self) -> Path:
        return self.path / "redis"

    @property
    def mailbox(self) -> Path:
        return self.path / "mailbox"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def run(self) -> Path:
        """The process ids of the children."""
        return self.path / "run"

    @property
    def secrets(self) -> Path:
        return self.path / "secrets"

    @property
    def lock_file(self) -> Path:
        return self.path / "up.lock"

    @property
    def ports_file(self) -> Path:
        return self.path / "ports.json"

    @property
    def running_file(self) -> Path:
        return self.path / "stack.json"
