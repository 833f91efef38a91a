from __future__ import annotations

from dataclasses import dataclass

from graph.connection import Transaction
from graph.consent.cause import Cause
from graph.consent.evidence import Evidence
from graph.errors import Refusal, UserError
from graph.statements import subscription_changes, subscriptions
from graph.subscribing.locked import Step, SubscriptionState, locked_state, not_allowed, write_step
from graph.vocabulary import IdentifierType, SubscriptionStatus, UserErrorCode


@dataclass(frozen=True, slots=True)
class Move:
    """To which address, and whether the person has to confirm a new one."""

    identifier_id: str
    actor: str
    evidence: Evidence | None
    needs_confirmation: bool


def moved_status(state: SubscriptionState, *, needs_confirmation: bool) -> SubscriptionStatus:
    """A new token is the same device's; another address that nobody confirmed yet may be a stranger's."""
    is_same_device = state.identifier_type is IdentifierType.PUSH_TOKEN
    if needs_confirmation and not is_same_device and state.status is SubscriptionStatus.SUBSCRIBED:
        return SubscriptionStatus.UNCONFIRMED
    return state.status


async def move_address(
    transaction: Transaction, state: SubscriptionState, move: Move, now_ms: int, *path: str
) -> SubscriptionState:
    """Gives a locked subscription another address of its channel: node, place and history stay.

    The caller has linked the address to the person. Where it has this address already, nothing changes. Raises Refusal
    TAKEN where the person has a subscription there already, and STATE_NOT_ALLOWED for one that is not in use.
    """
    if not state.is_listed:
        raise not_allowed("This subscription is not in use.", *path)
    if state.identifier_id == move.identifier_id:
        return state
    key = state.row.key(move.identifier_id)
    if await transaction.run(subscriptions.FIND, key=key) is not None:
        message = "The person has another subscription at this address: archive one of the two."
        raise Refusal(UserError(UserErrorCode.TAKEN, message, path))
    await transaction.run(
        subscription_changes.MOVE_ADDRESS, id=state.id, identifierId=move.identifier_id, key=key, now=now_ms
    )
    status = moved_status(state, needs_confirmation=move.needs_confirmation)
    step = Step(status, Cause.ADDRESS_REPLACED, move.actor, evidence=move.evidence, until_ms=state.pause_end_ms)
    await write_step(transaction, state, step, now_ms)
    return await locked_state(transaction, state.id, now_ms)
