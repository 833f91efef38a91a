from __future__ import annotations

from dataclasses import dataclass

from graph.connection import Graph, Transaction
from graph.errors import Refusal
from graph.idempotency import Done, Guard, once
from graph.identifiers import IdentifierValue
from graph.people.reference import ProfileReference, locked_person
from graph.people.touch import touch
from graph.vocabulary import ChangeKind, RowOutcome


@dataclass(frozen=True, slots=True)
class AddIdentifier:
    profile: ProfileReference
    identifier: IdentifierValue
    source: str = "api"


async def add_identifier(graph: Graph, command: AddIdentifier, guard: Guard | None, now_ms: int) -> Done:
    """Gives the person one more value, which others may have too where its type allows that.

    The result holds `profileId`, `identifierId` and `outcome`: UNCHANGED where the person had it. Raises Refusal as
    `locked_person` does for the person and `Resolution.link` for the value.
    """

    async def work(transaction: Transaction) -> Done:
        return await add_identifier_in(transaction, command, now_ms)

    return await once(graph, guard, now_ms, work)


async def add_identifier_in(transaction: Transaction, command: AddIdentifier, now_ms: int) -> Done:
    person = await locked_person(transaction, command.profile, now_ms, also=(command.identifier,))
    try:
        added = person.resolution.link(person.profile_id, [command.identifier], command.source)
    except Refusal as refusal:
        raise refusal.at("identifier") from None
    await person.resolution.write(transaction)
    result = {
        "profileId": person.profile_id,
        "identifierId": person.resolution.identifier_ids[command.identifier.key],
        "outcome": RowOutcome.UPDATED if added else RowOutcome.UNCHANGED,
    }
    changed = [person.profile_id] if added else []
    return Done(result, await touch(transaction, changed, now_ms, ChangeKind.IDENTIFIER))
