from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from graph.vocabulary import SubscriptionStatus as Status

_STRICTEST_FIRST: Final = (
    Status.COMPLAINED,
    Status.HARD_BOUNCED,
    Status.UNSUBSCRIBED,
    Status.INVALID,
    Status.SUSPENDED,
    Status.UNCONFIRMED,
    Status.SUBSCRIBED,
)

# Where something may come of it yet: a no, a dead address or another owner of the device ends it.
OPEN: Final = frozenset({Status.SUBSCRIBED, Status.UNCONFIRMED, Status.SUSPENDED})

# What somebody complained of, or an address that is dead: neither a subscribe nor an unsubscribe writes over it.
CLOSED: Final = frozenset({Status.COMPLAINED, Status.HARD_BOUNCED, Status.INVALID})


def stricter(*statuses: Status) -> Status:
    """Of several, the one that allows least."""
    return min(statuses, key=_STRICTEST_FIRST.index)


def widens(before: Status, after: Status) -> bool:
    """Whether `after` allows more than `before`."""
    return stricter(before, after) is before and before is not after


def _less_strict_than(status: Status) -> frozenset[Status]:
    return frozenset(each for each in Status if widens(status, each))


# Over which statuses each of these is written. A complaint or a dead address says more than "no, thanks", so leaving
# never writes over it, and neither over what was no address in the first place.
WRITTEN_OVER: Final[Mapping[Status, frozenset[Status]]] = {
    Status.SUSPENDED: frozenset({Status.SUBSCRIBED, Status.UNCONFIRMED}),
    Status.UNSUBSCRIBED: OPEN,
    Status.HARD_BOUNCED: _less_strict_than(Status.HARD_BOUNCED),
    Status.COMPLAINED: _less_strict_than(Status.COMPLAINED),
}
