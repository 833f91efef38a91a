from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph.connection import Transaction
from graph.consent.cause import Cause
from graph.consent.ending import Ending, end
from graph.ids import IdPrefix, new_id
from graph.statements import dead_addresses as statements
from graph.vocabulary import SubscriptionStatus

# Who found out, as the ledger has it.
PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class DeadAddress:
    """The message by which it was found out, and what was said; that holds no address."""

    message_id: str
    reason: str


async def bury(transaction: Transaction, dead: Sequence[DeadAddress], now_ms: int) -> None:
    """Suppresses the addresses that the messages went to, for everybody, and ends the subscriptions they went through.

    The caller holds the locks of `change_messages` for them. Twice is as good as once.
    """
    rows = [
        {"id": each.message_id, "reason": each.reason, "suppressionId": new_id(IdPrefix.SUPPRESSION, now_ms)}
        for each in dead
    ]
    await transaction.run(statements.SUPPRESS, suppressions=rows, now=now_ms)
    reasons = {each.message_id: each.reason for each in dead}
    found = await transaction.run(statements.SUBSCRIPTIONS_OF_MESSAGES, ids=sorted(reasons))
    endings = {
        subscription_id: Ending(
            profile_id,
            actor=PROVIDER,
            to_status=SubscriptionStatus.HARD_BOUNCED,
            cause=Cause.HARD_BOUNCE,
            source=PROVIDER,
            reason=reasons[message_id],
        )
        for subscription_id, profile_id, message_id in found
    }
    await end(transaction, endings, now_ms)
