from __future__ import annotations

import hashlib
import os
import shutil
import time
from pathlib import Path
from typing import Protocol

from gateway.stack.errors import DownloadFailed
from gateway.stack.neo4j_lock import LockedJar

_TRIES = 3
_PAUSE_S = 2.0


class Fetch(Protocol):
    def __call__(self, jar: LockedJar, folder: Path) -> Path:
        """Brings the file somewhere below `folder`. Raises OSError or RuntimeError where it cannot."""


def fetch(jar: LockedJar, folder: Path) -> Path:
    """From this machine's Maven repository where the same bytes are there, else from the network by jgo."""
    local = _local_repository() / jar.repository_path
    if local.is_file() and sha256_of(local) == jar.sha256:
        return Path(shutil.copyfile(local, folder / jar.file_name))
    # jgo is slow to import, and needed once in a machine's life.
    from gateway.stack.maven import fetch_from_network  # noqa: PLC0415  # See above.

    return fetch_from_network(jar, folder)


def fetch_verified(jar: LockedJar, folder: Path, by: Fetch = fetch, pause_s: float = _PAUSE_S) -> Path:
    """The file with the bytes that the lock names, tried a few times. Raises DownloadFailed that says which and why."""
    for left in reversed(range(_TRIES)):
        place = folder / jar.file_name.removesuffix(".jar") / str(left)
        place.mkdir(parents=True)
        try:
            path = by(jar, place)
        except (OSError, RuntimeError, AssertionError) as error:
            reason = f"{type(error).__name__}: {error}"
        else:
            if sha256_of(path) == jar.sha256:
                return path
            reason = "its sha256 is not the one in the lock"
        if left:
            time.sleep(pause_s)
    raise DownloadFailed(f"{jar.file_name} could not be fetched ({reason}); what is there already is kept, try again")


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _local_repository() -> Path:
    named = os.environ.get("M2_REPO", "")
    return Path(named) if named else Path.home() / ".m2" / "repository"
