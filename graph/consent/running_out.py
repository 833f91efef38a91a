"""What ends by itself: a suspension has an end, and a consent may run out."""

from __future__ import annotations

from dataclasses import dataclass

from graph.consent.cause import Cause
from graph.vocabulary import SubscriptionStatus


@dataclass(frozen=True, slots=True)
class Standing:
    """A subscription's status as it is stored, and what may end it. When and why it was last recorded stands beside."""

    status: SubscriptionStatus
    suspended_until_ms: int | None = None
    consent_expires_at_ms: int | None = None
    recorded_at_ms: int | None = None
    recorded_cause: str | None = None


@dataclass(frozen=True, slots=True)
class RanOut:
    """A change that time made."""

    from_status: SubscriptionStatus
    to_status: SubscriptionStatus
    cause: Cause
    at_ms: int


def ran_out(standing: Standing, now_ms: int) -> tuple[RanOut, ...]:
    """What ended until now and is not recorded yet, in order; each is dated at its due time, to the millisecond.

    Times in the ledger never go back: what was due before the last record is dated at that record.
    """
    found: list[RanOut] = []
    status, earliest = standing.status, standing.recorded_at_ms
    until, expires = standing.suspended_until_ms, standing.consent_expires_at_ms
    if status is SubscriptionStatus.SUSPENDED and until is not None and until <= now_ms:
        at_ms = _not_before(until, earliest)
        found.append(RanOut(status, SubscriptionStatus.SUBSCRIBED, Cause.SUSPENSION_ENDED, at_ms))
        status, earliest = SubscriptionStatus.SUBSCRIBED, at_ms
    if status is SubscriptionStatus.SUBSCRIBED and expires is not None and expires <= now_ms:
        at_ms = _not_before(expires, earliest)
        found.append(RanOut(status, SubscriptionStatus.UNCONFIRMED, Cause.CONSENT_EXPIRED, at_ms))
    return tuple(found)


def effective_status(standing: Standing, now_ms: int) -> SubscriptionStatus:
    """The stored status, except that a suspension or a consent which ran out is over at once."""
    ended = ran_out(standing, now_ms)
    return ended[-1].to_status if ended else standing.status


def _not_before(at_ms: int, earliest_ms: int | None) -> int:
    return at_ms if earliest_ms is None else max(at_ms, earliest_ms)
