from __future__ import annotations

from dataclasses import dataclass

from graph.connection import Graph, Transaction
from graph.consent.cause import Cause
from graph.consent.running_out import effective_status
from graph.consent.strictness import stricter
from graph.errors import Refusal, UserError
from graph.idempotency import Done, Guard, once
from graph.statements import subscription_changes as statements
from graph.subscribing.locked import (
    Step,
    SubscriptionState,
    finished,
    locked_state,
    locked_subscription,
    not_allowed,
    write_step,
)
from graph.subscribing.placing import close_gap, make_room
from graph.vocabulary import RowOutcome, SubscriptionStatus, UserErrorCode


@dataclass(frozen=True, slots=True)
class Archive:
    subscription_id: str
    actor: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Restore:
    subscription_id: str
    actor: str
    reason: str | None = None


async def archive(graph: Graph, command: Archive, guard: Guard | None, now_ms: int) -> Done:
    """Takes a subscription out of use and out of every list; its history stays. Twice is as good as once.

    What it says is not forgotten: a new one at the same address takes what opening this one would. The result holds
    `subscriptionId` and `outcome`. Raises Refusal NOT_FOUND, or STATE_NOT_ALLOWED where a merge absorbed it.
    """

    async def work(transaction: Transaction) -> Done:
        return await archive_in(transaction, command, now_ms)

    return await once(graph, guard, now_ms, work)


async def archive_in(transaction: Transaction, command: Archive, now_ms: int) -> Done:
    state = await _known(transaction, command.subscription_id, now_ms)
    if state.is_archived:
        return await finished(transaction, state, RowOutcome.UNCHANGED, now_ms)
    await close_gap(transaction, state.row, state.id)
    await transaction.run(statements.ARCHIVE, id=state.id, now=now_ms)
    step = Step(state.status, Cause.ARCHIVE, command.actor, command.reason, until_ms=state.pause_end_ms)
    await write_step(transaction, state, step, now_ms)
    return await finished(transaction, state, RowOutcome.UPDATED, now_ms)


async def restore(graph: Graph, command: Restore, guard: Guard | None, now_ms: int) -> Done:
    """Takes an archived subscription into use again, where it stood and with the status it had.

    Twice is as good as once. It comes back with less where the person said no in the meantime, where its time ran out,
    or where its push token belongs to somebody else now. The result holds `subscriptionId` and `outcome`. Raises
    Refusal NOT_FOUND, TAKEN where the person has another subscription at the address, or STATE_NOT_ALLOWED where a
    merge absorbed it.
    """

    async def work(transaction: Transaction) -> Done:
        return await restore_in(transaction, command, now_ms)

    return await once(graph, guard, now_ms, work)


async def restore_in(transaction: Transaction, command: Restore, now_ms: int) -> Done:
    state = await _known(transaction, command.subscription_id, now_ms)
    if not state.is_archived:
        return await finished(transaction, state, RowOutcome.UNCHANGED, now_ms)
    key = state.row.key(state.identifier_id)
    found, later = await transaction.run(
        statements.BESIDE_ARCHIVED, id=state.id, key=key, profileId=state.profile_id, identifierId=state.identifier_id
    )
    if found is not None:
        message = "The person has another subscription at this address."
        raise Refusal(UserError(UserErrorCode.TAKEN, message, ("subscription",)))
    status = restored(state, now_ms)
    if later is not None:
        status = stricter(status, (await locked_state(transaction, later, now_ms)).status)
    priority = await make_room(transaction, state.row, state.priority, on_top=True)
    await transaction.run(
        statements.RESTORE, id=state.id, profileId=state.profile_id, key=key, priority=priority, now=now_ms
    )
    until_ms = state.pause_end_ms if status is state.status else None
    await write_step(
        transaction, state, Step(status, Cause.RESTORE, command.actor, command.reason, None, until_ms), now_ms
    )
    return await finished(transaction, state, RowOutcome.UPDATED, now_ms)


def restored(state: SubscriptionState, now_ms: int) -> SubscriptionStatus:
    """What an archived subscription comes back as: its last status, or less."""
    status = effective_status(state.standing, now_ms)
    if state.is_of_another:
        status = stricter(status, SubscriptionStatus.SUSPENDED)
    if state.opted_out_at_ms is not None:
        status = stricter(status, SubscriptionStatus.UNSUBSCRIBED)
    return status


async def _known(transaction: Transaction, subscription_id: str, now_ms: int) -> SubscriptionState:
    state = (await locked_subscription(transaction, subscription_id, now_ms)).state
    if not state.is_listed and not state.is_archived:
        raise not_allowed("This subscription went into another one by a merge.")
    return state
