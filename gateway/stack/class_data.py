from __future__ import annotations

import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from gateway.stack.java import Java, flags
from gateway.stack.plain_environment import plain_environment

_DUMP_TIMEOUT_S = 120


@dataclass(frozen=True, slots=True)
class ClassData:
    """Two archives of parsed classes, the runtime's and Neo4j's: a start takes 3.1 s with them and 4.8 s without.

    They hold for one runtime and one class path, which is why both stand in the folder's name.
    """

    folder: Path

    @classmethod
    def of(cls, java: Java, jars_folder: Path) -> ClassData:
        return cls(jars_folder / f"class-data-{java.fingerprint()}")

    @property
    def base(self) -> Path:
        return self.folder / "base.jsa"

    @property
    def dynamic(self) -> Path:
        return self.folder / "neo4j.jsa"

    def exists(self) -> bool:
        return self.dynamic.exists() and self.base.exists()

    def flags(self) -> tuple[str, ...]:
        """For the java command. Without archives, or with some that do not fit, Java starts all the same, slower."""
        if not self.exists():
            return ()
        return (f"-XX:SharedArchiveFile={self.base}:{self.dynamic}", "-Xlog:cds=off", "-Xlog:cds+dynamic=off")

    async def make(self, java: Java, train: Callable[[tuple[str, ...]], Awaitable[None]]) -> None:
        """`train` runs the server once with the flags it is given and stops it cleanly: then Java writes.

        The caller holds the cache's lock. Raises OSError or CalledProcessError where Java refuses.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        # The second archive remembers the first by its path, so the first is made where it stays.
        _dump_base(java, self.base)
        unfinished = self.folder / "unfinished.jsa"
        unfinished.unlink(missing_ok=True)
        await train((f"-XX:SharedArchiveFile={self.base}", f"-XX:ArchiveClassesAtExit={unfinished}"))
        unfinished.replace(self.dynamic)


def _dump_base(java: Java, path: Path) -> None:
    argv = [str(java.program), "-Xshare:dump", f"-XX:SharedArchiveFile={path}", *flags()]
    subprocess.run(  # noqa: S603  # The program is the runtime that our own dependency brought.
        argv, check=True, capture_output=True, timeout=_DUMP_TIMEOUT_S, env=plain_environment()
    )
