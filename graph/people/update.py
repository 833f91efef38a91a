from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graph.connection import Graph, Transaction
from graph.errors import Refusal, UserError
from graph.idempotency import Done, Guard, once
from graph.people.attribute_change import AttributeChange
from graph.people.facts import Facts, FieldValue
from graph.people.knowledge import learned
from graph.people.reference import ProfileReference, locked_person
from graph.people.touch import touch
from graph.statements import people as statements
from graph.vocabulary import ChangeKind, UserErrorCode


@dataclass(frozen=True, slots=True)
class UpdateProfile:
    """`fields` and `attributes` are what Facts are made of; `if_revision` guards against changes by others."""

    profile: ProfileReference
    fields: Mapping[str, FieldValue]
    attributes: tuple[AttributeChange, ...] = ()
    if_revision: int | None = None


async def update_profile(graph: Graph, command: UpdateProfile, guard: Guard | None, now_ms: int) -> Done:
    """Sets fields and changes attributes of a person who is there; the result holds `profileId`.

    Raises Refusal: NOT_FOUND, AMBIGUOUS_MATCH, REVISION_CHANGED where somebody else changed the person since the caller
    looked, and what `graph.people.facts.news` refuses. What is so already changes nothing, not even the revision.
    """

    async def work(transaction: Transaction) -> Done:
        return await update_in(transaction, command, now_ms)

    return await once(graph, guard, now_ms, work)


async def update_in(transaction: Transaction, command: UpdateProfile, now_ms: int) -> Done:
    person = await locked_person(transaction, command.profile, now_ms)
    profile_id = person.profile_id
    if command.if_revision is not None:
        revision: int = await transaction.run(statements.REVISION, id=profile_id)
        if revision != command.if_revision:
            message = f"The profile's revision is {revision} by now. Read it again and decide anew."
            raise Refusal(UserError(UserErrorCode.REVISION_CHANGED, message, ("ifRevision",)))
    if not await learned(transaction, profile_id, Facts(command.fields, command.attributes), now_ms):
        return Done({"profileId": profile_id})
    return Done({"profileId": profile_id}, await touch(transaction, [profile_id], now_ms, ChangeKind.PROFILE))
