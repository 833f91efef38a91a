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


@dataclass(frozen=True, slots=True)
class Asked:
    """What a token asked for, as it stands today.

    `speaker_id` is the subscription that a click confirms, `next_act` what a person or a provider did first since.
    """

    speaker_id: str
    next_act: Cause | None
    wording: str | None
    ends_at_ms: int | None


async def confirm_in(transaction: Transaction, command: Confirm, now_ms: int) -> Done:
    token = command.confirmation
    before = await _asked(transaction, token)
    state = (await locked_subscription(transaction, before.speaker_id, now_ms)).state
    asked = await _asked(transaction, token)
    if asked.speaker_id != before.speaker_id:
        raise Raced("the subscription went into another one while it was being locked")
    if not state.is_listed:
        raise Refusal(INVALID)
    if state.status is SubscriptionStatus.SUBSCRIBED and asked.next_act is Cause.CONFIRM:
        return await finished(transaction, state, RowOutcome.UNCHANGED, now_ms)
    refusal = refused(state, token, asked, now_ms)
    if refusal is not None:
        raise Refusal(refusal)
    evidence = Evidence(now_ms, command.ip, command.url, _SOURCE, asked.wording)
    step = Step(SubscriptionStatus.SUBSCRIBED, Cause.CONFIRM, command.actor, evidence=evidence)
    await write_step(transaction, state, step, now_ms)
    await keep_evidence(transaction, state.id, evidence)
    if _is_past(state.consent_expires_at_ms, now_ms):
        # This is a new consent, and what ran out was the old one.
        await transaction.run(statements.SET_CONSENT_END, id=state.id, until=None)
    return await finished(transaction, state, RowOutcome.UPDATED, now_ms)


def refused(state: SubscriptionState, token: Confirmation, asked: Asked, now_ms: int) -> UserError | None:
    """Why a token does not open this subscription, None where it does.

    Whatever somebody did since the token was made is not answered by it. A merge is nobody's act, and the address and
    the resource are the same.
    """
    if state.status is not SubscriptionStatus.UNCONFIRMED or state.last is None or asked.next_act is not None:
        return INVALID
    # A consent that ended before it was given is none; one that ran out is given anew.
    is_given_anew = state.id == token.subscription_id and state.last.cause in NO_ACTS
    has_ended = _is_past(asked.ends_at_ms, now_ms) and not is_given_anew
    return _EXPIRED if token.expires_at_ms <= now_ms or has_ended else None


async def _asked(transaction: Transaction, token: Confirmation) -> Asked:
    """Raises Refusal TOKEN_INVALID for a token of what is not there."""
    found = await transaction.run(
        statements.ASKED, id=token.subscription_id, recordId=token.record_id, noActs=list(NO_ACTS)
    )
    if found is None:
        raise Refusal(INVALID)
    speaker_id, cause, wording, ends_at_ms = found
    return Asked(speaker_id, None if cause is None else Cause(cause), wording, ends_at_ms)


def _is_past(at_ms: int | None, now_ms: int) -> bool:
    return at_ms is not None and at_ms <= now_ms
