from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def open_private(path: Path) -> Iterator[TextIO]:
    """Only the owner can read it, and a reader sees the old text or the whole new one, never half of it."""
    # mkstemp makes the file 0600 from its first moment on.
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_private(path: Path, text: str) -> None:
    with open_private(path) as file:
        file.write(text)


def read_or_make(path: Path, make: Callable[[], str]) -> str:
    """The text of the file; made and kept where there is none yet. The caller holds the data folder's lock."""
    if not path.exists():
        write_private(path, make() + "\n")
    return path.read_text(encoding="utf-8").strip()
