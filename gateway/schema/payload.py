"""How a payload answers with things from the graph.

A mutation writes, then names what it changed; the selection below that name is read through the same reader as any
query, aliases and fragments included:

    @strawberry.type(description="…")
    class UpdateProfilePayload:
        profile: Profile | None = described("The person as now known.")
        user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
        replayed: bool = described("Whether this is the answer to an earlier request with the same key.")

    @strawberry.type
    class Mutation:
        @strawberry.mutation(description="Changes a person's own fields.")
        async def update_profile(self, info: strawberry.Info[Context], input: UpdateInput) -> UpdateProfilePayload:
            profile_id = await change(info.context.graph, …)
            return UpdateProfilePayload(profile=refer(profile_id), user_errors=[], replayed=False)

A resolver of its own may ask instead: `await read_entity(info, profile_id)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import strawberry
from graphql import GraphQLObjectType, get_named_type
from graphql.execution.values import VariableValues

from gateway.public_errors import NulledAbove
from gateway.schema.context import ResolveInfo
from gateway.selection import Scope, select_below
from graph.reading.answer import Answer, FieldError
from graph.selection import Selection
from graph.vocabulary import Right

# No response key of a client can be spelled like these.
_ENTITY = ":entity"
TYPE_KEY = ":type"


@dataclass(frozen=True, slots=True)
class Reference:
    """Stands in a payload for the thing with this id until it is read."""

    id: str


def refer(entity_id: str | None) -> Any:
    """For a payload's field of an entity type; null for None."""
    return None if entity_id is None else Reference(entity_id)


def refer_all(entity_ids: Iterable[str]) -> Any:
    """For a payload's field that lists entities, in this order; ids that do not exist are left out."""
    return [Reference(each) for each in entity_ids]


async def read_entity(info: strawberry.Info | ResolveInfo, entity_id: str | None) -> Any:
    """The thing with this id as the present field selects it, None where there is none."""
    found = await read_entities(info, [] if entity_id is None else [entity_id])
    return found[0] if found else None


async def read_entities(info: strawberry.Info | ResolveInfo, entity_ids: Sequence[str]) -> list[Any]:
    """The things with these ids as the present field selects them; ids that do not exist are left out."""
    if not entity_ids:
        return []
    raw = raw_info(info)
    kind = get_named_type(raw.return_type)
    below = select_below(scope_of(raw), raw.field_nodes, kind)
    # `nodes` answers with anything; what a concrete type has, other types lack.
    children = tuple(replace(each, on=kind.name) for each in below) if isinstance(kind, GraphQLObjectType) else below
    wanted = Selection(_ENTITY, "nodes", {"ids": list(entity_ids)}, children)
    answer = await raw.context.reader.answer([wanted], sees_pii=sees_pii(raw))
    found: list[Any] = with_errors(answer).get(_ENTITY) or []
    return [each for each in found if each is not None]


def raw_info(info: strawberry.Info | ResolveInfo) -> ResolveInfo:
    if isinstance(info, strawberry.Info):
        return info._raw_info  # noqa: SLF001  # Strawberry's own view of fields loses aliases and merged nodes.
    return info


def scope_of(info: ResolveInfo) -> Scope:
    # Strawberry hands resolvers the coerced values alone.
    values: Any = info.variable_values
    variables = values if isinstance(values, VariableValues) else VariableValues({}, values)
    return Scope(info.schema, info.fragments, variables, TYPE_KEY, rights=info.context.viewer.rights)


def sees_pii(info: ResolveInfo) -> bool:
    return Right.PROFILE_PII in info.context.viewer.rights


def with_errors(answer: Answer) -> dict[str, Any]:
    """The answer's data with its errors in their places, where the executor finds and reports them."""
    data: dict[str, Any] = dict(answer.data or {})
    for error in answer.errors:
        _place(data, error)
    return data


def _place(data: Any, error: FieldError) -> None:
    """Null stands at the end of the error's path, or above it where the field itself may not be null."""
    for depth, step in enumerate(error.path, start=1):
        below = data.get(step) if isinstance(data, dict) else data[step]
        if depth == len(error.path) or not isinstance(below, dict | list):
            data[step] = NulledAbove(error.message, error.code, error.path[depth:])
            return
        data = below
