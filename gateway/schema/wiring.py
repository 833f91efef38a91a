from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    is_introspection_type,
)

from gateway.schema.context import ResolveInfo
from gateway.schema.payload import TYPE_KEY, Reference, read_entities, read_entity, scope_of, with_errors
from gateway.selection import select_field

Resolver = Callable[..., Any]

# Fields at the root that the graph knows nothing of.
OWN_ROOT_FIELDS = frozenset({"viewer"})


def wire(schema: GraphQLSchema) -> None:
    """Makes the ordinary executor walk answers that the reader assembled.

    Those are dicts keyed by response key, so aliases are already resolved; leaves in them are JSON and pass through.
    """
    roots = {schema.query_type, schema.mutation_type, schema.subscription_type}
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLInterfaceType):
            kind.resolve_type = _type_name
        elif isinstance(kind, GraphQLObjectType) and not is_introspection_type(kind):
            kind.is_type_of = None
            if kind not in roots:
                for field in kind.fields.values():
                    field.resolve = _from_answer(field.resolve)
    if schema.query_type:
        for name, field in schema.query_type.fields.items():
            _wire_root(name, field)


def _wire_root(name: str, field: GraphQLField) -> None:
    field.resolve = _viewer if name in OWN_ROOT_FIELDS else _read_root


def _viewer(_source: object, info: ResolveInfo) -> object:
    return info.context.viewer


def _type_name(value: Any, _info: ResolveInfo, _kind: object) -> str:
    return cast("str", value[TYPE_KEY])


async def _read_root(_source: object, info: ResolveInfo, **_arguments: object) -> object:
    """One field of a query that travels outside the fast path: over a WebSocket, or beside introspection."""
    selection = select_field(scope_of(info), info.parent_type, str(info.path.key), info.field_nodes)
    answer = await info.context.reader.answer([selection])
    return with_errors(answer).get(selection.response_key)


def _from_answer(original: Resolver | None) -> Resolver:
    def resolve(source: Any, info: ResolveInfo, **arguments: object) -> Any:
        if isinstance(source, dict):
            return source.get(info.path.key)
        value = original(source, info, **arguments) if original else getattr(source, info.field_name, None)
        if isinstance(value, Reference):
            return read_entity(info, value.id)
        if isinstance(value, list) and value and isinstance(value[0], Reference):
            return read_entities(info, [each.id for each in value])
        return value

    return resolve
