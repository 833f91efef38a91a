from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from enum import StrEnum, auto
from pathlib import Path
from typing import Final

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".thorough"


class Subject(StrEnum):
    """What is judged. Each has a state and a summary of its own: a change of one part leaves the other as it is."""

    DOCUMENTS = auto()
    READING = auto()
    PEOPLE = auto()


_PRODUCT: Final = ("schema.graphql", "graph/**/*.py", "gateway/**/*.py")
_JUDGED: Final[Mapping[Subject, tuple[str, ...]]] = {
    Subject.DOCUMENTS: (*_PRODUCT, "tests/oracle/*.py"),
    Subject.READING: (*_PRODUCT, "tests/oracle/*.py", "tests/graph/reading/*.py"),
    Subject.PEOPLE: ("graph/**/*.py", "tests/histories/*.py"),
}


def fingerprint(subject: Subject) -> str:
    """Of the code that is judged: what was found of another state of it is nothing worth."""
    digest = hashlib.sha256()
    for path in _judged(subject):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _judged(subject: Subject) -> Iterator[Path]:
    for pattern in _JUDGED[subject]:
        yield from sorted(ROOT.glob(pattern))
