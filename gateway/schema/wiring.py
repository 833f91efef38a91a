from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    is_introspection_type,
    is_non_null_type,
)

from gateway.schema.context import ResolveInfo
from gateway.schema.directives import scopes_of
from gateway.schema.payload import TYPE_KEY, Reference, read_entities, read_entity, scope_of, sees_pii, with_errors
from gateway.schema.rights import refuse_without
from gateway.selection import grouped_fields, select_field
from graph.reading.answer import Answer, BadArgument
from graph.selection import TYPENAME, Selection

Resolver = Callable[..., Any]

_VIEWER = "viewer"
_OWN_ROOT_FIELDS = frozenset({_VIEWER, "mergePreview", "templatePreview"})


def is_own(root_field: str) -> bool:
    """Whether the graph knows nothing of a field at the root, and the ordinary executor answers it."""
    return root_field in _OWN_ROOT_FIELDS or (root_field.startswith("__") and root_field != TYPENAME)


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
                    _wire_root(name, field)
                elif kind in {schema.mutation_type, schema.subscription_type}:
                    _guard(field)
                else:
                    field.resolve = _from_answer(field)


def _wire_root(name: str, field: GraphQLField) -> None:
    """The graph's own fields are read together; the others say themselves what they answer."""
    if not is_own(name):
        field.resolve = _read_root
    elif name == _VIEWER:
        field.resolve = _viewer
    else:
        _guard(field)


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
    return await info.context.root_reads.value(str(info.path.key), lambda: _read_roots(info))


async def _read_roots(info: ResolveInfo) -> Mapping[str, object]:
    """By response key all fields of the query that the graph answers. An error stands where its field's value would."""
    scope = scope_of(info)
    groups = grouped_fields(scope, info.parent_type, [info.operation.selection_set])
    values: dict[str, object] = {}
    selections: list[Selection] = []
    for key, fields in groups.items():
        if (name := fields[0].name.value) == TYPENAME or is_own(name):
            continue
        try:
            selections.append(select_field(scope, info.parent_type, key, fields))
        except GraphQLError as error:
            values[key] = error
    try:
        answer = await info.context.reader.answer(selections, sees_pii=sees_pii(info))
    except BadArgument as refused:
        # The executor would say where this field stands, and not where in it the argument does.
        raise GraphQLError(refused.message, path=refused.path, extensions={"code": refused.code}) from None
    found = with_errors(answer) if answer.data is not None else _of_no_data(info, groups, answer)
    return {**found, **values}


def _of_no_data(info: ResolveInfo, groups: Mapping[str, list[FieldNode]], answer: Answer) -> Mapping[str, object]:
    """Where errors leave nothing of the whole, every field that may not be null fails, for the first such one's reason.

    Errors keep their own paths: the executor would say where they stand now, or that a field has no value, and not why.
    """
    errors = {
        str(each.path[0]): GraphQLError(each.message, path=list(each.path), extensions={"code": each.code})
        for each in answer.errors
    }
    fields = info.parent_type.fields
    needed = [key for key, asked in groups.items() if is_non_null_type(_type_of(fields, asked[0].name.value))]
    # Of what may be null an error stands in its own place, and takes nothing along.
    reason = next((errors[key] for key in needed if key in errors), next(iter(errors.values()), None))
    return {**dict.fromkeys(needed, reason), **errors}


def _type_of(fields: Mapping[str, GraphQLField], name: str) -> GraphQLOutputType | None:
    return fields[name].type if name in fields else None


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
