from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

RESOURCE_KEY = "bench-profiles"
NOW_MS = 1_790_000_000_000
OPT_IN_MS = NOW_MS - 86_400_000
WORDING = "Yes, write to me."


@dataclass(frozen=True, slots=True)
class Line:
    """A person as a file has them: nothing of it was checked."""

    email: str
    phone: str
    first_name: str
    last_name: str


def lines(people: int, series: int) -> Iterator[Line]:
    """Strangers to all who came before: each series has people of its own, who are alike from series to series."""
    for number in range(people):
        yield Line(
            f"Person{number}@series{series:07d}.example.org",
            # Numbers need not be anybody's, only possible ones of that many digits.
            f"+49{1_500_000_000_000 + series % 100_000_00 * 100_000 + number}",
            f"First{number % 97}",
            f"Last{number % 89}",
        )
