"""What was written is read by the next request, with the bookmark that came with the mutation, wherever that goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from tests.conftest import Stack

_MAKE = """mutation { upsertProfile(input: {identifiers: [{type: EXTERNAL, namespace: "bookmarks", value: "1"}],
  set: {city: "Leeds"}}) { profile { id } userErrors { message } } }"""
_READ = '{ profile(by: {identifier: {type: EXTERNAL, namespace: "bookmarks", value: "1"}}) { city } }'


def _post(stack: Stack, document: str, bookmark: str | None = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {stack.admin_key}"}
    if bookmark is not None:
        headers["Customer-Graph-Bookmark"] = bookmark
    return httpx.post(f"{stack.url}/graphql", json={"query": document}, headers=headers, timeout=30)


def test_a_mutation_gives_a_bookmark_that_the_next_request_may_bring_back(stack: Stack) -> None:
    written = _post(stack, _MAKE)
    assert written.json()["data"]["upsertProfile"]["userErrors"] == []
    bookmark = written.headers["customer-graph-bookmark"]

    read = _post(stack, _READ, bookmark)
    assert read.json() == {"data": {"profile": {"city": "Leeds"}}}
    assert "customer-graph-bookmark" not in read.headers


def test_a_bookmark_that_was_not_given_out_is_refused_before_anything_is_done(stack: Stack) -> None:
    bookmark = _post(stack, _MAKE).headers["customer-graph-bookmark"]
    for forged in ("x", bookmark[:-1] + ("A" if bookmark[-1] != "A" else "B"), "%C3" * 10):
        answer = _post(stack, _READ, forged)
        assert answer.status_code == 400
        assert "data" not in answer.json()
        assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


_ORDER = """mutation ($key: String!, $order: PurchaseInput!) {
  recordPurchases(input: {idempotencyKey: $key, purchases: [$order]}) { rows { outcome userErrors { message } } } }"""
_BOUGHT = """query ($sku: String!) { product(by: {sku: {source: "listed", sku: $sku}}) {
  purchases { nodes { externalId } count { value exact } } } }"""


def _recorded(stack: Stack, number: str, placed_at: str, *skus: str, changed_at: str | None = None) -> str:
    order = {
        "source": "listed",
        "externalId": number,
        "identifiers": [{"type": "EXTERNAL", "namespace": "listed", "value": "1"}],
        "placedAt": placed_at,
        "changedAt": changed_at,
        "currency": "GBP",
        "total": str(len(skus)),
        "lines": [{"sku": {"source": "listed", "sku": sku}, "quantity": 1, "unitPrice": "1"} for sku in skus],
    }
    payload = stack.ask(_ORDER, key=f"listed-{number}-{placed_at}", order=order)["recordPurchases"]
    (row,) = payload["rows"]
    assert row["userErrors"] == []
    return str(row["outcome"])


def _listed(stack: Stack, sku: str) -> tuple[list[str], dict[str, object]]:
    purchases = stack.ask(_BOUGHT, sku=sku)["product"]["purchases"]
    return [each["externalId"] for each in purchases["nodes"]], purchases["count"]


def test_orders_are_listed_under_the_products_that_they_have_now(stack: Stack) -> None:
    assert _recorded(stack, "1", "2026-01-01T12:00:00Z", "lamp", "bowl", "lamp") == "CREATED"
    assert _recorded(stack, "2", "2026-01-02T12:00:00Z", "lamp") == "CREATED"
    assert _listed(stack, "lamp") == (["2", "1"], {"value": 2, "exact": True})
    assert _listed(stack, "bowl") == (["1"], {"value": 1, "exact": True})

    changed_at = "2026-01-04T12:00:00Z"
    assert _recorded(stack, "1", "2026-01-03T12:00:00Z", "lamp", "mug", changed_at=changed_at) == "UPDATED"
    assert _listed(stack, "lamp") == (["1", "2"], {"value": 2, "exact": True})
    assert _listed(stack, "bowl") == ([], {"value": 0, "exact": True})
    assert _listed(stack, "mug") == (["1"], {"value": 1, "exact": True})
