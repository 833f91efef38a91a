from __future__ import annotations

from collections.abc import Mapping

from graph.connection import Transaction
from graph.consent.cause import Cause
from graph.consent.due import settle
from graph.consent.ledger import LedgerEntry, Subject, record
from graph.statements import devices as statements
from graph.vocabulary import SubscriptionStatus


async def suspend_handed_over(
    transaction: Transaction, owners: Mapping[str, str], actor: str, now_ms: int
) -> frozenset[str]:
    """Suspends, without an end, subscriptions at a device that somebody else uses now, and says whose changed.

    `owners` are their people by the subscriptions' ids, whose locks the caller holds. What had run out is written down
    first; a refusal stays, since it says more. Twice is as good as once.
    """
    if not owners:
        return frozenset()
    await settle(transaction, owners, now_ms)
    suspended = await transaction.run(statements.SUSPEND, ids=sorted(owners), now=now_ms)
    entries = [
        LedgerEntry(
            Subject.subscription(subscription_id),
            owners[subscription_id],
            SubscriptionStatus(before),
            SubscriptionStatus.SUSPENDED,
            Cause.HANDED_OVER,
            actor,
        )
        for subscription_id, before in suspended
    ]
    await record(transaction, entries, now_ms)
    return frozenset(owners[subscription_id] for subscription_id, _ in suspended)
