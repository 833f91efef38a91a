from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from graph.connection import Graph, Transaction
from graph.errors import Refusal, UserError
from graph.idempotency import Done, Guard, once
from graph.ids import IdPrefix, new_id
from graph.people.reference import ProfileReference, locked_people
from graph.people.touch import touch
from graph.statements import relations as statements
from graph.vocabulary import ChangeKind, RowOutcome, UserErrorCode

RELATION_TYPE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST_RELATIONS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Relation:
    """What one person is to another. There is one at most of each type from one to the other."""

    from_: ProfileReference
    to: ProfileReference
    type: str


async def relate_profiles(
    graph: Graph, relation: Relation, properties: Mapping[str, Any], guard: Guard | None, now_ms: int
) -> Done:
    """Makes the relation, or gives it these properties; the result holds `relationId` and `outcome`.

    The same again is UNCHANGED. Raises Refusal: NOT_FOUND, AMBIGUOUS_MATCH, INVALID where both are one person, and
    LIMIT_EXCEEDED for more relations than may begin at a person.
    """

    async def work(transaction: Transaction) -> Done:
        return await relate_in(transaction, relation, properties, now_ms)

    return await once(graph, guard, now_ms, work)


async def unrelate_profiles(graph: Graph, relation: Relation, guard: Guard | None, now_ms: int) -> Done:
    """Ends the relation; the result holds `profileId`, whom it began at, and `outcome`.

    One that is not there is UNCHANGED. Raises Refusal: NOT_FOUND and AMBIGUOUS_MATCH for the people.
    """

    async def work(transaction: Transaction) -> Done:
        return await unrelate_in(transaction, relation, now_ms)

    return await once(graph, guard, now_ms, work)


async def relate_in(transaction: Transaction, relation: Relation, properties: Mapping[str, Any], now_ms: int) -> Done:
    people = await locked_people(transaction, {"from": relation.from_, "to": relation.to}, now_ms)
    from_id, to_id = people["from"], people["to"]
    if from_id == to_id:
        raise Refusal(UserError(UserErrorCode.INVALID, "Nobody is related to themselves.", ("to",)))
    key, text = _key(from_id, relation.type, to_id), json.dumps(properties, sort_keys=True)
    relation_id, present, count = await transaction.run(statements.RELATION, fromId=from_id, key=key)
    if present == text:
        return Done({"relationId": relation_id, "outcome": RowOutcome.UNCHANGED})
    if relation_id is None:
        if count >= MOST_RELATIONS:
            message = f"At most {MOST_RELATIONS:,} relations may begin at a person."
            raise Refusal(UserError(UserErrorCode.LIMIT_EXCEEDED, message, ("from",)))
        relation_id, outcome = new_id(IdPrefix.RELATION), RowOutcome.CREATED
        await transaction.run(
            statements.CREATE_RELATION,
            fromId=from_id,
            toId=to_id,
            id=relation_id,
            key=key,
            type=relation.type,
            properties=text,
            now=now_ms,
        )
    else:
        outcome = RowOutcome.UPDATED
        await transaction.run(statements.SET_RELATION, key=key, properties=text)
    changes = await touch(transaction, [from_id], now_ms, ChangeKind.PROFILE)
    return Done({"relationId": relation_id, "outcome": outcome}, changes)


async def unrelate_in(transaction: Transaction, relation: Relation, now_ms: int) -> Done:
    people = await locked_people(transaction, {"from": relation.from_, "to": relation.to}, now_ms)
    from_id = people["from"]
    if not await transaction.run(statements.DELETE_RELATION, key=_key(from_id, relation.type, people["to"])):
        return Done({"profileId": from_id, "outcome": RowOutcome.UNCHANGED})
    changes = await touch(transaction, [from_id], now_ms, ChangeKind.PROFILE)
    return Done({"profileId": from_id, "outcome": RowOutcome.UPDATED}, changes)


def _key(from_id: str, type_: str, to_id: str) -> str:
    return f"{from_id}:{type_}:{to_id}"
