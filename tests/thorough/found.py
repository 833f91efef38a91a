from __future__ import annotations

from dataclasses import dataclass

from tests.oracle.harness import Tally


@dataclass(frozen=True, slots=True)
class Found:
    """Of one block. `asked_again` of what was refused as too dear or too large were compared without these limits."""

    tally: Tally
    asked_again: int
    differences: int
    seconds: float
