from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.attribute import AttributeDefinition
from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.attribute import DefineAttributeInput
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.results import UserError
from graph.idempotency import Done
from graph.people.attribute_definition import KEY, MOST_VALUES, define_attribute, definition_of
from graph.people.attribute_definition import AttributeDefinition as Definition
from graph.vocabulary import AttributeType, RowOutcome, UserErrorCode

_KEY_MEANING = "a small letter, then small letters, digits and '_', 40 at most"
_LONGEST_VALUE = 100


@strawberry.type(description="The attribute, and what became of it.")
class DefineAttributePayload:
    attribute_definition: AttributeDefinition | None = described("The attribute as it is defined now.")
    outcome: RowOutcome | None = described("What became of it.")
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(
    info: strawberry.Info[Context], input: Annotated[DefineAttributeInput, INPUT]
) -> DefineAttributePayload:
    settled = await settle(info.context, _define(info.context, input))
    return DefineAttributePayload(
        attribute_definition=await _defined(info.context, settled.value("key")),
        outcome=settled.value("outcome"),
        user_errors=settled.user_errors,
        replayed=settled.replayed,
    )


async def _define(context: Context, given: DefineAttributeInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    definition = Definition(
        key=problems.pattern(given.key, KEY, _KEY_MEANING, "key"), type=given.type, values=_values(given, problems)
    )
    problems.refuse()
    return await define_attribute(
        context.graph, definition, guard(context, "defineAttribute", given), context.clock.now()
    )


def _values(given: DefineAttributeInput, problems: Problems) -> tuple[str, ...]:
    values = given.values or []
    if given.type is AttributeType.ENUM and not values:
        problems.add(UserErrorCode.REQUIRED, "An ENUM has at least one value.", "values")
    if given.type is not AttributeType.ENUM and given.values is not None:
        problems.add(UserErrorCode.INVALID, "Only an ENUM has values.", "values")
    if len(values) > MOST_VALUES:
        problems.add(UserErrorCode.LIMIT_EXCEEDED, f"May have at most {MOST_VALUES} values.", "values")
        return ()
    checked = [problems.text(each, "values", str(n), longest=_LONGEST_VALUE) for n, each in enumerate(values)]
    return tuple(dict.fromkeys(checked))


async def _defined(context: Context, key: str | None) -> AttributeDefinition | None:
    found = None if key is None else await definition_of(context.graph, key)
    if found is None:
        return None
    return AttributeDefinition(key=found.key, type=found.type, values=list(found.values) or None, indexed=False)
