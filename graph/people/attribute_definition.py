from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from graph.connection import Graph, Transaction
from graph.errors import Refusal, UserError
from graph.idempotency import Done, Guard, once
from graph.statements import attributes as statements
from graph.vocabulary import AttributeType, RowOutcome, UserErrorCode

KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST_DEFINITIONS: Final = 500
MOST_VALUES: Final = 500


@dataclass(frozen=True, slots=True)
class AttributeDefinition:
    """What an attribute is: its type, which never changes, and for ENUM the values it may have."""

    key: str
    type: AttributeType
    values: tuple[str, ...] = ()


async def define_attribute(graph: Graph, definition: AttributeDefinition, guard: Guard | None, now_ms: int) -> Done:
    """Makes the attribute known; the result holds its `key` and `outcome`. The same again is UNCHANGED.

    Values that an ENUM did not have are added behind those it has, which stay where the new definition lacks them.
    Raises Refusal: TAKEN where the key has another type, LIMIT_EXCEEDED for too many attributes or values.
    """

    async def work(transaction: Transaction) -> Done:
        return await define_attribute_in(transaction, definition, now_ms)

    return await once(graph, guard, now_ms, work)


async def define_attribute_in(transaction: Transaction, definition: AttributeDefinition, now_ms: int) -> Done:
    is_new: bool = await transaction.run(
        statements.LOCK_DEFINITION,
        key=definition.key,
        type=definition.type,
        values=list(definition.values) or None,
        now=now_ms,
    )
    present = (await definitions(transaction, [definition.key]))[definition.key]
    if present.type is not definition.type:
        message = f"This attribute is of type {present.type}, and stays so."
        raise Refusal(UserError(UserErrorCode.TAKEN, message, ("type",)))
    values = tuple(dict.fromkeys([*present.values, *definition.values]))
    if len(values) > MOST_VALUES:
        raise Refusal(UserError(UserErrorCode.LIMIT_EXCEEDED, f"May have at most {MOST_VALUES} values.", ("values",)))
    if values != present.values:
        await transaction.run(statements.SET_VALUES, key=definition.key, values=list(values))
    if is_new and await transaction.run(statements.COUNT_DEFINITIONS) > MOST_DEFINITIONS:
        message = f"At most {MOST_DEFINITIONS} attributes can be defined."
        raise Refusal(UserError(UserErrorCode.LIMIT_EXCEEDED, message, ("key",)))
    changed = RowOutcome.UNCHANGED if values == present.values else RowOutcome.UPDATED
    return Done({"key": definition.key, "outcome": RowOutcome.CREATED if is_new else changed})


async def definition_of(graph: Graph, key: str) -> AttributeDefinition | None:
    """The attribute as it is defined now."""
    rows = await graph.read(statements.DEFINITIONS, keys=[key])
    return _definition(*rows[0]) if rows else None


async def defined_keys(graph: Graph, keys: Collection[str]) -> frozenset[str]:
    """Those of these attributes that are defined."""
    return frozenset(row[0] for row in await graph.read(statements.DEFINITIONS, keys=sorted(keys)))


async def definitions(transaction: Transaction, keys: Collection[str]) -> dict[str, AttributeDefinition]:
    """Those of these attributes that are defined, by key."""
    rows = await transaction.run(statements.DEFINITIONS, keys=sorted(keys))
    return {key: _definition(key, type_, values) for key, type_, values in rows}


def _definition(key: str, type_: str, values: list[str] | None) -> AttributeDefinition:
    return AttributeDefinition(key, AttributeType(type_), tuple(values or ()))
