from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

# So many faults in a row, and the account is left alone.
FAULTS: Final = 3
FIRST_REST_S: Final = 1.0
LONGEST_REST_S: Final = 30.0


@dataclass(slots=True)
class CircuitBreaker:
    """Whether a provider is asked. After faults in a row it rests; then now and then a message tries whether it works.

    Each of these begins a rest of its own, twice as long as the one before, so that few are with a dead provider at the
    same time, even where it never answers. One that it takes ends all that. Times are seconds of one clock.
    """

    _faults: int = field(default=0, init=False)
    _rest_s: float = field(default=FIRST_REST_S, init=False)
    _rests_until: float = field(default=0.0, init=False)
    _worked_at: float = field(default=-math.inf, init=False)

    @property
    def is_closed(self) -> bool:
        """As long as it works, nothing holds a message back."""
        return self._faults < FAULTS

    def wait_s(self, now: float) -> float:
        """After what time it may be asked; 0 where that is now."""
        return 0.0 if self.is_closed else max(self._rests_until - now, 0.0)

    def asked(self, now: float) -> None:
        """A message goes to it. Where it had a rest, that message is the only one for another rest."""
        if not self.is_closed:
            self._rest(now)

    def worked(self, now: float) -> bool:
        """It answered. True where it had been left alone until now."""
        was_closed = self.is_closed
        self._worked_at = now
        self._faults, self._rest_s = 0, FIRST_REST_S
        return not was_closed

    def failed(self, now: float, began: float) -> bool:
        """The provider is at fault with what it was asked then. True where it is left alone from now on.

        It is not where it answered meanwhile: one that is slow with many is well.
        """
        if began < self._worked_at:
            return False
        self._faults += 1
        if self._faults != FAULTS:
            return False
        self._rest(now)
        return True

    def _rest(self, now: float) -> None:
        self._rests_until = now + self._rest_s
        self._rest_s = min(self._rest_s * 2, LONGEST_REST_S)


# What is known of so many places is kept; that one of them is dead is soon found out again.
_MOST_PLACES: Final = 10_000


@dataclass(slots=True)
class CircuitBreakers:
    """One for each place that messages go to."""

    _by_place: dict[str, CircuitBreaker] = field(default_factory=dict, init=False)

    def at(self, place: str) -> CircuitBreaker:
        found = self._by_place.get(place)
        if found is None:
            if len(self._by_place) >= _MOST_PLACES:
                self._by_place.clear()
            found = self._by_place[place] = CircuitBreaker()
        return found
