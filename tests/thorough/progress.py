"""Which documents were compared so far, kept on disk after every block, so that a run may stop at any time."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.oracle.harness import MOST_REFUSED
from tests.thorough.found import Found
from tests.thorough.judged import FOLDER, Subject, fingerprint

_STATE = FOLDER / "documents.json"


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@dataclass(slots=True)
class Block:
    number: int
    documents: int
    runs: int
    with_data: int
    # As too dear or too large, and how many of them were asked again without these limits.
    refused: int
    asked_again: int
    errors: dict[str, int]
    differences: int
    seconds: float


@dataclass(slots=True)
class Progress:
    code: str
    # The version of the server that answered.
    neo4j: str = ""
    blocks: list[Block] = field(default_factory=list)

    @classmethod
    def read(cls) -> Progress:
        """Empty where another state of the code was judged."""
        code = fingerprint(Subject.DOCUMENTS)
        kept: dict[str, Any] = json.loads(_STATE.read_text()) if _STATE.exists() else {}
        if kept.get("code") != code:
            return cls(code)
        return cls(code, kept["neo4j"], [Block(**each) for each in kept["blocks"]])

    def add(self, number: int, found: Found) -> None:
        tally = found.tally
        self.blocks.append(
            Block(
                number=number,
                documents=tally.documents,
                runs=tally.runs,
                with_data=tally.with_data,
                refused=tally.refused,
                asked_again=found.asked_again,
                errors=dict(tally.errors),
                differences=found.differences,
                seconds=round(found.seconds, 1),
            )
        )
        FOLDER.mkdir(exist_ok=True)
        _STATE.write_text(json.dumps(asdict(self), indent=1))

    @property
    def documents(self) -> int:
        return sum(each.documents for each in self.blocks)

    @property
    def differences(self) -> int:
        return sum(each.differences for each in self.blocks)

    @property
    def refused_too_much(self) -> list[int]:
        """The blocks in which so much was refused that they prove little."""
        return [each.number for each in self.blocks if each.refused > each.runs * MOST_REFUSED]

    @property
    def errors(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for each in self.blocks:
            found.update(each.errors)
        return found
