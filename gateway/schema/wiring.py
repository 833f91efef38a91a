from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from graphql import (
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    is_introspection_type,
)

from gateway.schema.context import ResolveInfo
from gateway.schema.directives import scopes_of
from gateway.schema.payload import TYPE_KEY, Reference, read_entities, read_entity, scope_of, sees_pii, with_errors
from gateway.schema.rights import refuse_without
from gateway.selection import select_field
from graph.reading.answer import BadArgument

Resolver = Callable[..., Any]

# Fields at the root that the graph knows nothing of.
OWN_ROOT_FIELDS = frozenset({"viewer"})


def wire(schema: GraphQLSchema) -> None:
    """Makes the ordinary executor walk answers that the reader assembled.

    Those are dicts keyed by response key, so aliases are already resolved; leaves in them are JSON and pass through.
    """
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLInterfaceType):
            kind.resolve_type = _type_name
        elif isinstance(kind, GraphQLObjectType) and not is_introspection_type(kind):
            kind.is_type_of = None
            for name, field in kind.fields.items():
                if kind is schema.query_type:
                    field.resolve = _viewer if name in OWN_ROOT_FIELDS else _read_root
                elif kind in {schema.mutation_type, schema.subscription_type}:
                    _guard(field)
                else:
                    field.resolve = _from_answer(field)


def _guard(field: GraphQLField) -> None:
    if field.resolve:
        field.resolve = _guarded(field, field.resolve)
    if field.subscribe:
        field.subscribe = _guarded(field, field.subscribe)


def _viewer(_source: object, info: ResolveInfo) -> object:
    return info.context.viewer


def _type_name(value: Any, _info: ResolveInfo, _kind: object) -> str:
    return cast("str", value[TYPE_KEY])


def _guarded(field: GraphQLField, original: Resolver) -> Resolver:
    """Refuses who lacks the right before anything is done."""
    needed = scopes_of(field)

    def resolve(source: object, info: ResolveInfo, **arguments: object) -> Any:
        refuse_without(needed, info.context.viewer)
        return original(source, info, **arguments)

    return resolve


async def _read_root(_source: object, info: ResolveInfo, **_arguments: object) -> object:
    """One field of a query that travels outside the fast path: over a WebSocket, or beside introspection."""
    selection = select_field(scope_of(info), info.parent_type, str(info.path.key), info.field_nodes)
    try:
        answer = await info.context.reader.answer([selection], sees_pii=sees_pii(info))
    except BadArgument as refused:
        # The executor would say where this field stands, and not where in it the argument does.
        raise GraphQLError(refused.message, path=refused.path, extensions={"code": refused.code}) from None
    return with_errors(answer).get(selection.response_key)


def _from_answer(field: GraphQLField) -> Resolver:
    original, needed = field.resolve, scopes_of(field)

    def resolve(source: Any, info: ResolveInfo, **arguments: object) -> Any:
        if isinstance(source, dict):
            # The reader kept back already what the viewer may not see.
            return source.get(info.path.key)
        refuse_without(needed, info.context.viewer)
        value = original(source, info, **arguments) if original else getattr(source, info.field_name, None)
        if isinstance(value, Reference):
            return read_entity(info, value.id)
        if isinstance(value, list) and value and isinstance(value[0], Reference):
            return read_entities(info, [each.id for each in value])
        return value

    return resolve
