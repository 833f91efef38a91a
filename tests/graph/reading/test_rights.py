"""What a caller has no right to leaves no trace in the statement; no field of the schema is unknown to reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, get_named_type, is_non_null_type

from graph.reading.answer import FieldError
from graph.reading.compile import Plan, compiled
from graph.reading.draft import Caller
from graph.reading.fields import Connection, Far, Leaf, One, Part
from graph.reading.lookups import LOOKUPS, NODES
from graph.reading.shapes import SHAPES
from graph.reading.shapes.lists import ROOT_LISTS
from graph.reading.variants import KINDS
from graph.selection import Selection, Withheld
from tests.graph.reading.documents import selections_of
from tests.graph.reading.one_step import PREFIXES, SCHEMA, type_named
from tests.graph.reading.places import CURSORS

_TEXT = (Path(__file__).parents[3] / "schema.graphql").read_text()
# What every list has around its entries, and what the gateway answers by itself.
_GATEWAY = frozenset({"Viewer"})
_MADE_IN_PLACE = {"Money": {"amount", "currency"}}


def _reachable() -> dict[str, GraphQLObjectType | GraphQLInterfaceType]:
    found: dict[str, GraphQLObjectType | GraphQLInterfaceType] = {}
    waiting: list[object] = [SCHEMA.query_type]
    while waiting:
        each = waiting.pop()
        if not isinstance(each, GraphQLObjectType | GraphQLInterfaceType) or each.name in found:
            continue
        found[each.name] = each
        waiting += [get_named_type(field.type) for field in each.fields.values()]
        waiting += SCHEMA.get_possible_types(each) if isinstance(each, GraphQLInterfaceType) else []
    return found


def _known_fields(name: str) -> set[str]:
    if name == "Query":
        return {*LOOKUPS, *ROOT_LISTS, "node", "nodes", "viewer"}
    if name in SHAPES:
        return set(SHAPES[name].fields)
    if name in _MADE_IN_PLACE:
        return _MADE_IN_PLACE[name]
    if name.endswith("Connection"):
        return {"edges", "nodes", "pageInfo", "count"}
    if name.endswith("Edge"):
        return {"node", "cursor"}
    return {"PageInfo": {"hasNextPage", "hasPreviousPage", "startCursor", "endCursor"}, "Count": {"value", "exact"}}[
        name
    ]


def test_every_field_of_the_schema_is_known_to_the_read_path_and_no_other() -> None:
    types = _reachable()
    assert len(types) > 40
    for name, each in types.items():
        if name in _GATEWAY:
            continue
        if isinstance(each, GraphQLInterfaceType):
            for implementation in SCHEMA.get_possible_types(each):
                assert set(each.fields) <= _known_fields(implementation.name), (name, implementation.name)
            continue
        assert set(each.fields) == _known_fields(name), name


def _implementations(name: str) -> set[str]:
    interface = SCHEMA.get_type(name)
    assert isinstance(interface, GraphQLInterfaceType)
    return {each.name for each in SCHEMA.get_possible_types(interface)}


def test_every_shape_and_kind_is_a_type_of_the_schema() -> None:
    types = _reachable()
    assert set(SHAPES) <= set(types)
    assert {lookup.shape for lookup in NODES.values()} == _implementations("Node")
    for interface, kinds in KINDS.items():
        assert set(kinds.values()) == _implementations(interface)


def test_a_required_field_of_a_shape_is_one_that_may_not_be_null_in_the_schema() -> None:
    for shape in SHAPES.values():
        for name, field in shape.fields.items():
            leaf = field.leaf if isinstance(field, Far) else field
            if isinstance(leaf, Leaf | One | Part):
                required = is_non_null_type(type_named(shape.name).fields[name].type)
                assert leaf.required == required, f"{shape.name}.{name}"


def test_every_list_of_the_schema_has_the_entries_of_its_shape() -> None:
    for shape in SHAPES.values():
        for name, field in shape.fields.items():
            if isinstance(field, Connection):
                wanted = get_named_type(type_named(shape.name).fields[name].type).name
                assert wanted == f"{field.shape}Connection", f"{shape.name}.{name}"


def _marked(directive: str) -> Iterator[tuple[str, str]]:
    for block in re.findall(r"^type (\w+)[^{]*\{(.*?)^\}", _TEXT, re.MULTILINE | re.DOTALL):
        type_name, body = block
        yield from (
            (type_name, name) for name in re.findall(rf"^  (\w+)(?:\([^)]*\))?: \S+ @{directive}", body, re.MULTILINE)
        )


PERSONAL = tuple(_marked("pii"))


def _asked(type_name: str, chosen: tuple[Selection, ...]) -> tuple[Selection, ...]:
    if type_name == "OptInEvidence":
        inner = (Selection("optIn", "optIn", {}, chosen, on="ChannelSubscription"),)
        return (Selection("node", "node", {"id": "sub_1"}, inner),)
    return (Selection("node", "node", {"id": f"{PREFIXES[type_name]}_1"}, chosen),)


def _compiled(selections: tuple[Selection, ...]) -> Plan:
    return compiled(selections, Caller(CURSORS))


def _text(plan: Plan) -> str:
    assert plan.statement is not None
    return plan.statement.text


def test_the_schema_marks_these_fields_as_personal_data() -> None:
    assert set(PERSONAL) == {
        ("Profile", "firstName"),
        ("Profile", "lastName"),
        ("Profile", "birthDate"),
        ("Profile", "sex"),
        ("Identifier", "value"),
        ("Message", "address"),
        ("OptInEvidence", "ip"),
    }


@pytest.mark.parametrize("withheld", Withheld)
@pytest.mark.parametrize(("type_name", "name"), PERSONAL)
def test_personal_data_without_the_right_is_not_in_the_statement(type_name: str, name: str, withheld: Withheld) -> None:
    shown, hidden = Selection(name, name), Selection(name, name, withheld=withheld)
    identity = () if type_name == "OptInEvidence" else (Selection("id", "id"),)
    without = _text(_compiled(_asked(type_name, (*identity, Selection("__typename", "__typename")))))
    assert _text(_compiled(_asked(type_name, (*identity, hidden, Selection("__typename", "__typename"))))) == without
    assert _text(_compiled(_asked(type_name, (*identity, shown)))) != without


_EVERY_FIELD = [
    (type_name, name) for type_name in PREFIXES for name in type_named(type_name).fields if name not in {"id", "kind"}
]


@pytest.mark.parametrize(("type_name", "name"), _EVERY_FIELD)
def test_no_field_of_any_type_leaves_a_trace_where_it_is_withheld(type_name: str, name: str) -> None:
    only_id = (Selection("id", "id"),)
    hidden = Selection(name, name, {"first": 5}, (Selection("nodes", "nodes"),), withheld=Withheld.FORBIDDEN)
    plan, without = _compiled(_asked(type_name, (*only_id, hidden))), _compiled(_asked(type_name, only_id))
    assert _text(plan) == _text(without)
    assert plan.constants == without.constants
    assert plan.cost.of(plan.constants) == without.cost.of(without.constants)


@pytest.mark.parametrize("name", [*LOOKUPS, *ROOT_LISTS, "node", "nodes"])
def test_a_withheld_root_is_answered_without_a_statement(name: str) -> None:
    nullable = _compiled((Selection("x", name, {}, (Selection("id", "id"),), withheld=Withheld.FORBIDDEN),))
    assert nullable.statement is None
    answer = nullable.assemble([], {})
    assert answer.data == {"x": None}
    assert answer.errors == (FieldError(("x",), "FORBIDDEN", "Your key has no right to this."),)
    required = _compiled((Selection("x", name, withheld=Withheld.FORBIDDEN_REQUIRED),)).assemble([], {})
    assert (required.data, required.errors) == (None, answer.errors)


def test_a_withheld_part_of_a_list_asks_for_no_entries() -> None:
    (listed,) = selections_of('{ profile(by: {id: "prf_1"}) { events { pageInfo { hasNextPage } } } }')
    hidden = Selection("nodes", "nodes", {}, (Selection("id", "id"),), withheld=Withheld.FORBIDDEN_REQUIRED)
    (events,) = listed.children
    with_hidden = Selection("events", "events", {}, (hidden, *events.children))
    both = Selection(listed.response_key, listed.name, listed.arguments, (with_hidden,))
    assert _text(_compiled((both,))) == _text(_compiled((listed,)))


def test_what_is_withheld_is_blank_or_forbidden_and_takes_its_holder_with_it_where_it_must_be_there() -> None:
    children = (
        Selection("id", "id"),
        Selection("firstName", "firstName", withheld=Withheld.BLANK),
        Selection("events", "events", withheld=Withheld.FORBIDDEN),
    )
    plan = _compiled((Selection("who", "profile", {"by": {"id": "prf_1"}}, children),))
    answer = plan.assemble([[["prf_1"]]], plan.parameters(()))
    assert answer.data == {"who": {"id": "prf_1", "firstName": None, "events": None}}
    assert [(error.path, error.code) for error in answer.errors] == [(("who", "events"), "FORBIDDEN")]
    required = (Selection("id", "id"), Selection("events", "events", withheld=Withheld.FORBIDDEN_REQUIRED))
    plan = _compiled((Selection("who", "profile", {"by": {"id": "prf_1"}}, required),))
    answer = plan.assemble([[["prf_1"]]], plan.parameters(()))
    assert answer.data == {"who": None}
    assert [(error.path, error.code) for error in answer.errors] == [(("who", "events"), "FORBIDDEN")]
