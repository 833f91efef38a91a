from __future__ import annotations

from dataclasses import dataclass

from graph.connection import Graph, Transaction
from graph.consent.cause import NO_ACTS, Cause
from graph.consent.evidence import Evidence
from graph.errors import Raced, Refusal, UserError
from graph.idempotency import Done, Guard, once
from graph.statements import subscription_changes as statements
from graph.subscribing.confirmations import Confirmation
from graph.subscribing.evidence import keep_evidence
from graph.subscribing.locked import Step, SubscriptionState, finished, locked_subscription, write_step
from graph.vocabulary import RowOutcome, SubscriptionStatus, UserErrorCode

_SOURCE = "confirmation"
_PATH = ("token",)
INVALID = UserError(UserErrorCode.TOKEN_INVALID, "This link does not confirm anything any more.", _PATH)
_EXPIRED = UserError(UserErrorCode.TOKEN_EXPIRED, "This link is too old: subscribe again to get a new one.", _PATH)


@dataclass(frozen=True, slots=True)
class Confirm:
    """`confirmation` is what a token said that was found to be ours; `ip` and `url` are where it was clicked."""

    confirmation: Confirmation
    actor: str
    ip: str | None = None
    url: str | None = None


async def confirm(graph: Graph, command: Confirm, guard: Guard | None, now_ms: int) -> Done:
    """The person said yes: SUBSCRIBED, with the time and the place as evidence.

    Where a merge put the subscription into another one at the same address and resource, the yes is to that one.
    A second click changes nothing (UNCHANGED). The result holds `subscriptionId` and `outcome`. Raises Refusal
    TOKEN_EXPIRED, or TOKEN_INVALID where the subscription waits for no confirmation, or for a later one.
    """

    async def work(transaction: Transaction) -> Done:
        return await confirm_in(transaction, command, now_ms)

    return await once(graph, guard, now_ms, work)


async def confirm_in(transaction: Transaction, command: Confirm, now_ms: int) -> Done:
    asked = command.confirmation
    speaker, _ = await _since(transaction, asked)
    state = (await locked_subscription(transaction, speaker, now_ms)).state
    still, next_act = await _since(transaction, asked)
    if still != speaker:
        raise Raced("the subscription went into another one while it was being locked")
    if not state.is_listed:
        raise Refusal(INVALID)
    if state.status is SubscriptionStatus.SUBSCRIBED and next_act is Cause.CONFIRM:
        return await finished(transaction, state, RowOutcome.UNCHANGED, now_ms)
    refusal = refused(state, asked, next_act, now_ms)
    if refusal is not None:
        raise Refusal(refusal)
    evidence = Evidence(now_ms, command.ip, command.url, _SOURCE, state.wording)
    step = Step(SubscriptionStatus.SUBSCRIBED, Cause.CONFIRM, command.actor, evidence=evidence)
    await write_step(transaction, state, step, now_ms)
    await keep_evidence(transaction, state.id, evidence)
    if _is_past(state.consent_expires_at_ms, now_ms):
        # This is a new consent, and what ran out was the old one.
        await transaction.run(statements.SET_CONSENT_END, id=state.id, until=None)
    return await finished(transaction, state, RowOutcome.UPDATED, now_ms)


def refused(state: SubscriptionState, asked: Confirmation, next_act: Cause | None, now_ms: int) -> UserError | None:
    """Why a token does not open this subscription, None where it does.

    `next_act` is what a person or a provider did first since the token was made: it answers nothing that was asked
    before that. A merge is no such act: the address and the resource are the same.
    """
    if state.status is not SubscriptionStatus.UNCONFIRMED or state.last is None or next_act is not None:
        return INVALID
    # A consent that ended before it was given is none; one that ran out is given anew.
    ended = _is_past(state.consent_expires_at_ms, now_ms) and state.last.cause != Cause.CONSENT_EXPIRED
    return _EXPIRED if asked.expires_at_ms <= now_ms or ended else None


async def _since(transaction: Transaction, asked: Confirmation) -> tuple[str, Cause | None]:
    """Which subscription the token is about today, and the first act since it was made.

    Raises Refusal TOKEN_INVALID for a token of what is not there.
    """
    found = await transaction.run(
        statements.ASKED, id=asked.subscription_id, recordId=asked.record_id, noActs=list(NO_ACTS)
    )
    if found is None:
        raise Refusal(INVALID)
    return found[0], None if found[1] is None else Cause(found[1])


def _is_past(at_ms: int | None, now_ms: int) -> bool:
    return at_ms is not None and at_ms <= now_ms
