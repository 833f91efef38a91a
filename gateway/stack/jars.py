from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.stack.download import Fetch, fetch, fetch_verified, sha256_of
from gateway.stack.file_lock import file_lock
from gateway.stack.neo4j_lock import LockedJar, Neo4jLock
from gateway.stack.parallel import each_in_parallel
from gateway.stack.progress import progress
from gateway.stack.steps import say

# One after another the 237 files take a minute, most of it waiting for answers.
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Jars:
    """Neo4j's files on this machine, shared by all stacks."""

    lock: Neo4jLock
    cache: Path

    @property
    def folder(self) -> Path:
        return self.cache / f"neo4j-{self.lock.version}-{self.lock.digest}"

    def class_path(self) -> str:
        # In the lock's order and not the folder's: class-data archives hold only for one exact order.
        return ":".join(str(self._place(jar)) for jar in self.lock.jars)

    def missing(self) -> list[LockedJar]:
        """Whatever is there was verified when it was put there, whole; so names and sizes are enough to look at."""
        return [jar for jar in self.lock.jars if not self._has(jar)]

    def damaged(self) -> list[LockedJar]:
        """Reads every byte again."""
        return [jar for jar in self.lock.jars if self._has(jar) and sha256_of(self._place(jar)) != jar.sha256]

    def install(self, by: Fetch = fetch) -> None:
        """Fetches what is missing. Safe to be killed and to run in several processes. Raises DownloadFailed."""
        if not self.missing():
            return
        with file_lock(self.cache / "neo4j.lock", _say_waiting):
            missing = self.missing()
            if missing:
                self._fetch_all(missing, by)

    def _fetch_all(self, missing: Sequence[LockedJar], by: Fetch) -> None:
        size = sum(jar.size for jar in missing)
        say(f"fetching Neo4j {self.lock.version}: {len(missing)} files, {size / 1e6:.0f} MB, once, into {self.folder}")
        self.folder.mkdir(parents=True, exist_ok=True)
        # Java refuses archives that are older than a file of theirs; they are made again.
        for stale in self.folder.glob("class-data-*"):
            shutil.rmtree(stale)
        incoming = self.cache / "incoming"
        # Left behind by one that was killed; nobody else works in it while we hold the lock.
        shutil.rmtree(incoming, ignore_errors=True)
        with progress("Neo4j", size) as advance:
            each_in_parallel(missing, lambda jar: self._fetch_one(jar, incoming, by, advance), _AT_ONCE)
        shutil.rmtree(incoming, ignore_errors=True)

    def _fetch_one(self, jar: LockedJar, incoming: Path, by: Fetch, advance: Callable[[int], None]) -> None:
        path = fetch_verified(jar, incoming, by)
        path.chmod(0o644)
        path.replace(self._place(jar))
        advance(jar.size)

    def _place(self, jar: LockedJar) -> Path:
        return self.folder / jar.file_name

    def _has(self, jar: LockedJar) -> bool:
        try:
            return self._place(jar).stat().st_size == jar.size
        except FileNotFoundError:
            return False


def _say_waiting() -> None:
    say("another process is fetching Neo4j; waiting for it")
