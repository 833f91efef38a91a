from __future__ import annotations

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

# A complaint or a dead address says more than "no, thanks", so leaving never writes over it.
ENDED_BY_LEAVING: Final = frozenset({Status.SUBSCRIBED, Status.UNCONFIRMED, Status.SUSPENDED})


def widens(before: Status, after: Status) -> bool:
    """Whether `after` allows more than `before`."""
    return _ORDER.index(after) < _ORDER.index(before)
