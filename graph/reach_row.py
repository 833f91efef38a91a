from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.reach import CategoryFacts, Membership, ReachFacts
from graph.vocabulary import SubscriptionStatus


def facts_from_row(row: Mapping[str, Any], expires_at_ms: int | None) -> ReachFacts:
    """What a statement says of a subscription, for `reach`: the same reading when queuing and when sending."""
    return ReachFacts(
        profile_status=_status(row["profileStatus"]),
        subscription_status=_status(row["subscriptionStatus"]),
        suspended_until=row["suspendedUntil"],
        consent_expires_at=row["consentExpiresAt"],
        category=_category(row["category"]),
        suppressions=tuple(row["suppressions"]),
        expires_at=expires_at_ms,
    )


def _status(text: str | None) -> SubscriptionStatus | None:
    return None if text is None else SubscriptionStatus(text)


def _category(row: Mapping[str, Any] | None) -> CategoryFacts | None:
    if row is None:
        return None
    membership = row["membership"]
    return CategoryFacts(
        mandatory=row["mandatory"],
        active=row["active"],
        joined_by_default=row["joinedByDefault"],
        membership=None if membership is None else Membership(membership),
    )
