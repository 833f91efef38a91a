"""A product's purchases are found by properties of their lines, which whoever writes lines has to write as well."""

from __future__ import annotations

from dataclasses import replace

from graph.connection import Graph
from graph.history.product import ProductKey
from graph.history.purchases import NewPurchase, PurchaseLine, record_purchases
from graph.history.row import RowResult
from graph.identifiers import identifier
from graph.vocabulary import IdentifierType, PurchaseKind, PurchaseLineStatus, PurchaseStatus, RowOutcome
from tests.graph.history.of_products import Listed, listed_under

NOW = 1_790_000_000_000
LANTERN, HEART, MUG = (
    PurchaseLine(ProductKey("shop", sku), None, 1, 1_000_000, PurchaseLineStatus.NEW)
    for sku in ("lantern", "heart", "mug")
)


def order(number: str, placed_at_ms: int, *lines: PurchaseLine) -> NewPurchase:
    return NewPurchase(
        index=0,
        source="shop",
        external_id=number,
        identifiers=(identifier(IdentifierType.EXTERNAL, "shop", "17850"),),
        kind=PurchaseKind.SALE,
        status=PurchaseStatus.NEW,
        placed_at_ms=placed_at_ms,
        changed_at_ms=placed_at_ms,
        currency="GBP",
        total_micros=sum(line.total_micros for line in lines),
        delivery_micros=0,
        discount_micros=0,
        lines=lines,
    )


FIRST = order("1", NOW - 9_000, LANTERN, HEART, replace(LANTERN, quantity=5))
SECOND = order("2", NOW - 5_000, LANTERN)


async def record(graph: Graph, *orders: NewPurchase) -> list[RowOutcome]:
    done = await record_purchases(graph, [replace(each, index=index) for index, each in enumerate(orders)], None, NOW)
    return [RowResult.from_json(each).outcome for each in done.result["rows"]]


async def listed(graph: Graph) -> list[Listed]:
    return [await listed_under(graph, "shop", sku) for sku in ("lantern", "heart")]


async def test_orders_that_were_recorded_are_listed_once_under_each_of_their_products(graph: Graph) -> None:
    assert await record(graph, FIRST, SECOND) == [RowOutcome.CREATED] * 2

    assert await listed(graph) == [Listed(("2", "1"), 2), Listed(("1",), 1)]


async def test_an_order_of_now_is_listed_under_the_products_that_it_has_now_and_by_when_it_was_placed(
    graph: Graph,
) -> None:
    await record(graph, FIRST, SECOND)
    changed = replace(FIRST, lines=(MUG, LANTERN, MUG), placed_at_ms=NOW - 1_000, changed_at_ms=NOW)
    changed = replace(changed, total_micros=3_000_000)

    assert await record(graph, changed) == [RowOutcome.UPDATED]

    assert await listed(graph) == [Listed(("1", "2"), 2), Listed((), 0)]
    assert await listed_under(graph, "shop", "mug") == Listed(("1",), 1)


async def test_the_newest_state_of_one_batch_is_what_is_listed(graph: Graph) -> None:
    newer = replace(FIRST, lines=(HEART,), total_micros=1_000_000, changed_at_ms=NOW)

    assert await record(graph, FIRST, newer) == [RowOutcome.CREATED, RowOutcome.UPDATED]

    assert await listed(graph) == [Listed((), 0), Listed(("1",), 1)]
