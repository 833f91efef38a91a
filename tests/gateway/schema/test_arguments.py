"""In which form arguments reach the graph: GraphQL's names, and only what was given or has a default."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from graphql import GraphQLError, OperationDefinitionNode, get_variable_values, parse, validate
from graphql.execution.values import VariableValues

from gateway.schema.api import SCHEMA
from gateway.selection import Scope, grouped_fields, select_field

NEW_YEAR = "2020-01-01T00:00:00Z"
NEW_YEAR_MS = 1_577_836_800_000


def arguments(query: str, **variables: object) -> Any:
    """What the first field of the query was given. Raises GraphQLError for what cannot be coerced."""
    document = parse(query)
    assert validate(SCHEMA.graphql, document) == []
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    assert SCHEMA.graphql.query_type
    values = get_variable_values(SCHEMA.graphql, operation.variable_definitions or (), variables)
    if not isinstance(values, VariableValues):
        raise values[0]
    scope = Scope(SCHEMA.graphql, {}, values)
    groups = grouped_fields(scope, SCHEMA.graphql.query_type, [operation.selection_set])
    key, fields = next(iter(groups.items()))
    return dict(select_field(scope, SCHEMA.graphql.query_type, key, fields).arguments)


def filtered(text: str) -> Any:
    return arguments(f"{{ profiles(filter: {text}) {{ nodes {{ id }} }} }}")["filter"]


def test_what_is_left_out_is_absent_and_null_is_kept() -> None:
    assert arguments("{ profiles { nodes { id } } }") == {}
    assert filtered("{}") == {}
    assert filtered("{ attribute: null, kinds: null }") == {"attribute": None, "kinds": None}


def test_a_filter_keeps_the_names_of_the_schema() -> None:
    given = f"""{{
      all: [{{ kinds: [LEAD] }}, {{ not: {{ isTest: true }} }}]
      any: [{{ countries: ["GB", "DE"] }}]
      statuses: SUBSCRIBED
      createdAt: {{ from: "{NEW_YEAR}" }}
      lastSeenAt: {{ before: "{NEW_YEAR}" }}
      hasIdentifier: EMAIL
    }}"""
    assert filtered(given) == {
        "all": [{"kinds": ["LEAD"]}, {"not": {"isTest": True}}],
        "any": [{"countries": ["GB", "DE"]}],
        "statuses": ["SUBSCRIBED"],
        "createdAt": {"from": NEW_YEAR_MS},
        "lastSeenAt": {"before": NEW_YEAR_MS},
        "hasIdentifier": "EMAIL",
    }


def test_conditions_bring_their_defaults_and_exact_amounts() -> None:
    given = """{
      attribute: { key: "tier", in: ["gold", 2], over: 1, exists: true }
      subscription: { channel: SMS, resource: { key: "shop" }, statuses: [SUBSCRIBED] }
      purchase: { totalOver: { amount: "12.50", currency: "GBP" }, timesAtMost: 3 }
    }"""
    assert filtered(given) == {
        "attribute": {"key": "tier", "in": ["gold", 2], "over": 1, "exists": True},
        "subscription": {"channel": "SMS", "resource": {"key": "shop"}, "statuses": ["SUBSCRIBED"], "exists": True},
        "purchase": {
            "totalOver": {"amount": Decimal("12.50"), "currency": "GBP"},
            "timesAtLeast": 1,
            "timesAtMost": 3,
        },
    }


@pytest.mark.parametrize("value", ["gold", 5, -1.5, True, None, [1, "b"], {"a": [1, "b"]}])
def test_the_value_of_an_attribute_comes_as_it_is(value: object) -> None:
    query = 'query ($v: JSON) { profiles(filter: { attribute: { key: "k", equals: $v } }) { nodes { id } } }'
    condition = arguments(query, v=value)["filter"]["attribute"]

    assert condition == {"key": "k", "equals": value}
    assert type(condition["equals"]) is type(value)


@pytest.mark.parametrize("value", [[[1]], {"a": {"b": 1}}, 2**63, 2**70, float("nan"), "\ud800"])
def test_what_no_attribute_can_be_is_refused(value: object) -> None:
    query = "query ($f: ProfileFilter) { profiles(filter: $f) { nodes { id } } }"
    with pytest.raises(GraphQLError, match="JSON "):
        arguments(query, f={"attribute": {"key": "k", "equals": value}})


def test_a_filter_is_the_same_from_a_variable_as_in_the_text() -> None:
    query = "query ($f: ProfileFilter) { profiles(filter: $f) { nodes { id } } }"
    given = {"purchase": {"totalOver": {"amount": 3, "currency": "EUR"}, "during": {"from": NEW_YEAR}}}

    assert arguments(query, f=given)["filter"] == {
        "purchase": {
            "totalOver": {"amount": Decimal(3), "currency": "EUR"},
            "during": {"from": NEW_YEAR_MS},
            "timesAtLeast": 1,
        }
    }
    assert arguments(query) == {}


def test_lists_of_messages_products_and_people_take_their_own_arguments() -> None:
    filter_ = f'{{ states: [SENT], channel: EMAIL, resource: {{ id: "res_1" }}, during: {{ from: "{NEW_YEAR}" }} }}'
    assert arguments(f"{{ messages(filter: {filter_}) {{ nodes {{ id }} }} }}") == {
        "filter": {
            "states": ["SENT"],
            "channel": "EMAIL",
            "resource": {"id": "res_1"},
            "during": {"from": NEW_YEAR_MS},
        }
    }
    assert arguments('{ products(search: "mug") { nodes { id } } }') == {"search": "mug"}
    assert arguments('{ profiles(search: "ann", orderBy: { field: LAST_NAME }) { nodes { id } } }') == {
        "search": "ann",
        "orderBy": {"field": "LAST_NAME", "direction": "DESC"},
    }


def test_the_lists_of_a_person_take_their_own_arguments() -> None:
    query = """{
      profile(by: { id: "prf_1" }) {
        timeline(kinds: [EVENT, MESSAGE]) { nodes { id } }
        subscriptions(resource: { key: "shop" }) { nodes { id } }
      }
    }"""
    document = parse(query)
    assert validate(SCHEMA.graphql, document) == []
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    assert SCHEMA.graphql.query_type
    scope = Scope(SCHEMA.graphql, {}, VariableValues({}, {}))
    (group,) = grouped_fields(scope, SCHEMA.graphql.query_type, [operation.selection_set]).items()
    profile = select_field(scope, SCHEMA.graphql.query_type, *group)

    assert [dict(each.arguments) for each in profile.children] == [
        {"kinds": ["EVENT", "MESSAGE"], "direction": "DESC"},
        {"resource": {"key": "shop"}},
    ]
