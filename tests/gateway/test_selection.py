from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLError

from gateway.errors import DocumentRefused
from gateway.schema.api import SCHEMA
from gateway.selection import ALL_RIGHTS, Scope, grouped_fields, select_field
from gateway.slots import Slots
from graph.selection import Given, Selection, Withheld, selected_on


def selected(text: str, **values: Any) -> tuple[Selection, ...]:
    return chosen(text, values)


def chosen(
    text: str, values: dict[str, Any], *, rights: frozenset[str] = ALL_RIGHTS, slots: Slots | None = None
) -> tuple[Selection, ...]:
    schema, operation = SCHEMA.graphql, SCHEMA.documents.prepare(text).operation(None)
    assert schema.query_type
    scope = Scope(schema, operation.fragments, operation.variables.coerced(values), rights=rights, slots=slots)
    groups = grouped_fields(scope, schema.query_type, [operation.node.selection_set])
    return tuple(select_field(scope, schema.query_type, key, fields) for key, fields in groups.items())


def values_of(text: str, slots: Slots, **values: Any) -> list[object]:
    variables = SCHEMA.documents.prepare(text).operation(None).variables.coerced(values)
    return [each.value(variables) for each in slots.found]


def test_a_field_keeps_its_alias_its_arguments_and_what_is_below_it() -> None:
    assert selected('{ who: profile(by: {id: "prf_1"}) { name: firstName id } }') == (
        Selection(
            "who",
            "profile",
            {"by": {"id": "prf_1"}},
            (Selection("name", "firstName"), Selection("id", "id")),
        ),
    )


def test_arguments_are_plain_enums_are_names_and_times_are_milliseconds() -> None:
    text = """
    query ($statuses: [PurchaseStatus!], $from: DateTime, $size: Int, $absent: String) {
      profile(by: {identifier: {type: EMAIL, value: "a@example.org"}}) {
        purchases(statuses: $statuses, during: {from: $from}, first: $size, after: $absent) { nodes { id } }
      }
    }"""
    (profile,) = selected(text, statuses=["NEW", "PAID"], **{"from": "1970-01-01T01:00:01.5+01:00"}, size=7)

    assert profile.arguments == {"by": {"identifier": {"type": "EMAIL", "namespace": "", "value": "a@example.org"}}}
    assert type(profile.arguments["by"]["identifier"]["type"]) is str  # type: ignore[index]  # the test knows its shape
    assert profile.children[0].arguments == {
        "statuses": ["NEW", "PAID"],
        "during": {"from": 1500},
        "first": 7,
        "direction": "DESC",
    }
    assert all(type(each) is str for each in profile.children[0].arguments["statuses"])  # type: ignore[attr-defined]  # it is a list here


def test_fields_under_one_response_key_become_one_selection() -> None:
    text = """
    query { profile(by: {id: "prf_1"}) { ...names identifiers { nodes { id } } } profile(by: {id: "prf_1"}) { city } }
    fragment names on Profile { firstName ... on Node { id } identifiers { nodes { masked } } }
    """
    (profile,) = selected(text)

    assert [each.name for each in profile.children] == ["firstName", "id", "identifiers", "city"]
    (nodes,) = profile.children[2].children
    assert [each.name for each in nodes.children] == ["masked", "id"]


@pytest.mark.parametrize(
    ("skip", "include", "expected"), [(True, True, []), (False, False, []), (False, True, ["city"])]
)
def test_skip_and_include_decide_by_their_variables(skip: bool, include: bool, expected: list[str]) -> None:  # noqa: FBT001  # Pytest passes them by name.
    text = """query ($skip: Boolean!, $include: Boolean!) {
      profile(by: {id: "prf_1"}) { id ... @skip(if: $skip) { city @include(if: $include) } }
    }"""
    (profile,) = selected(text, skip=skip, include=include)

    assert [each.name for each in profile.children] == ["id", *expected]


def test_on_an_interface_every_type_gets_what_its_fragments_ask_in_the_order_of_the_document() -> None:
    text = """{ node(id: "x") {
      __typename id
      ... on Profile { city id again: id }
      ... on TimelineEntry { at profile { id } }
      ... on Event { profile { city } }
    } }"""
    (node,) = selected(text)

    assert [each.on for each in node.children[:2]] == [None, None]
    assert [each.response_key for each in selected_on(node.children, "Profile")] == [
        "__typename",
        "id",
        "city",
        "again",
    ]
    assert [each.response_key for each in selected_on(node.children, "Product")] == ["__typename", "id"]
    event = selected_on(node.children, "Event")
    assert [each.response_key for each in event] == ["__typename", "id", "at", "profile"]
    assert [each.name for each in event[-1].children] == ["id", "city"]
    purchase = selected_on(node.children, "Purchase")
    assert [each.name for each in purchase[-1].children] == ["id"]


def test_a_fragment_spread_twice_is_opened_once() -> None:
    text = 'query { profile(by: {id: "prf_1"}) { ...a ...a } } fragment a on Profile { id city }'
    (profile,) = selected(text)

    assert [each.name for each in profile.children] == ["id", "city"]


OPEN = """
query ($id: ID!, $size: Int = 5, $from: DateTime, $statuses: [PurchaseStatus!], $direction: SortDirection) {
  profile(by: {id: $id}) {
    a: purchases(first: $size, statuses: $statuses, direction: $direction) { nodes { id } }
    b: purchases(first: $size, during: {from: $from}, direction: ASC) { nodes { id } }
  }
}"""


def test_arguments_with_a_variable_are_left_open_and_all_others_are_not() -> None:
    slots = Slots()
    (profile,) = chosen(OPEN, {"id": "prf_1"}, slots=slots)

    assert profile.arguments == {"by": Given(0)}
    first, second = profile.children
    assert first.arguments == {"first": Given(1), "statuses": Given(2), "direction": Given(3)}
    assert second.arguments == {"first": Given(1), "during": Given(4), "direction": "ASC"}
    assert len(slots.found) == 5


def test_an_open_argument_gets_the_value_the_default_or_nothing() -> None:
    slots = Slots()
    chosen(OPEN, {"id": "prf_1"}, slots=slots)

    assert values_of(OPEN, slots, id="prf_2") == [{"id": "prf_2"}, 5, None, "DESC", {}]
    given = values_of(
        OPEN,
        slots,
        id="prf_3",
        size=None,
        statuses=["PAID"],
        direction="ASC",
        **{"from": "1970-01-01T00:00:01Z"},
    )
    assert given == [{"id": "prf_3"}, None, ["PAID"], "ASC", {"from": 1000}]
    assert [type(given[3]), type(given[2][0])] == [str, str]  # type: ignore[index]  # it is a list here


def test_null_for_an_open_argument_that_may_not_be_null_is_refused() -> None:
    slots = Slots()
    chosen(OPEN, {"id": "prf_1"}, slots=slots)

    with pytest.raises(GraphQLError, match="direction"):
        values_of(OPEN, slots, id="prf_1", direction=None)


@pytest.mark.parametrize(("values", "is_good"), [({"id": "x"}, True), ({"id": None}, False), ({}, False)])
def test_what_an_open_list_or_object_holds_is_checked_at_every_request(values: dict[str, Any], is_good: bool) -> None:  # noqa: FBT001  # Pytest passes it by name.
    text = "query ($id: ID) { profile(by: {id: $id}) { id } }"
    with pytest.raises(DocumentRefused):
        SCHEMA.documents.prepare(text)
    text = 'query ($id: ID = "y") { nodes(ids: ["a", $id]) { id } }'
    slots = Slots()
    chosen(text, {"id": "prf_1"}, slots=slots)

    if is_good or not values:
        assert values_of(text, slots, **values) == [["a", values.get("id", "y")]]
    else:
        with pytest.raises(GraphQLError):
            values_of(text, slots, **values)


def test_on_an_interface_every_type_shares_the_open_arguments() -> None:
    text = """query ($id: ID!, $size: Int) {
      node(id: $id) { id ... on Profile { events(first: $size) { nodes { id } } } }
    }"""
    slots = Slots()
    (node,) = chosen(text, {"id": "prf_1"}, slots=slots)

    assert node.arguments == {"id": Given(0)}
    assert node.children[0] == Selection("id", "id")
    assert [each.arguments for each in node.children[1:]] == [{"first": Given(1), "direction": "DESC"}]
    assert len(slots.found) == 2


PEOPLE = """query ($size: Int) {
  profile(by: {id: "prf_1"}) { id firstName city events(first: $size) { nodes { id } } }
  profiles(first: $size) { nodes { id } }
  product(by: {id: "pro_1"}) { name purchases(first: $size) { nodes { id } } }
}"""


def test_without_the_right_to_personal_data_it_is_blank_and_leaves_no_trace() -> None:
    profile, profiles, product = chosen(PEOPLE, {}, rights=frozenset({"profile:read"}))

    assert profile.children[:3] == (
        Selection("id", "id"),
        Selection("firstName", "firstName", withheld=Withheld.BLANK),
        Selection("city", "city"),
    )
    assert [each.withheld for each in (profile, profiles, product, *product.children)] == [None] * 5


def test_without_the_right_to_read_people_their_fields_are_forbidden_and_leave_no_trace() -> None:
    slots = Slots()
    profile, profiles, product = chosen(PEOPLE, {}, rights=frozenset({"profile:pii"}), slots=slots)

    assert profile == Selection("profile", "profile", withheld=Withheld.FORBIDDEN)
    assert profiles == Selection("profiles", "profiles", withheld=Withheld.FORBIDDEN_REQUIRED)
    assert product.children == (
        Selection("name", "name"),
        Selection("purchases", "purchases", withheld=Withheld.FORBIDDEN_REQUIRED),
    )
    assert slots.found == []
