from __future__ import annotations

from dataclasses import dataclass

from graph.connection import Graph, Transaction
from graph.errors import Refusal, UserError
from graph.idempotency import Done, Guard, once
from graph.identifiers import IdentifierValue
from graph.people.reference import Person, ProfileReference, locked_person
from graph.people.touch import touch
from graph.statements import identifiers as statements
from graph.statements.people import FORGET_UNUSED_IDENTIFIERS
from graph.vocabulary import ChangeKind, RowOutcome, SubscriptionStatus, UserErrorCode

# What may still be written to, now or later.
_LIVE = (SubscriptionStatus.SUBSCRIBED, SubscriptionStatus.SUSPENDED, SubscriptionStatus.UNCONFIRMED)


@dataclass(frozen=True, slots=True)
class RemoveIdentifier:
    profile: ProfileReference
    identifier: IdentifierValue


async def remove_identifier(graph: Graph, command: RemoveIdentifier, guard: Guard | None, now_ms: int) -> Done:
    """Takes a value away from the person, who from then on is not found by it; others who share it keep it.

    The last one may go too: an anonymous profile stays, which its id still names. A value that is blocked may go. An
    identifier that neither people nor subscriptions, in whatever state, use any more is deleted. The result holds
    `profileId` and `outcome`: UNCHANGED where the person did not have it. Raises Refusal as `locked_person` does, and
    BLOCKED_BY where a subscription of the person is still alive at this address: letters must not go on to an address
    that is the person's no more, and consent is not changed in passing.
    """

    async def work(transaction: Transaction) -> Done:
        return await remove_identifier_in(transaction, command, now_ms)

    return await once(graph, guard, now_ms, work)


async def remove_identifier_in(transaction: Transaction, command: RemoveIdentifier, now_ms: int) -> Done:
    key = command.identifier.key
    person = await locked_person(transaction, command.profile, now_ms, also=(command.identifier,))
    await person.resolution.write(transaction)
    if key in person.resolution.blocked:
        # It comes after the identifier that names the person, whatever their order: new links to it are refused, so
        # only another removal can hold it, and should the two wait for each other, one of them is started again.
        await transaction.run(statements.LOCK_IDENTIFIER, key=key)
    await _refuse_while_used(transaction, person, key)
    if not await transaction.run(statements.UNLINK_IDENTIFIER, key=key, profileId=person.profile_id):
        return Done({"profileId": person.profile_id, "outcome": RowOutcome.UNCHANGED})
    await transaction.run(FORGET_UNUSED_IDENTIFIERS, keys=[key])
    changes = await touch(transaction, [person.profile_id], now_ms, ChangeKind.IDENTIFIER)
    return Done({"profileId": person.profile_id, "outcome": RowOutcome.UPDATED}, changes)


async def _refuse_while_used(transaction: Transaction, person: Person, key: str) -> None:
    """Whoever opens a subscription locks the person first, so none comes to be after this look."""
    alive = await transaction.run(
        statements.LIVE_SUBSCRIPTIONS, key=key, profileId=person.profile_id, statuses=list(_LIVE)
    )
    if alive:
        message = f"The subscription {alive[0]} is at this address: end it first."
        raise Refusal(UserError(UserErrorCode.BLOCKED_BY, message, ("identifier",)))
