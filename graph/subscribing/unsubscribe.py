from __future__ import annotations

from dataclasses import dataclass

from graph.connection import Graph, Transaction
from graph.consent.cause import Cause
from graph.consent.ledger import LedgerEntry, Subject, record
from graph.errors import Raced, Refusal, UserError
from graph.idempotency import Done, Guard, once
from graph.people.resolution import resolve, touch
from graph.statements import subscriptions as statements
from graph.vocabulary import ChangeKind, SubscriptionStatus, UserErrorCode

# A complaint or a dead address says more than "no, thanks", so leaving never writes over it.
_KEPT = frozenset(
    {
        SubscriptionStatus.UNSUBSCRIBED,
        SubscriptionStatus.COMPLAINED,
        SubscriptionStatus.HARD_BOUNCED,
        SubscriptionStatus.INVALID,
    }
)


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    subscription_id: str
    actor: str
    reason: str | None = None


async def unsubscribe(graph: Graph, command: Unsubscribe, guard: Guard | None, now_ms: int) -> Done:
    """Ends this one subscription; others of the person stay. Twice is as good as once.

    One that a merge absorbed means the one that speaks for it now.

    The result holds `profileId`, `changed` (ids) and `unchangedCount`. Raises Refusal NOT_FOUND.
    """

    async def work(transaction: Transaction) -> Done:
        return await unsubscribe_in(transaction, command, now_ms)

    return await once(graph, guard, now_ms, work)


async def unsubscribe_in(transaction: Transaction, command: Unsubscribe, now_ms: int) -> Done:
    present = await transaction.run(statements.PRESENT, id=command.subscription_id)
    if present is None:
        path = ("target", "subscription")
        raise Refusal(UserError(UserErrorCode.NOT_FOUND, "No such subscription.", path))
    subscription_id, profile_id = present
    await resolve(transaction, (), now_ms, [profile_id])
    if await transaction.run(statements.PRESENT, id=command.subscription_id) != present:
        raise Raced("the subscription came to another profile")
    status = SubscriptionStatus(await transaction.run(statements.LOCK, id=subscription_id))
    if status in _KEPT:
        return Done({"profileId": profile_id, "changed": [], "unchangedCount": 1})
    to_status = SubscriptionStatus.UNSUBSCRIBED
    await transaction.run(statements.SET_STATUS, id=subscription_id, status=to_status, now=now_ms)
    entry = LedgerEntry(
        Subject.subscription(subscription_id),
        profile_id,
        status,
        to_status,
        Cause.UNSUBSCRIBE,
        command.actor,
        reason=command.reason,
    )
    await record(transaction, [entry], now_ms)
    changes = await touch(transaction, [profile_id], now_ms, ChangeKind.SUBSCRIPTION)
    return Done({"profileId": profile_id, "changed": [subscription_id], "unchangedCount": 0}, changes)
