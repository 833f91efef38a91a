from __future__ import annotations

from typing import Any

import pytest
from graphql import get_variable_values
from graphql.execution.values import VariableValues

from gateway.schema.api import SCHEMA
from gateway.selection import Scope, grouped_fields, select_field
from graph.selection import Selection, selected_on


def selected(text: str, **values: Any) -> tuple[Selection, ...]:
    document = SCHEMA.documents.prepare(text)
    operation = document.operation(None)
    schema = SCHEMA.graphql
    variables = get_variable_values(schema, operation.variable_definitions or (), values)
    assert isinstance(variables, VariableValues), variables
    assert schema.query_type
    scope = Scope(schema, document.fragments, variables)
    groups = grouped_fields(scope, schema.query_type, [operation.selection_set])
    return tuple(select_field(scope, schema.query_type, key, fields) for key, fields in groups.items())


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
def test_skip_and_include_decide_by_their_variables(skip: bool, include: bool, expected: list[str]) -> None:  # noqa: FBT001  # pytest passes them by name
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
