from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol


class Clock(Protocol):
    """Business time in epoch milliseconds: send times, quiet hours, caps. Leases use the database's own clock."""

    def now(self) -> int: ...


class SystemClock:
    def now(self) -> int:
        return time.time_ns() // 1_000_000


@dataclass(slots=True)
class FixedClock:
    """A clock that stands still until a test moves it."""

    at_ms: int

    def now(self) -> int:
        return self.at_ms

    def advance(self, milliseconds: int) -> None:
        self.at_ms += milliseconds
