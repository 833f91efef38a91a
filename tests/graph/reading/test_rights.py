"""What a caller has no right to leaves no trace in the statement; no field of the schema is unknown to reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, get_named_type, is_non_null_type

from graph.reading.answer import BadArgument, FieldError
from graph.reading.compile import Plan, compiled
from graph.reading.draft import Caller
from graph.reading.fields import Connection, Far, Leaf, One, Part
from graph.reading.lookups import LOOKUPS, NODES
from graph.reading.plans import Plans
from graph.reading.shapes import SHAPES
from graph.reading.shapes.lists import ROOT_LISTS, WHOLE_LISTS
from graph.reading.variants import KINDS
from graph.selection import Selection, Withheld
from graph.vocabulary import IdentifierType
from tests.graph.reading.documents import selections_of, with_slots
from tests.graph.reading.one_step import PREFIXES, SCHEMA, type_named
from tests.graph.reading.places import CURSORS

_TEXT = (Path(__file__).parents[3] / "schema.graphql").read_text()
# What every list has around its entries, and what the gateway answers by itself.
_GATEWAY = frozenset({"TemplatePreview", "MergePreview", "Viewer"})
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
        return {*LOOKUPS, *ROOT_LISTS, *WHOLE_LISTS, "node", "nodes", "viewer", "mergePreview", "templatePreview"}
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
    if type_name == "Tracked":
        inner = (Selection("tracked", "tracked", {}, chosen, on="Profile"),)
        return (Selection("node", "node", {"id": "prf_1"}, inner),)
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
        ("BlockedIdentifier", "value"),
        ("Merge", "evidence"),
        ("Message", "address"),
        ("OptInEvidence", "ip"),
        ("Tracked", "ip"),
        ("Suppression", "pattern"),
        ("ConsentRecord", "reason"),
    }


@pytest.mark.parametrize("withheld", Withheld)
@pytest.mark.parametrize(("type_name", "name"), PERSONAL)
def test_personal_data_without_the_right_is_not_in_the_statement(type_name: str, name: str, withheld: Withheld) -> None:
    shown, hidden = Selection(name, name), Selection(name, name, withheld=withheld)
    identity = () if type_name not in PREFIXES else (Selection("id", "id"),)
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


_WITHOUT_PII = Caller(CURSORS, sees_pii=False)
_VALUES = {
    IdentifierType.EMAIL: "ann@example.com",
    IdentifierType.PHONE: "+442079460000",
    IdentifierType.WHATSAPP: "+442079460000",
}
_PERSONAL_TYPES = ("EMAIL", "PHONE", "PUSH_TOKEN", "TELEGRAM", "WHATSAPP", "VIBER", "URL")
_LOOKED_UP = (
    ("who", "{{ who: profile(by: {{identifier: {by}}}) {{ id }} }}"),
    ("what", "{{ what: identifier(by: {by}) {{ id }} }}"),
)


def _by(kind: str) -> str:
    return f'{{type: {kind}, value: "{_VALUES.get(IdentifierType(kind), "a4f7")}"}}'


@pytest.mark.parametrize(("key", "document"), _LOOKED_UP)
@pytest.mark.parametrize("kind", _PERSONAL_TYPES)
def test_without_the_right_nobody_is_looked_up_by_where_they_are_reached(kind: str, key: str, document: str) -> None:
    selections = selections_of(document.format(by=_by(kind)))
    with pytest.raises(BadArgument, match="look for people by personal data needs the right `profile:pii`") as refused:
        compiled(selections, _WITHOUT_PII)
    assert (refused.value.code, refused.value.path) == ("FORBIDDEN", (key,))
    assert list(_compiled(selections).constants.values()) == [f"{kind}::{_VALUES.get(IdentifierType(kind), 'a4f7')}"]


@pytest.mark.parametrize("document", [document for _, document in _LOOKED_UP])
@pytest.mark.parametrize("kind", sorted(set(IdentifierType) - set(_PERSONAL_TYPES)))
def test_without_the_right_people_are_looked_up_by_what_systems_call_them(kind: str, document: str) -> None:
    plan = compiled(selections_of(document.format(by=_by(kind))), _WITHOUT_PII)
    assert plan.constants == {"p0": f"{kind}::a4f7"}


def test_an_address_that_is_none_is_refused_without_the_right_like_one_that_is() -> None:
    with pytest.raises(BadArgument) as refused:
        compiled(selections_of('{ identifier(by: {type: EMAIL, value: "nobody"}) { id } }'), _WITHOUT_PII)
    assert refused.value.code == "FORBIDDEN"


@pytest.mark.parametrize(
    ("document", "value"),
    [
        ("{ profile(by: $by) { id } }", lambda by: {"identifier": by}),
        ("{ identifier(by: $by) { id } }", lambda by: by),
    ],
)
def test_a_plan_for_what_systems_call_people_serves_no_address(
    document: str, value: Callable[[dict[str, str]], object]
) -> None:
    card, address = value({"type": "EXTERNAL", "value": "7"}), value({"type": "EMAIL", "value": "ann@example.com"})
    plans = Plans(with_slots(document, ("by",)), _WITHOUT_PII)
    plan = plans.made((card,))
    assert plan.parameters((card,)) == {"p0": "EXTERNAL::7"}
    assert plans.known((address,)) is None
    with pytest.raises(BadArgument, match="needs the right `profile:pii`"):
        plans.made((address,))


def test_without_the_right_ids_of_people_and_of_their_identifiers_are_looked_up() -> None:
    document = '{ profile(by: {id: "prf_1"}) { id } node(id: "idn_1") { id } nodes(ids: ["prf_2", "idn_2"]) { id } }'
    plan = compiled(selections_of(document), _WITHOUT_PII)
    assert sorted(map(str, plan.constants.values())) == ["['prf_2', 'idn_2']", "idn_1", "prf_1"]
