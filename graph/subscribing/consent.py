from __future__ import annotations

from dataclasses import dataclass

from graph.connection import Transaction
from graph.ids import IdPrefix, new_id
from graph.statements import subscriptions as statements
from graph.vocabulary import SubscriptionStatus


@dataclass(frozen=True, slots=True)
class Evidence:
    """How the person said yes or no; `at_ms` is when."""

    at_ms: int
    ip: str | None = None
    url: str | None = None
    source: str | None = None
    wording: str | None = None


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One row of the consent ledger; `from_status` is None for a subscription that is new."""

    subscription_id: str
    profile_id: str
    from_status: SubscriptionStatus | None
    to_status: SubscriptionStatus
    cause: str
    actor: str
    source: str = "api"
    reason: str | None = None


async def record_consent(transaction: Transaction, change: StatusChange, now_ms: int) -> None:
    """Appends to the ledger. The caller holds the subscription's lock and changes its status in this transaction."""
    await transaction.run(
        statements.RECORD_CONSENT,
        id=new_id(IdPrefix.CONSENT_RECORD),
        subjectId=change.subscription_id,
        profileId=change.profile_id,
        fromStatus=change.from_status,
        toStatus=change.to_status,
        cause=change.cause,
        source=change.source,
        reason=change.reason,
        actor=change.actor,
        now=now_ms,
    )
