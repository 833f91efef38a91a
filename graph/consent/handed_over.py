from __future__ import annotations

from collections.abc import Mapping

from graph.connection import Transaction
from graph.consent.cause import Cause
from graph.consent.ending import Ending, end
from graph.vocabulary import SubscriptionStatus


async def suspend_handed_over(
    transaction: Transaction, owners: Mapping[str, str], actor: str, now_ms: int
) -> frozenset[str]:
    """Suspends, without an end, subscriptions at a device that somebody else uses now, and says who was changed by it.

    `owners` are their people by the subscriptions' ids, whose locks the caller holds. A refusal stays, since it says
    more; what only a merge had closed is recorded, so that no split opens it for whoever has the device now. Twice is
    as good as once.
    """
    endings = {
        subscription_id: Ending(profile_id, actor, SubscriptionStatus.SUSPENDED, Cause.HANDED_OVER)
        for subscription_id, profile_id in owners.items()
    }
    ended = await end(transaction, endings, now_ms)
    return frozenset(owners[subscription_id] for subscription_id in ended.recorded)
