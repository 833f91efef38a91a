from __future__ import annotations

from dataclasses import dataclass

from graph.connection import Graph, Transaction
from graph.consent.cause import Cause
from graph.errors import Refusal, UserError
from graph.idempotency import Done, Guard, once
from graph.subscribing.locked import (
    Step,
    SubscriptionState,
    finished,
    listed_subscription,
    not_allowed,
    write_step,
)
from graph.vocabulary import RowOutcome, SubscriptionStatus, UserErrorCode


@dataclass(frozen=True, slots=True)
class Suspend:
    subscription_id: str
    until_ms: int
    actor: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Resume:
    subscription_id: str
    actor: str
    reason: str | None = None


async def suspend(graph: Graph, command: Suspend, guard: Guard | None, now_ms: int) -> Done:
    """Pauses a subscription until a time, when it ends by itself. Twice until the same time is as good as once.

    The result holds `subscriptionId` and `outcome`. Raises Refusal NOT_FOUND, INVALID for a time that is not to come,
    STATE_NOT_ALLOWED unless it is SUBSCRIBED.
    """

    async def work(transaction: Transaction) -> Done:
        return await suspend_in(transaction, command, now_ms)

    return await once(graph, guard, now_ms, work)


async def suspend_in(transaction: Transaction, command: Suspend, now_ms: int) -> Done:
    if command.until_ms <= now_ms:
        raise Refusal(UserError(UserErrorCode.INVALID, "Must be in the future.", ("until",)))
    state = (await listed_subscription(transaction, command.subscription_id, now_ms)).state
    if state.status is SubscriptionStatus.SUSPENDED and state.suspended_until_ms == command.until_ms:
        return await finished(transaction, state, RowOutcome.UNCHANGED, now_ms)
    if state.status is not SubscriptionStatus.SUBSCRIBED:
        raise not_allowed(f"This subscription is {state.status}: only one that is SUBSCRIBED can be paused.")
    step = Step(
        SubscriptionStatus.SUSPENDED, Cause.SUSPEND, command.actor, reason=command.reason, until_ms=command.until_ms
    )
    await write_step(transaction, state, step, now_ms)
    return await finished(transaction, state, RowOutcome.UPDATED, now_ms)


async def resume(graph: Graph, command: Resume, guard: Guard | None, now_ms: int) -> Done:
    """Ends a pause before its time: the subscription is what it was before. Twice is as good as once.

    The result holds `subscriptionId` and `outcome`. Raises Refusal NOT_FOUND, or STATE_NOT_ALLOWED where it is not
    SUSPENDED, where the push token belongs to somebody else now, or where there was no consent before the pause.
    """

    async def work(transaction: Transaction) -> Done:
        return await resume_in(transaction, command, now_ms)

    return await once(graph, guard, now_ms, work)


async def resume_in(transaction: Transaction, command: Resume, now_ms: int) -> Done:
    state = (await listed_subscription(transaction, command.subscription_id, now_ms)).state
    if state.status is SubscriptionStatus.SUBSCRIBED:
        return await finished(transaction, state, RowOutcome.UNCHANGED, now_ms)
    to_status = resumed(state, now_ms)
    await write_step(transaction, state, Step(to_status, Cause.RESUME, command.actor, reason=command.reason), now_ms)
    return await finished(transaction, state, RowOutcome.UPDATED, now_ms)


def resumed(state: SubscriptionState, now_ms: int) -> SubscriptionStatus:
    """What a pause gives way to. Raises Refusal STATE_NOT_ALLOWED where it may not end."""
    if state.status is not SubscriptionStatus.SUSPENDED:
        raise not_allowed(f"This subscription is {state.status}: only one that is SUSPENDED can be resumed.")
    if state.is_of_another:
        raise not_allowed("Somebody else uses this device now: subscribe hands it over.")
    before = state.before_pause
    if before not in {SubscriptionStatus.SUBSCRIBED, SubscriptionStatus.UNCONFIRMED}:
        raise not_allowed("There was no consent before this suspension: setSubscriptionStatus takes a new one.")
    return state.as_consented(before, now_ms)
