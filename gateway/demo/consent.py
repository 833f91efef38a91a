from __future__ import annotations

from random import Random

from gateway.demo.shop import NEWS, OFFERS, WEBSITE
from graph.bulk.subscription import ConsentStep, OptIn, SyntheticSubscription
from graph.identifiers import IdentifierValue
from graph.vocabulary import Channel, SubscriptionStatus

_MINUTE_MS = 60_000

# How many of a hundred addresses ended so.
_STATUSES = {
    SubscriptionStatus.SUBSCRIBED: 72,
    SubscriptionStatus.UNSUBSCRIBED: 10,
    SubscriptionStatus.UNCONFIRMED: 7,
    SubscriptionStatus.HARD_BOUNCED: 4,
    SubscriptionStatus.SUSPENDED: 3,
    SubscriptionStatus.COMPLAINED: 2,
    SubscriptionStatus.INVALID: 2,
}
# What several people share must not bounce or complain for all of them.
SHARED_STATUSES = {SubscriptionStatus.SUBSCRIBED: 80, SubscriptionStatus.UNSUBSCRIBED: 20}

# By what, and by whom, an address that was subscribed came to where it is.
_ENDS = {
    SubscriptionStatus.UNSUBSCRIBED: ("unsubscribe", "person"),
    SubscriptionStatus.HARD_BOUNCED: ("hard_bounce", "provider"),
    SubscriptionStatus.SUSPENDED: ("suspend", "person"),
    SubscriptionStatus.COMPLAINED: ("complaint", "provider"),
    SubscriptionStatus.INVALID: ("invalid_address", "staff"),
}
# 1 January 2040, far enough that a suspension of the demo is still one.
_SUSPENDED_UNTIL_MS = 2_208_988_800_000


def drawn_status(random: Random, statuses: dict[SubscriptionStatus, int] | None = None) -> SubscriptionStatus:
    table = statuses or _STATUSES
    return random.choices(list(table), list(table.values()))[0]


def synthetic_subscription(
    random: Random,
    address: IdentifierValue,
    status: SubscriptionStatus,
    since_ms: int,
    until_ms: int,
    priority: int = 0,
) -> SyntheticSubscription:
    """A subscription from the first order on whose ledger ends at `status`, not later than `until_ms` if it can be."""
    return SyntheticSubscription(
        address=address,
        channel=Channel.EMAIL,
        priority=priority,
        opt_in=_opt_in(random, since_ms),
        history=_history(random, status, since_ms, until_ms),
        left=_left(random) if status is SubscriptionStatus.SUBSCRIBED else (),
        suspended_until_ms=_SUSPENDED_UNTIL_MS if status is SubscriptionStatus.SUSPENDED else None,
    )


def _opt_in(random: Random, at_ms: int) -> OptIn:
    return OptIn(
        at_ms=at_ms,
        # A network that is reserved for documentation (RFC 5737).
        ip=f"192.0.2.{random.randint(1, 254)}",
        url=f"{WEBSITE}/checkout",
        source="checkout",
        wording="Yes, write to me about news and offers.",
    )


def _history(random: Random, status: SubscriptionStatus, since_ms: int, until_ms: int) -> tuple[ConsentStep, ...]:
    asked = ConsentStep(SubscriptionStatus.UNCONFIRMED, since_ms, "subscribe", "person")
    if status is SubscriptionStatus.UNCONFIRMED:
        return (asked,)
    confirmed_ms = since_ms + random.randint(1, 90) * _MINUTE_MS
    steps = (asked, ConsentStep(SubscriptionStatus.SUBSCRIBED, confirmed_ms, "confirm", "person"))
    if status is SubscriptionStatus.SUBSCRIBED:
        return steps
    cause, actor = _ENDS[status]
    ended_ms = confirmed_ms + max(_MINUTE_MS, int((until_ms - confirmed_ms) * random.random()))
    return (*steps, ConsentStep(status, ended_ms, cause, actor))


def _left(random: Random) -> tuple[str, ...]:
    return tuple(key for key, share in ((NEWS, 0.08), (OFFERS, 0.15)) if random.random() < share)
