"""What a new user asks first, over HTTP, of the demo shop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from tests.conftest import Stack

PAGE = """
query {
  profile(by: {identifier: {type: EXTERNAL, namespace: "online-retail", value: "17850"}}) {
    kind firstName
    subscriptions { nodes { channel status address { masked } } }
    purchases(first: 2) { count { value exact } pageInfo { hasNextPage endCursor }
      nodes { externalId placedAt total { amount currency }
        lines(first: 2) { nodes { quantity product { sku name } } } } }
  }
}
"""


def test_the_demo_shops_first_customer_has_purchases_lines_and_subscriptions(stack: Stack) -> None:
    profile = stack.ask(PAGE)["profile"]

    assert profile["kind"] == "SUBSCRIBER"
    assert [each["channel"] for each in profile["subscriptions"]["nodes"]] == ["EMAIL", "EMAIL"]
    assert profile["purchases"]["count"] == {"value": 35, "exact": True}
    assert profile["purchases"]["pageInfo"]["hasNextPage"] is True
    assert [len(each["lines"]["nodes"]) for each in profile["purchases"]["nodes"]] == [2, 2]


def test_all_purchases_are_walked_page_by_page_each_once(stack: Stack) -> None:
    walk = """query ($after: String) { profile(by: {identifier: {type: EXTERNAL, namespace: "online-retail",
      value: "17850"}}) { purchases(first: 10, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } } }"""
    seen: list[str] = []
    cursor = None
    while True:
        page = stack.ask(walk, after=cursor)["profile"]["purchases"]
        seen += [each["id"] for each in page["nodes"]]
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert len(seen) == len(set(seen)) == 35


@pytest.mark.parametrize("key", [None, "cgk_wrong"])
def test_without_the_right_key_nothing_is_answered(stack: Stack, key: str | None) -> None:
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}

    answer = httpx.post(f"{stack.url}/graphql", json={"query": PAGE}, headers=headers, timeout=10)

    assert answer.status_code == 401
    assert "17850" not in answer.text


def test_the_stack_is_alive_and_ready(stack: Stack) -> None:
    assert httpx.get(f"{stack.url}/healthz", timeout=5).status_code == 200
    ready = httpx.get(f"{stack.url}/readyz", timeout=5)
    assert (ready.status_code, ready.json()["degraded"]) == (200, [])


def test_orders_are_recorded_over_http_and_wrong_rows_are_named(stack: Stack) -> None:
    document = """
    mutation ($key: String!) { recordPurchases(input: {idempotencyKey: $key, purchases: [
      {externalId: "A-1", identifiers: [{type: EXTERNAL, namespace: "shop", value: "a-1"}], currency: "GBP",
       placedAt: "2026-01-31T12:00:00Z", total: "5.10", lines: [{sku: {sku: "85123A"}, quantity: 2, unitPrice: "2.55"}]}
      {externalId: "A-2", identifiers: [{type: EXTERNAL, namespace: "shop", value: "a-1"}], currency: "XXX",
       placedAt: "2026-01-31T12:00:00Z", total: "5.11", lines: [{sku: {sku: "85123A"}, quantity: 2, unitPrice: "2.55"}]}
    ]}) { summary { received created refused } rows { index outcome userErrors { code field index } } replayed } }"""

    payload = stack.ask(document, key="orders-1")["recordPurchases"]
    again = stack.ask(document, key="orders-1")["recordPurchases"]

    assert payload["summary"] == {"received": 2, "created": 1, "refused": 1}
    assert payload["rows"][1] == {
        "index": 1,
        "outcome": "REFUSED",
        "userErrors": [
            {"code": "CURRENCY_UNKNOWN", "field": ["currency"], "index": 1},
            {"code": "TOTAL_MISMATCH", "field": ["total"], "index": 1},
        ],
    }
    assert again == {**payload, "replayed": True}


def test_wrong_events_are_named_row_by_row_and_the_good_one_is_kept(stack: Stack) -> None:
    document = """
    mutation ($key: String!, $events: [EventInput!]!) { trackEvents(input: {idempotencyKey: $key, events: $events}) {
      summary { received created refused } rows(outcomes: [REFUSED]) { index userErrors { code field } } } }"""
    good = {
        "externalId": "flow-1",
        "type": "page.viewed",
        "occurredAt": "2026-01-31T12:00:00Z",
        "identifiers": [{"type": "COOKIE", "namespace": "web", "value": "flow"}],
    }
    wrong = [
        {**good, "externalId": "flow-2", "source": "a:b"},
        {**good, "externalId": "flow-3", "occurredAt": "2999-01-01T00:00:00Z"},
        {**good, "externalId": "flow-4", "identifiers": [{"type": "EXTERNAL", "namespace": "x", "value": "null"}]},
        {**good, "externalId": "flow-5", "type": "Page Viewed"},
        {**good, "externalId": "flow-6", "products": [{"id": "pro_none"}]},
    ]

    payload = stack.ask(document, key="flow-events", events=[good, *wrong])["trackEvents"]

    assert payload["summary"] == {"received": 6, "created": 1, "refused": 5}
    named = [(row["index"], [(each["code"], each["field"]) for each in row["userErrors"]]) for row in payload["rows"]]
    assert named == [
        (1, [("INVALID", ["source"])]),
        (2, [("INVALID", ["occurredAt"])]),
        (3, [("IDENTIFIER_BLOCKED", ["identifiers", "0"])]),
        (4, [("INVALID", ["type"])]),
        (5, [("NOT_FOUND", ["products", "0"])]),
    ]


def test_matching_on_nothing_is_refused(stack: Stack) -> None:
    payload = stack.ask(
        'mutation { upsertProfile(input: {matchOn: [], identifiers: [{type: CUSTOM, namespace: "t", value: "m"}]}) '
        "{ profile { id } userErrors { code field } } }"
    )["upsertProfile"]

    assert payload == {"profile": None, "userErrors": [{"code": "INVALID", "field": ["matchOn"]}]}
