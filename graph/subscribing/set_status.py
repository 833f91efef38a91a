from __future__ import annotations

from dataclasses import dataclass

from graph.connection import Graph, Transaction
from graph.consent.cause import Cause
from graph.consent.evidence import Evidence, check_not_ahead
from graph.consent.strictness import CLOSED, widens
from graph.idempotency import Done, Guard, once
from graph.statements import subscription_changes as statements
from graph.subscribing.evidence import keep_evidence
from graph.subscribing.locked import (
    Step,
    SubscriptionState,
    finished,
    listed_subscription,
    not_allowed,
    require_newer,
    write_step,
)
from graph.vocabulary import RowOutcome, SubscriptionStatus


@dataclass(frozen=True, slots=True)
class SetStatus:
    subscription_id: str
    status: SubscriptionStatus
    actor: str
    reason: str | None = None
    evidence: Evidence | None = None


async def set_status(graph: Graph, command: SetStatus, guard: Guard | None, now_ms: int) -> Done:
    """Gives a subscription any status; SUSPENDED has no end then. Twice is as good as once.

    What a merge, a split or a clock made of it already is recorded, since now somebody says so.
    Evidence that is newer than the last record (and than a standing opt-out) is needed for whatever allows more than
    before, and over COMPLAINED, HARD_BOUNCED and INVALID for any change. The result holds `subscriptionId` and
    `outcome`. Raises Refusal NOT_FOUND, CONSENT_REQUIRED, INVALID for evidence from the future, STATE_NOT_ALLOWED for
    an archived subscription and to open one whose push token belongs to somebody else now.
    """

    async def work(transaction: Transaction) -> Done:
        return await set_status_in(transaction, command, now_ms)

    return await once(graph, guard, now_ms, work)


async def set_status_in(transaction: Transaction, command: SetStatus, now_ms: int) -> Done:
    check_not_ahead(command.evidence, now_ms, "evidence")
    state = (await listed_subscription(transaction, command.subscription_id, now_ms)).state
    is_same = state.status is command.status
    if is_same and not state.is_nobodys_word:
        return await finished(transaction, state, RowOutcome.UNCHANGED, now_ms)
    if not is_same:
        refuse_status(state, command.status, command.evidence)
    step = Step(command.status, Cause.STATUS_SET, command.actor, command.reason, command.evidence)
    await write_step(transaction, state, step, now_ms)
    if command.evidence is not None and widens(state.status, command.status):
        await keep_evidence(transaction, state.id, command.evidence)
        if state.as_consented(SubscriptionStatus.SUBSCRIBED, now_ms) is not SubscriptionStatus.SUBSCRIBED:
            # This is a new consent, and what ran out was the old one.
            await transaction.run(statements.SET_CONSENT_END, id=state.id, until=None)
    return await finished(transaction, state, RowOutcome.UPDATED, now_ms)


def refuse_status(state: SubscriptionState, to_status: SubscriptionStatus, evidence: Evidence | None) -> None:
    """Raises Refusal where this status takes more than was given."""
    opens = to_status in {SubscriptionStatus.SUBSCRIBED, SubscriptionStatus.UNCONFIRMED}
    if opens and state.is_of_another:
        raise not_allowed("Somebody else uses this device now: subscribe hands it over.")
    is_wider = widens(state.status, to_status)
    if is_wider or state.status in CLOSED:
        require_newer(evidence, state.recorded_at_ms, f"This subscription is {state.status}", "evidence")
    if is_wider and state.opted_out_at_ms is not None:
        require_newer(evidence, state.opted_out_at_ms, "The person opted out", "evidence")
