from __future__ import annotations

from dataclasses import dataclass, field

from graph.connection import Graph, Transaction
from graph.consent.evidence import Evidence, check_not_ahead
from graph.errors import Refusal, UserError
from graph.idempotency import Done, Guard, once
from graph.identifiers import IdentifierValue
from graph.subscribing.address import Push
from graph.subscribing.hand_over import hand_over, token_holders
from graph.subscribing.locked import finished, keep_details, listed_subscription
from graph.subscribing.moving import Move, move_address
from graph.subscribing.resource import ResourceReference, resource_facts
from graph.vocabulary import ChangeKind, Channel, RowOutcome, UserErrorCode


@dataclass(frozen=True, slots=True)
class ReplaceAddress:
    subscription_id: str
    channel: Channel
    address: IdentifierValue
    actor: str
    push: Push | None = None
    evidence: Evidence | None = None
    erased_key: bytes | None = field(default=None, repr=False)


async def replace_address(graph: Graph, command: ReplaceAddress, guard: Guard | None, now_ms: int) -> Done:
    """Gives a subscription another address of its channel; id, place and history stay. Twice is as good as once.

    Its status stays, except that where the resource requires a double opt-in a new address other than a push token has
    to be confirmed, also after a pause. A push token is taken from whoever had it. `erased_key` is that of `Subscribe`.

    The result holds `subscriptionId` and `outcome`. Raises Refusal NOT_FOUND, INVALID for an address of another channel
    or evidence from the future, TAKEN where the person has a subscription at the address, STATE_NOT_ALLOWED for an
    archived one, CONSENT_REQUIRED where they left that address or its person was erased, and the evidence is not newer.
    """

    async def work(transaction: Transaction) -> Done:
        return await replace_address_in(transaction, command, now_ms)

    return await once(graph, guard, now_ms, work)


async def replace_address_in(transaction: Transaction, command: ReplaceAddress, now_ms: int) -> Done:
    check_not_ahead(command.evidence, now_ms, "evidence")
    address, actor = command.address, command.actor
    holders = await token_holders(transaction, address)
    locked = await listed_subscription(transaction, command.subscription_id, now_ms, also=(address,), with_ids=holders)
    before, resolution = locked.state, locked.resolution
    if before.channel is not command.channel:
        message = f"This subscription is on {before.channel}, the address on {command.channel}."
        raise Refusal(UserError(UserErrorCode.INVALID, message, ("address",)))
    resource = await resource_facts(transaction, ResourceReference(id=before.resource_id))
    taken_from = await hand_over(transaction, resolution, address, before.profile_id, holders, actor)
    linked = resolution.link(before.profile_id, [address], "subscribe")
    await resolution.write(transaction)
    move = Move(
        address,
        resolution.identifier_ids[address.key],
        actor,
        command.evidence,
        needs_confirmation=resource.requires_double_opt_in,
        erased_key=command.erased_key,
    )
    state = await move_address(transaction, before, move, now_ms, "address")
    is_changed = state.identifier_id != before.identifier_id
    if command.push is not None:
        is_changed = await keep_details(transaction, state, command.push.properties()) or is_changed
    kinds = [ChangeKind.IDENTIFIER] if linked or taken_from else []
    outcome = RowOutcome.UPDATED if is_changed else RowOutcome.UNCHANGED
    return await finished(transaction, state, outcome, now_ms, kinds, taken_from)
