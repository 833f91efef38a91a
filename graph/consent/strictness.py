from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from graph.vocabulary import SubscriptionStatus as Status

# From what forbids least to what forbids most.
_ORDER: Final = (
    Status.SUBSCRIBED,
    Status.UNCONFIRMED,
    Status.SUSPENDED,
    Status.INVALID,
    Status.UNSUBSCRIBED,
    Status.HARD_BOUNCED,
    Status.COMPLAINED,
)


def widens(before: Status, after: Status) -> bool:
    """Whether `after` allows more than `before`."""
    return _ORDER.index(after) < _ORDER.index(before)


def _less_strict_than(status: Status) -> frozenset[Status]:
    return frozenset(each for each in Status if widens(status, each))


# Over which statuses each of these is written. A complaint or a dead address says more than "no, thanks", so leaving
# never writes over it, and neither over what was no address in the first place.
WRITTEN_OVER: Final[Mapping[Status, frozenset[Status]]] = {
    Status.UNSUBSCRIBED: frozenset({Status.SUBSCRIBED, Status.UNCONFIRMED, Status.SUSPENDED}),
    Status.HARD_BOUNCED: _less_strict_than(Status.HARD_BOUNCED),
    Status.COMPLAINED: _less_strict_than(Status.COMPLAINED),
}
