from __future__ import annotations

from dataclasses import dataclass

from graph.connection import Graph, Transaction
from graph.consent.cause import Cause
from graph.consent.ledger import LedgerEntry, Subject, record
from graph.errors import GraphUnavailable, Refusal, UserError
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

    The result holds `profileId`, `changed` (ids) and `unchangedCount`. Raises Refusal NOT_FOUND.
    """

    async def work(transaction: Transaction) -> Done:
        return await unsubscribe_in(transaction, command, now_ms)

    return await once(graph, guard, now_ms, work)


async def unsubscribe_in(transaction: Transaction, command: Unsubscribe, now_ms: int) -> Done:
    profile_id: str | None = await transaction.run(statements.OWNER, id=command.subscription_id)
    if profile_id is None:
        path = ("target", "subscription")
        raise Refusal(UserError(UserErrorCode.NOT_FOUND, "No such subscription.", path))
    await resolve(transaction, (), now_ms, [profile_id])
    if await transaction.run(statements.OWNER, id=command.subscription_id) != profile_id:
        raise GraphUnavailable("the subscription moved to another profile")
    status = SubscriptionStatus(await transaction.run(statements.LOCK, id=command.subscription_id))
    if status in _KEPT:
        return Done({"profileId": profile_id, "changed": [], "unchangedCount": 1})
    to_status = SubscriptionStatus.UNSUBSCRIBED
    await transaction.run(statements.SET_STATUS, id=command.subscription_id, status=to_status, now=now_ms)
    entry = LedgerEntry(
        Subject.subscription(command.subscription_id),
        profile_id,
        status,
        to_status,
        Cause.UNSUBSCRIBE,
        command.actor,
        reason=command.reason,
    )
    await record(transaction, [entry], now_ms)
    changes = await touch(transaction, [profile_id], now_ms, ChangeKind.SUBSCRIPTION)
    return Done({"profileId": profile_id, "changed": [command.subscription_id], "unchangedCount": 0}, changes)
