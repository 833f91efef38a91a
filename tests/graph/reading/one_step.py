"""Every statement that the schema can produce in one step, as the selections that ask for it.

A step is a root field, or one field of a thing that was looked up, with every way, order, direction, end, cursor and
filter it has. The schema says what there is; this module only knows a value for each kind of argument.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_leaf_type,
    is_non_null_type,
)

from graph.reading.draft import Caller, Draft
from graph.reading.fields import Connection, Several
from graph.reading.lookups import NODES
from graph.reading.order import SortKind
from graph.reading.shapes import SHAPES
from graph.reading.shapes.lists import ROOT_LISTS, WHOLE_LISTS
from graph.selection import Selection
from tests.graph.reading.places import CURSORS

SCHEMA: GraphQLSchema = build_schema((Path(__file__).parents[3] / "schema.graphql").read_text())
_ID = Selection("id", "id")
_PAGING = frozenset({"first", "last", "after", "before"})
# The types that are found by their ids, and of which prefix those are.
PREFIXES: Mapping[str, str] = {lookup.shape: prefix for prefix, lookup in NODES.items()}

Arguments = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Step:
    """`of_everything` says whether it lists or counts all there are of a kind, for which a whole index is read."""

    listing: str
    selection: Selection
    of_everything: bool = False

    def __str__(self) -> str:
        return _text(self.selection)


def type_named(name: str) -> GraphQLObjectType:
    found = SCHEMA.get_type(name)
    assert isinstance(found, GraphQLObjectType)
    return found


def steps() -> Iterator[Step]:
    query = type_named("Query")
    for name, field in query.fields.items():
        if name in ROOT_LISTS:
            yield from _list_steps(name, name, field, ROOT_LISTS[name], root=True)
        elif name in WHOLE_LISTS:
            yield Step(name, Selection(name, name, {}, _children(get_named_type(field.type))), of_everything=True)
        elif name not in {"viewer", "mergePreview", "templatePreview", "node", "nodes"}:
            yield from (_looked_up(name, way) for way in _ways(name, field))
    for type_name, prefix in PREFIXES.items():
        yield from _type_steps(type_name, prefix)


def _looked_up(name: str, way: Arguments) -> Step:
    return Step(name, Selection(name, name, way, (_ID,)))


def _ways(name: str, field: GraphQLField) -> Iterator[Arguments]:
    ((argument, definition),) = field.args.items()
    wanted = get_named_type(definition.type)
    if not isinstance(wanted, GraphQLInputObjectType):
        yield {argument: f"{name[:3]}_1" if name == "job" else "msg_1"}
    elif not wanted.is_one_of:
        yield {argument: _example(name, wanted)}
    else:
        for member, inner in wanted.fields.items():
            yield {argument: {member: _example(member, get_named_type(inner.type))}}


def _example(name: str, wanted: object) -> object:
    if isinstance(wanted, GraphQLInputObjectType):
        return {member: _example(member, get_named_type(each.type)) for member, each in wanted.fields.items()}
    return {"type": "EMAIL", "namespace": "", "value": "ann@example.com"}.get(name, "x_1")


def _type_steps(type_name: str, prefix: str) -> Iterator[Step]:
    by_id: Arguments = {"id": f"{prefix}_1"}
    leaves = tuple(
        Selection(name, name) for name, field in _fields(type_name) if is_leaf_type(get_named_type(field.type))
    )
    yield Step(f"{type_name}: its values", _node(by_id, type_name, leaves))
    yield Step(f"{type_name}: several", _nodes([f"{prefix}_1", f"{prefix}_2"], type_name, leaves))
    for name, field in _fields(type_name):
        if is_leaf_type(get_named_type(field.type)):
            continue
        shown = SHAPES[type_name].fields[name]
        listing = f"{type_name}.{name}"
        if isinstance(shown, Connection):
            for step in _list_steps(listing, name, field, shown):
                yield Step(listing, _node(by_id, type_name, (step.selection,)))
        else:
            for arguments in _narrowed(field):
                selection = Selection(name, name, arguments, _children(get_named_type(field.type)))
                yield Step(listing, _node(by_id, type_name, (selection,)))
                yield Step(listing, _nodes([f"{prefix}_1"], type_name, (selection,)))


def _fields(type_name: str) -> Iterator[tuple[str, GraphQLField]]:
    yield from type_named(type_name).fields.items()


def _node(by_id: Arguments, type_name: str, children: Sequence[Selection]) -> Selection:
    return Selection("node", "node", by_id, _on(type_name, children))


def _nodes(ids: Sequence[str], type_name: str, children: Sequence[Selection]) -> Selection:
    return Selection("nodes", "nodes", {"ids": list(ids)}, _on(type_name, children))


def _on(type_name: str, children: Sequence[Selection]) -> tuple[Selection, ...]:
    return tuple(
        Selection(each.response_key, each.name, each.arguments, each.children, on=type_name) for each in children
    )


def _children(wanted: object, depth: int = 1) -> tuple[Selection, ...]:
    """All values of an object, and below it so many levels of the objects that it is made of."""
    if isinstance(wanted, GraphQLInterfaceType):
        types = SCHEMA.get_possible_types(wanted)
        return tuple(each for one in types for each in _on(one.name, _children(one, depth)))
    assert isinstance(wanted, GraphQLObjectType)
    found = []
    for name, field in wanted.fields.items():
        inner = get_named_type(field.type)
        if is_leaf_type(inner):
            found.append(Selection(name, name))
        elif depth and not isinstance(
            SHAPES.get(wanted.name, SHAPES["Profile"]).fields.get(name), Connection | Several
        ):
            found.append(Selection(name, name, {}, _children(inner, depth - 1)))
    return tuple(found)


# What each part of a connection needs of the statement.
_PAGE_INFO = Selection("pageInfo", "pageInfo", {}, (Selection("endCursor", "endCursor"),))
_COUNT = Selection("count", "count", {"limit": 10_000}, (Selection("value", "value"),))


def _list_steps(
    listing: str, name: str, field: GraphQLField, shown: Connection, *, root: bool = False
) -> Iterator[Step]:
    node = _node_type(field)
    everything = _children(node)
    parts = (
        (Selection("nodes", "nodes", {}, everything),),
        (Selection("nodes", "nodes", {}, everything[:1]), _PAGE_INFO),
    )
    for arguments in _narrowed(field):
        for page in _pages(shown, arguments):
            for children in parts:
                yield Step(listing, Selection(name, name, {**arguments, **page}, children), of_everything=root)
        yield Step(listing, Selection(name, name, arguments, (_COUNT,)), of_everything=root)


def _node_type(field: GraphQLField) -> object:
    connection = get_named_type(field.type)
    assert isinstance(connection, GraphQLObjectType)
    return get_named_type(connection.fields["nodes"].type)


def _pages(shown: Connection, arguments: Arguments) -> Iterator[Arguments]:
    draft = Draft(Caller(CURSORS), ())
    order = shown.listing.order(draft.arguments(Selection("list", "list", arguments), ()))
    value: Any = None
    if order.key is not None:
        value = "Archer" if order.key.kind is SortKind.TEXT else 5
    places = [CURSORS.at(order.name, value, "a_1")]
    if order.is_nullable:
        places.append(CURSORS.at(order.name, None, "a_1"))
    for size, after, before in product(("first", "last"), (None, *places), (None, *places)):
        given = {size: 20, "after": after, "before": before}
        yield {name: each for name, each in given.items() if each is not None}


def _narrowed(field: GraphQLField) -> Iterator[Arguments]:
    """Each value of each argument beside the first values of the others, and all of some together."""
    values = {name: _values(name, each) for name, each in field.args.items() if name not in _PAGING}
    if not values:
        yield {}
        return
    for chosen in product(*values.values()):
        yield {name: value for name, value in zip(values, chosen, strict=True) if value is not None}


_PERIODS: tuple[object, ...] = (None, {"from": 1}, {"before": 9}, {"from": 1, "before": 9})
_BOUGHT = {"totalOver": {"amount": "5", "currency": "GBP"}, "during": {"from": 1}, "timesAtLeast": 1}
_CONDITIONS: tuple[Mapping[str, object], ...] = (
    {"kinds": ["LEAD"]},
    {"statuses": ["SUBSCRIBED"]},
    {"countries": ["GB", "DE"]},
    {"countries": ["GB"], "createdAt": {"from": 1, "before": 9}},
    {"createdAt": {"from": 1}},
    {"createdAt": {"before": 9}},
    {"lastSeenAt": {"from": 1, "before": 9}},
    {"lastSeenAt": {"from": 1}, "countries": ["GB"], "isTest": False},
    {"hasIdentifier": "EMAIL"},
    {"attribute": {"key": "tier", "equals": "gold", "in": ["gold"], "over": 1, "under": 9, "exists": True}},
    {"subscription": {"exists": True}},
    {"subscription": {"exists": False, "channel": "EMAIL", "statuses": ["SUBSCRIBED"], "resource": {"key": "news"}}},
    {"subscription": {"exists": True, "resource": {"id": "res_1"}}},
    {"purchase": {"timesAtLeast": 1}},
    {"purchase": _BOUGHT},
    {"purchase": {**_BOUGHT, "timesAtLeast": 2, "timesAtMost": 5}},
    {"purchase": {"timesAtLeast": 2}},
    {"isTest": True},
    {"all": [{"kinds": ["LEAD"]}, {"countries": ["GB"]}]},
    {"any": [{"purchase": _BOUGHT}, {"subscription": {"exists": True, "channel": "SMS"}}]},
    {"not": {"purchase": {"timesAtLeast": 3}}, "countries": ["GB"]},
)
# For each name of an argument the values that are told apart by statements.
VALUES: Mapping[str, tuple[object, ...]] = {
    "types": (None, ["a", "b"]),
    "during": _PERIODS,
    "direction": ("DESC", "ASC"),
    "statuses": (None, ["PAID"]),
    "kinds": (None, ["EVENT", "PURCHASE", "MESSAGE", "CONSENT"], ["EVENT"], ["PURCHASE", "CONSENT"]),
    "channel": (None, "EMAIL"),
    "states": (None, ["SENT"]),
    "purposes": (None, ["MARKETING"]),
    "resource": (None, {"id": "res_1"}, {"key": "news"}),
    "category": (None, {"id": "cat_1"}, {"key": "news"}),
    "purpose": ("MARKETING",),
    "at": (None, 5),
    "search": (None, "ann archer", "ann", "1234", "!!", "tier:gold"),
    "key": ("tier",),
    "type": (None, "parent"),
    "keys": (None, ["tier"]),
    "orderBy": (
        None,
        *(
            {"field": field, "direction": direction}
            for field in ("CREATED_AT", "LAST_SEEN_AT", "LAST_NAME")
            for direction in ("ASC", "DESC")
        ),
    ),
}
_FILTERS: Mapping[str, tuple[object, ...]] = {
    "ProfileFilter": (None, *_CONDITIONS),
    "MessageFilter": (
        None,
        {"states": ["SENT"]},
        {"states": ["FAILED", "UNKNOWN"]},
        {"during": {"from": 1, "before": 9}},
        {"channel": "EMAIL", "during": {"from": 1}},
        {"resource": {"id": "res_1"}},
        {"resource": {"key": "news"}, "during": {"before": 9}},
    ),
}


def _values(name: str, argument: GraphQLArgument) -> tuple[object, ...]:
    values = _FILTERS[get_named_type(argument.type).name] if name == "filter" else VALUES[name]
    return tuple(each for each in values if each is not None or not is_non_null_type(argument.type))


def _text(selection: Selection) -> str:
    """As it would stand in a document, roughly."""
    arguments = ", ".join(f"{name}: {value}" for name, value in selection.arguments.items())
    below = " ".join(_text(each) for each in selection.children)
    on = f"... on {selection.on} " if selection.on else ""
    return f"{on}{selection.name}{f'({arguments})' if arguments else ''}{f' {{ {below} }}' if below else ''}"
