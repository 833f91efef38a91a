from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# A worst case takes some 100 ms with this on one core of 2024 (measured). It is counted and not timed: what a preview
# could render a busy worker can, too.
MOST_WORK: Final = 25_000
_CHARACTERS: Final = 100


class TooMuchWork(Exception):
    """A template wants more than it is given."""


@dataclass(slots=True)
class Work:
    """How much one rendering may still do."""

    left: int = MOST_WORK

    def spend(self, points: int) -> None:
        """Raises TooMuchWork where there is not as much."""
        self.left -= points
        if self.left < 0:
            raise TooMuchWork

    def spend_on_text(self, length: int) -> None:
        """For going through so many characters once or twice."""
        self.spend(1 + length // _CHARACTERS)
