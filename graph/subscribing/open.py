"""Writes what a subscribe comes to: a new subscription, or one that was there and changes."""

from __future__ import annotations

from dataclasses import dataclass

from graph.connection import Transaction
from graph.consent.evidence import Evidence
from graph.consent.ledger import LedgerEntry, Subject, record
from graph.ids import IdPrefix, new_id
from graph.statements import subscription_changes, subscriptions
from graph.subscribing.asked import Opening
from graph.subscribing.evidence import keep_evidence
from graph.subscribing.locked import Changed, Step, SubscriptionState, keep_details, locked_state, write_step
from graph.subscribing.opening import consent_end, opened, opened_beside
from graph.subscribing.placing import make_room, place
from graph.vocabulary import RowOutcome, SubscriptionStatus


@dataclass(frozen=True, slots=True)
class Opened:
    """`unconfirmed_id` is the record of the ledger by which it waits for a confirmation."""

    subscription: Changed
    outcome: RowOutcome
    unconfirmed_id: str | None


@dataclass(frozen=True, slots=True)
class _New:
    id: str
    profile_id: str
    is_renewed: bool = False


async def open_new(transaction: Transaction, opening: Opening, archived: str | None) -> Opened:
    """`archived` is what the person archived at this address: it still says what it takes to open another one there."""
    command, row = opening.command, opening.row
    status = opening.wish.to_status
    if archived is not None:
        status = opened_beside(await locked_state(transaction, archived, opening.now_ms), opening.wish)
    subscription_id = new_id(IdPrefix.SUBSCRIPTION)
    priority = 0
    if not opening.person.is_new:
        on_top = opening.resource.raises_priority_of_new
        priority = await make_room(transaction, row, command.priority, on_top=on_top)
    await transaction.run(
        subscriptions.CREATE,
        id=subscription_id,
        key=row.key(opening.identifier_id),
        profileId=row.profile_id,
        identifierId=opening.identifier_id,
        resourceId=row.resource_id,
        channel=row.channel,
        status=status,
        priority=priority,
        details=command.details(),
        consentExpiresAt=command.consent_expires_at_ms,
        now=opening.now_ms,
    )
    subject = Subject.subscription(subscription_id)
    entry = LedgerEntry(
        subject, row.profile_id, None, status, command.cause, command.actor, command.source, evidence=command.opt_in
    )
    (record_id,) = await record(transaction, [entry], opening.now_ms)
    if command.opt_in is not None:
        await keep_evidence(transaction, subscription_id, command.opt_in)
    return Opened(_New(subscription_id, row.profile_id), RowOutcome.CREATED, _waiting(status, record_id))


async def open_again(transaction: Transaction, opening: Opening, state: SubscriptionState) -> Opened:
    command = opening.command
    status = opened(state, opening.wish)
    record_id = None if state.last is None else state.last.id
    changed = await keep_details(transaction, state, command.details())
    if command.priority is not None:
        changed = await place(transaction, opening.row, state.id, command.priority) or changed
    if status is not state.status:
        step = Step(status, command.cause, command.actor, evidence=command.opt_in, source=command.source)
        record_id = await write_step(transaction, state, step, opening.now_ms)
        changed = True
    consents = is_newer(command.opt_in, state.opt_in_at_ms)
    if command.opt_in is not None and (consents or status is not state.status):
        await keep_evidence(transaction, state.id, command.opt_in)
        changed = True
    end_ms = consent_end(state, command.consent_expires_at_ms, status, has_newer_consent=consents)
    changed = await _keep_consent_end(transaction, state, end_ms) or changed
    return Opened(state, RowOutcome.UPDATED if changed else RowOutcome.UNCHANGED, _waiting(status, record_id))


async def _keep_consent_end(transaction: Transaction, state: SubscriptionState, end_ms: int | None) -> bool:
    if end_ms == state.consent_expires_at_ms:
        return False
    await transaction.run(subscription_changes.SET_CONSENT_END, id=state.id, until=end_ms)
    return True


def is_newer(evidence: Evidence | None, kept_ms: int | None) -> bool:
    return evidence is not None and (kept_ms is None or evidence.at_ms > kept_ms)


def _waiting(status: SubscriptionStatus, record_id: str | None) -> str | None:
    return record_id if status is SubscriptionStatus.UNCONFIRMED else None
