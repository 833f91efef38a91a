"""What people did and bought, as a client writes and reads it on the real graph."""

from __future__ import annotations

from typing import Any

from graph.connection import Graph
from tests.gateway.subscribing.asking import Asker

CARD = {"type": "EXTERNAL", "namespace": "shop", "value": "card-1"}
ROWS = "summary { received created updated duplicate refused } rows { index outcome userErrors { code field } }"
PAGE = """query ($by: ProfileRef!) { profile(by: $by) {
  events { nodes { externalId eventType value properties } }
  purchases { nodes { externalId purchaseKind purchaseStatus
    total { amount currency } delivery { amount } discount { amount }
    lines { nodes { position quantity lineStatus unitPrice { amount } product { sku name } } } } } } }"""


def goal(external_id: str, **more: Any) -> dict[str, Any]:
    at = "2023-11-01T10:00:00Z"
    return {"externalId": external_id, "identifiers": [CARD], "type": "goal.reached", "occurredAt": at, **more}


def order(external_id: str, **more: Any) -> dict[str, Any]:
    mug = {"sku": {"sku": "mug"}, "name": "Mug", "quantity": 3, "unitPrice": "0.10"}
    pot = {"sku": {"sku": "pot"}, "name": "Pot", "quantity": 1, "unitPrice": "19.999999", "status": "DELIVERING"}
    return {
        "externalId": external_id,
        "identifiers": [CARD],
        "placedAt": "2023-11-01T10:00:00Z",
        "currency": "GBP",
        "total": "22.299999",
        "delivery": "3",
        "discount": "1.00",
        "lines": [mug, pot],
        **more,
    }


async def page(asker: Asker) -> Any:
    return (await asker.ask(PAGE, by={"identifier": CARD}))["profile"]


async def test_feature_23_goals_with_values_and_orders_with_lines_to_the_last_digit(graph: Graph) -> None:
    asker = Asker(graph)
    tracked = await asker.change(
        "trackEvents", ROWS, idempotencyKey="e", events=[goal("g1", value="12.34", properties={"goal": "demo"})]
    )
    recorded = await asker.change("recordPurchases", ROWS, idempotencyKey="p", purchases=[order("o1")])

    assert (tracked["summary"]["created"], recorded["summary"]["created"]) == (1, 1)
    assert await page(asker) == {
        "events": {
            "nodes": [
                {"externalId": "g1", "eventType": "goal.reached", "value": "12.34", "properties": {"goal": "demo"}}
            ]
        },
        "purchases": {
            "nodes": [
                {
                    "externalId": "o1",
                    "purchaseKind": "SALE",
                    "purchaseStatus": "NEW",
                    "total": {"amount": "22.299999", "currency": "GBP"},
                    "delivery": {"amount": "3.00"},
                    "discount": {"amount": "1.00"},
                    "lines": {
                        "nodes": [
                            {
                                "position": 1,
                                "quantity": 3,
                                "lineStatus": "NEW",
                                "unitPrice": {"amount": "0.10"},
                                "product": {"sku": "mug", "name": "Mug"},
                            },
                            {
                                "position": 2,
                                "quantity": 1,
                                "lineStatus": "DELIVERING",
                                "unitPrice": {"amount": "19.999999"},
                                "product": {"sku": "pot", "name": "Pot"},
                            },
                        ]
                    },
                }
            ]
        },
    }


async def test_feature_23_an_unknown_currency_or_a_total_that_does_not_add_up_writes_nothing(graph: Graph) -> None:
    asker = Asker(graph)
    wrong = [order("o1", currency="GBQ"), order("o2", total="22.299998"), order("o3")]
    recorded = await asker.change("recordPurchases", ROWS, idempotencyKey="p", purchases=wrong)

    assert recorded["summary"] == {"received": 3, "created": 1, "updated": 0, "duplicate": 0, "refused": 2}
    assert [row["userErrors"] for row in recorded["rows"]] == [
        [{"code": "CURRENCY_UNKNOWN", "field": ["currency"]}],
        [{"code": "TOTAL_MISMATCH", "field": ["total"]}],
        [],
    ]
    assert [each["externalId"] for each in (await page(asker))["purchases"]["nodes"]] == ["o3"]


async def test_feature_23_the_same_order_again_is_updated_and_the_same_goal_is_not_counted_twice(graph: Graph) -> None:
    asker = Asker(graph)
    await asker.change("recordPurchases", ROWS, idempotencyKey="p1", purchases=[order("o1")])
    await asker.change("trackEvents", ROWS, idempotencyKey="e1", events=[goal("g1", value="5")])
    paid = order("o1", status="PAID", changedAt="2023-11-02T10:00:00Z")
    late = order("o1", status="CANCELLED", changedAt="2023-11-01T11:00:00Z")

    updated = await asker.change("recordPurchases", ROWS, idempotencyKey="p2", purchases=[paid])
    older = await asker.change("recordPurchases", ROWS, idempotencyKey="p3", purchases=[late])
    again = await asker.change("trackEvents", ROWS, idempotencyKey="e2", events=[goal("g1", value="5")])

    assert updated["rows"] == [{"index": 0, "outcome": "UPDATED", "userErrors": []}]
    assert older["rows"] == [{"index": 0, "outcome": "UNCHANGED", "userErrors": []}]
    assert again["rows"] == [{"index": 0, "outcome": "DUPLICATE", "userErrors": []}]
    found = await page(asker)
    assert [(each["externalId"], each["purchaseStatus"]) for each in found["purchases"]["nodes"]] == [("o1", "PAID")]
    assert len(found["purchases"]["nodes"][0]["lines"]["nodes"]) == 2
    assert [each["value"] for each in found["events"]["nodes"]] == ["5.00"]


async def test_what_was_before_an_erasure_is_refused_when_it_is_sent_again(graph: Graph) -> None:
    asker = Asker(graph)
    await asker.change("trackEvents", ROWS, idempotencyKey="e1", events=[goal("g1")])
    await asker.change("recordPurchases", ROWS, idempotencyKey="p1", purchases=[order("o1")])
    await asker.change("eraseProfile", "receiptId", profile={"identifier": CARD})

    event = await asker.change("trackEvents", ROWS, idempotencyKey="e2", events=[goal("g1")])
    purchase = await asker.change("recordPurchases", ROWS, idempotencyKey="p2", purchases=[order("o1")])

    errors = [{"code": "STATE_NOT_ALLOWED", "field": ["identifiers", "0"]}]
    refused = [{"index": 0, "outcome": "REFUSED", "userErrors": errors}]
    assert (event["rows"], purchase["rows"]) == (refused, refused)
    assert await page(asker) is None
