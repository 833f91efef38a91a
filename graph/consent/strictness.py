from __future__ import annotations

from typing import Final

from graph.vocabulary import SubscriptionStatus

_STRICTEST_FIRST: Final = (
    SubscriptionStatus.COMPLAINED,
    SubscriptionStatus.HARD_BOUNCED,
    SubscriptionStatus.UNSUBSCRIBED,
    SubscriptionStatus.INVALID,
    SubscriptionStatus.SUSPENDED,
    SubscriptionStatus.UNCONFIRMED,
    SubscriptionStatus.SUBSCRIBED,
)

# What somebody complained of, or an address that is dead: neither a subscribe nor an unsubscribe writes over it.
CLOSED: Final = frozenset({SubscriptionStatus.COMPLAINED, SubscriptionStatus.HARD_BOUNCED, SubscriptionStatus.INVALID})


def stricter(one: SubscriptionStatus, other: SubscriptionStatus) -> SubscriptionStatus:
    """Of two, the one that allows less."""
    return min(one, other, key=_STRICTEST_FIRST.index)


def widens(before: SubscriptionStatus, after: SubscriptionStatus) -> bool:
    """Whether `after` allows more than `before`."""
    return stricter(before, after) is before and before is not after
