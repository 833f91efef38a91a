from __future__ import annotations

from dataclasses import dataclass

from graph.connection import Graph, Transaction
from graph.idempotency import Done, Guard, once
from graph.subscribing.locked import finished, listed_subscription
from graph.subscribing.placing import place
from graph.vocabulary import RowOutcome


@dataclass(frozen=True, slots=True)
class SetPriority:
    """`priority` 0 is the highest; one after the last is the last."""

    subscription_id: str
    priority: int


async def set_priority(graph: Graph, command: SetPriority, guard: Guard | None, now_ms: int) -> Done:
    """Puts a subscription at a place among those of the person on its channel of its resource.

    The others close up, and make room. The result holds `subscriptionId` and `outcome`. Raises Refusal NOT_FOUND, or
    STATE_NOT_ALLOWED for an archived one.
    """

    async def work(transaction: Transaction) -> Done:
        return await set_priority_in(transaction, command, now_ms)

    return await once(graph, guard, now_ms, work)


async def set_priority_in(transaction: Transaction, command: SetPriority, now_ms: int) -> Done:
    state = (await listed_subscription(transaction, command.subscription_id, now_ms)).state
    moved = await place(transaction, state.row, state.id, command.priority)
    return await finished(transaction, state, RowOutcome.UPDATED if moved else RowOutcome.UNCHANGED, now_ms)
