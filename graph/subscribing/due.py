from __future__ import annotations

from dataclasses import dataclass

from graph.consent.cause import Cause
from graph.vocabulary import SubscriptionStatus


@dataclass(frozen=True, slots=True)
class DueChange:
    """A change that time alone made, dated when it was due."""

    from_status: SubscriptionStatus
    to_status: SubscriptionStatus
    cause: Cause
    at_ms: int


def due_changes(
    status: SubscriptionStatus, suspended_until_ms: int | None, consent_expires_at_ms: int | None, now_ms: int
) -> tuple[DueChange, ...]:
    """What a subscription went through since it was written: a pause may end, and then or meanwhile a consent.

    A consent that ran out during a pause ends with it: nothing is allowed for a moment.
    """
    found: list[DueChange] = []
    since_ms = 0
    if status is SubscriptionStatus.SUSPENDED and suspended_until_ms is not None and suspended_until_ms <= now_ms:
        found.append(DueChange(status, SubscriptionStatus.SUBSCRIBED, Cause.SUSPENSION_ENDED, suspended_until_ms))
        status, since_ms = SubscriptionStatus.SUBSCRIBED, suspended_until_ms
    if (
        status is SubscriptionStatus.SUBSCRIBED
        and consent_expires_at_ms is not None
        and consent_expires_at_ms <= now_ms
    ):
        at_ms = max(since_ms, consent_expires_at_ms)
        found.append(DueChange(status, SubscriptionStatus.UNCONFIRMED, Cause.CONSENT_EXPIRED, at_ms))
    return tuple(found)
