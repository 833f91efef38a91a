from __future__ import annotations

from typing import Any

import pytest

from gateway import variables as variables_module
from gateway.errors import DocumentRefused, ErrorCode
from gateway.limits import MAX_VALUES
from gateway.operation import Operation
from gateway.schema.api import SCHEMA

FILTER = "query ($f: ProfileFilter) { profiles(filter: $f) { nodes { id } } }"


def operation(text: str, name: str | None = None) -> Operation:
    return SCHEMA.documents.prepare(text).operation(name)


def refusal(text: str, values: dict[str, Any]) -> tuple[ErrorCode, str] | None:
    try:
        operation(text).variables.coerced(values)
    except DocumentRefused as refused:
        return refused.code, refused.errors[0].message
    return None


TOO_LARGE = (ErrorCode.TOO_LARGE, "The variables have more than 2000 values.")


def test_two_thousand_values_are_allowed_and_not_one_more() -> None:
    assert MAX_VALUES == 2_000
    # The object and its list count too.
    assert refusal(FILTER, {"f": {"countries": ["DE"] * 1_998}}) is None
    assert refusal(FILTER, {"f": {"countries": ["DE"] * 1_999}}) == TOO_LARGE
    assert refusal(FILTER, {"f": {"all": [{"isTest": True}] * 999}}) is None
    assert refusal(FILTER, {"f": {"all": [{"isTest": True}] * 1_000}}) == TOO_LARGE


def test_values_are_counted_over_all_variables_and_a_default_counts_where_there_is_none() -> None:
    text = 'query ($a: [ID!]!, $b: [ID!]! = ["x", "y"]) { a: nodes(ids: $a) { id } b: nodes(ids: $b) { id } }'
    assert refusal(text, {"a": ["i"] * 999, "b": ["i"] * 999}) is None
    assert refusal(text, {"a": ["i"] * 999, "b": ["i"] * 1_000}) == TOO_LARGE
    assert refusal(text, {"a": ["i"] * 1_996}) is None
    assert refusal(text, {"a": ["i"] * 1_997}) == TOO_LARGE


def test_what_a_document_puts_into_lists_and_objects_counts_as_often_as_it_stands_there() -> None:
    text = """query ($f: ProfileFilter!) { ...a b: profiles(filter: {not: {not: $f}}) { nodes { id } } }
    fragment a on Query { profiles(filter: {any: [$f, {all: [$f]}, $f]}) { nodes { id } } }"""
    assert refusal(text, {"f": {"countries": ["DE"] * 498}}) is None
    assert refusal(text, {"f": {"countries": ["DE"] * 499}}) == TOO_LARGE
    default = "{any: [" + "{isTest: true} " * 200 + "]}"
    given = "query ($f: ProfileFilter! = " + default + ") { profiles(filter: {any: [%s]}) { nodes { id } } }"
    assert refusal(given.replace("%s", "$f " * 4), {}) is None
    assert refusal(given.replace("%s", "$f " * 5), {}) == TOO_LARGE


def test_too_many_values_are_never_coerced(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = operation(FILTER)
    for name in ("coerce_input_value", "get_variable_values"):
        monkeypatch.setattr(variables_module, name, lambda *_, **__: pytest.fail("coerced"))
    nested: dict[str, Any] = {}
    for _ in range(2_000):
        nested = {"not": nested}
    many: list[Any] = [{"all": [{}] * 80_000}, {"all": ["DE"] * 80_000}, dict.fromkeys(map(str, range(20_000))), nested]
    for value in many:
        with pytest.raises(DocumentRefused) as caught:
            asked.variables.coerced({"f": value})
        assert caught.value.code is ErrorCode.TOO_LARGE


def test_a_hundred_ids_and_variables_that_nobody_declared_are_no_matter() -> None:
    text = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert refusal(text, {"ids": ["prf_1"] * 100, "other": ["x"] * 5_000}) is None


def test_a_single_value_is_never_counted_and_a_list_in_its_place_is_refused_as_what_it_is() -> None:
    text = "query ($id: ID!) { node(id: $id) { id } }"
    assert refusal(text, {"id": "prf_1"}) is None
    refused = refusal(text, {"id": ["prf_1"] * 5_000})
    assert refused is not None
    assert refused[0] is ErrorCode.BAD_USER_INPUT
    assert len(refused[1]) < 300


def test_a_mutation_may_have_as_many_values_as_its_body_holds_and_a_subscription_may_not() -> None:
    mutation = "mutation ($input: TrackEventsInput!) { trackEvents(input: $input) { userErrors { message } } }"
    operation(mutation).variables.check_size({"input": {"events": [{"type": "x"}] * 5_000}})
    listening = """subscription ($t: [String!]) {
      profileChanged(id: "prf_1") { profile { events(types: $t) { nodes { id } } } }
    }"""
    assert refusal(listening, {"t": ["x"] * 2_000}) == TOO_LARGE


def test_a_list_does_not_decide_what_is_asked_for_where_another_operation_decides_by_its_name() -> None:
    text = """query A($v: Boolean!) { viewer { kind @skip(if: $v) } }
    query B($v: [ID!]!) { nodes(ids: $v) { id } }"""
    for name, value, shape in (("A", True, (True,)), ("B", ["prf_1"], ())):
        asked = operation(text, name)
        assert asked.shape(asked.variables.coerced({"v": value})) == shape
