from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Operation(StrEnum):
    """What is asked of every system, in its own schema."""

    PROFILE_PAGE = "Q1"
    SCALARS = "Q2"
    PEOPLE = "Q3"
    PURCHASE = "Q4"

    @property
    def description(self) -> str:
        return _DESCRIPTIONS[self]


_DESCRIPTIONS = {
    Operation.PROFILE_PAGE: "profile page: 10 subscriptions, 20 events, 10 purchases with 5 lines, 20 messages",
    Operation.SCALARS: "six scalars of a profile",
    Operation.PEOPLE: "the 50 newest people of a country with a purchase over an amount, 3 subscriptions each",
    Operation.PURCHASE: "purchase, its lines, their products, 10 newest purchases of each, their buyers",
}


@dataclass(frozen=True, slots=True)
class Parameters:
    """Of one request; an operation uses those it needs. Amounts are pounds."""

    id: str = ""
    country: str = ""
    over: int = 0

    @property
    def over_micros(self) -> int:
        return self.over * 1_000_000
