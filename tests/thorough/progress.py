"""What is done so far, kept on disk after every block, so that a run may stop at any time."""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.oracle.harness import Tally

_ROOT = Path(__file__).parents[2]
FOLDER = _ROOT / ".thorough"
_STATE = FOLDER / "state.json"
_JUDGED = ("schema.graphql", "graph/**/*.py", "gateway/**/*.py", "tests/oracle/*.py")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@dataclass(slots=True)
class Block:
    number: int
    documents: int
    runs: int
    with_data: int
    errors: dict[str, int]
    differences: int
    seconds: float


@dataclass(slots=True)
class Progress:
    code: str
    blocks: list[Block] = field(default_factory=list)

    @classmethod
    def read(cls) -> Progress:
        """Empty where another state of the code was judged."""
        code = _fingerprint()
        kept: dict[str, Any] = json.loads(_STATE.read_text()) if _STATE.exists() else {}
        if kept.get("code") != code:
            return cls(code)
        return cls(code, [Block(**each) for each in kept["blocks"]])

    def add(self, number: int, tally: Tally, differences: int, seconds: float) -> None:
        self.blocks.append(
            Block(
                number, tally.documents, tally.runs, tally.with_data, dict(tally.errors), differences, round(seconds, 1)
            )
        )
        FOLDER.mkdir(exist_ok=True)
        _STATE.write_text(json.dumps({"code": self.code, "blocks": [asdict(each) for each in self.blocks]}, indent=1))

    @property
    def documents(self) -> int:
        return sum(each.documents for each in self.blocks)

    @property
    def differences(self) -> int:
        return sum(each.differences for each in self.blocks)

    @property
    def errors(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for each in self.blocks:
            found.update(each.errors)
        return found


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in _judged():
        digest.update(path.relative_to(_ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _judged() -> Iterator[Path]:
    for pattern in _JUDGED:
        yield from sorted(_ROOT.glob(pattern))
