from __future__ import annotations

from dataclasses import dataclass, field

from graph.connection import Transaction
from graph.consent.cause import Cause
from graph.consent.evidence import Evidence
from graph.consent.strictness import CLOSED, widens
from graph.erasing.erased_address import refuse_erased
from graph.errors import Refusal, UserError
from graph.identifiers import IdentifierValue
from graph.statements import subscription_changes
from graph.subscribing.bars import standing_at
from graph.subscribing.locked import (
    Step,
    SubscriptionState,
    locked_state,
    not_allowed,
    require_newer,
    write_step,
)
from graph.vocabulary import IdentifierType, SubscriptionStatus, UserErrorCode


@dataclass(frozen=True, slots=True)
class Move:
    """To which address, and whether the person has to confirm a new one. `erased_key` is that of `refuse_erased`."""

    address: IdentifierValue
    identifier_id: str
    actor: str
    evidence: Evidence | None
    needs_confirmation: bool
    erased_key: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Moved:
    """What it may be used for at the new address, and when its consent ends."""

    status: SubscriptionStatus
    consent_expires_at_ms: int | None


def moved(state: SubscriptionState, now_ms: int, *, needs_confirmation: bool) -> Moved:
    """A new token is the same device's; another address that nobody confirmed yet may be a stranger's.

    A pause ends by itself and would then uncover a consent to that address which nobody gave: it ends now.
    """
    status, expires_at_ms = state.status, state.consent_expires_at_ms
    if needs_confirmation and state.identifier_type is not IdentifierType.PUSH_TOKEN:
        if status is SubscriptionStatus.SUBSCRIBED:
            status = SubscriptionStatus.UNCONFIRMED
        elif status is SubscriptionStatus.SUSPENDED:
            expires_at_ms = min(now_ms, expires_at_ms or now_ms)
    return Moved(status, expires_at_ms)


def refuse_refused(
    archived: SubscriptionState, state: SubscriptionState, evidence: Evidence | None, *path: str
) -> None:
    """What the person once refused at the new address still stands, though they archived it.

    Raises Refusal CONSENT_REQUIRED without newer evidence, STATE_NOT_ALLOWED where nothing opens it.
    """
    if not widens(archived.status, state.status):
        return
    if archived.status in CLOSED:
        raise not_allowed(f"What the person had at this address is {archived.status}: nothing opens it again.", *path)
    if archived.status is SubscriptionStatus.UNSUBSCRIBED:
        what = "What the person had at this address is UNSUBSCRIBED"
        require_newer(evidence, archived.recorded_at_ms, what, *path)


async def move_address(
    transaction: Transaction, state: SubscriptionState, move: Move, now_ms: int, *path: str
) -> SubscriptionState:
    """Gives a locked subscription another address of its channel: node, place and history stay.

    The caller has linked the address to the person. Where it has this address already, nothing changes. Raises Refusal
    TAKEN where the person has a subscription there already, STATE_NOT_ALLOWED for one that is not in use, and
    CONSENT_REQUIRED for an address that they left, or whose person was erased.
    """
    if not state.is_listed:
        raise not_allowed("This subscription is not in use.", *path)
    if state.identifier_id == move.identifier_id:
        return state
    await _refuse_address(transaction, state, move, now_ms, *path)
    key = state.row.key(move.identifier_id)
    await transaction.run(
        subscription_changes.MOVE_ADDRESS, id=state.id, identifierId=move.identifier_id, key=key, now=now_ms
    )
    after = moved(state, now_ms, needs_confirmation=move.needs_confirmation)
    step = Step(after.status, Cause.ADDRESS_REPLACED, move.actor, evidence=move.evidence, until_ms=state.pause_end_ms)
    await write_step(transaction, state, step, now_ms)
    if after.consent_expires_at_ms != state.consent_expires_at_ms:
        await transaction.run(subscription_changes.SET_CONSENT_END, id=state.id, until=after.consent_expires_at_ms)
    return await locked_state(transaction, state.id, now_ms)


async def _refuse_address(
    transaction: Transaction, state: SubscriptionState, move: Move, now_ms: int, *path: str
) -> None:
    standing = await standing_at(transaction, state.row, move.identifier_id)
    if standing.found is not None:
        message = "The person has another subscription at this address: archive one of the two."
        raise Refusal(UserError(UserErrorCode.TAKEN, message, path))
    if standing.archived is not None:
        refuse_refused(await locked_state(transaction, standing.archived, now_ms), state, move.evidence, *path)
    if move.erased_key is not None:
        await refuse_erased(transaction, move.erased_key, move.address, move.evidence, *path)
