"""As in `tests/graph/history`, for purchases that come by thousands."""

from __future__ import annotations

from dataclasses import replace

from graph.bulk.ingest import Ingested, ingest
from graph.bulk.origin import Origin
from graph.bulk.purchase import BulkLine, BulkPurchase
from graph.connection import Graph
from graph.identifiers import identifier
from graph.vocabulary import IdentifierType, PurchaseKind, PurchaseLineStatus, PurchaseStatus
from tests.graph.history.of_products import Listed, listed_under

ORIGIN = Origin("shop", 1_790_000_000_000)
PLACED = 1_291_191_960_000
LAMP, FEE, BOWL, MUG = BulkLine("A", 6, 2_550_000), BulkLine("A", -1, 10_000), BulkLine("B", 1, 0), BulkLine("C", 1, 5)


def order(number: str, placed_ms: int, *lines: BulkLine) -> BulkPurchase:
    return BulkPurchase(
        external_id=number,
        buyer=identifier(IdentifierType.EXTERNAL, "shop", "17850"),
        country="GB",
        kind=PurchaseKind.SALE,
        status=PurchaseStatus.DELIVERED,
        line_status=PurchaseLineStatus.DELIVERED,
        placed_ms=placed_ms,
        currency="GBP",
        lines=lines,
    )


async def take_in(graph: Graph, *orders: BulkPurchase) -> Ingested:
    return await ingest(graph, orders, {}, ORIGIN)


async def test_purchases_that_were_created_are_listed_once_under_each_of_their_products(graph: Graph) -> None:
    await take_in(graph, order("1", PLACED, LAMP, FEE, BOWL), order("2", PLACED + 5_000, FEE), order("3", PLACED, BOWL))
    await take_in(graph, order("4", PLACED + 2_000, BOWL, LAMP))

    assert await listed_under(graph, "shop", "A") == Listed(("2", "4", "1"), 3)
    bowls = await listed_under(graph, "shop", "B")
    assert (bowls.newest_first[0], set(bowls.newest_first), bowls.count) == ("4", {"1", "3", "4"}, 3)


async def test_a_purchase_that_was_completed_is_listed_under_the_products_that_it_has_now_and_by_when_it_was_placed(
    graph: Graph,
) -> None:
    first = order("1", PLACED, LAMP, BOWL)
    await take_in(graph, first, order("2", PLACED + 5_000, LAMP))

    done = await take_in(graph, replace(first, placed_ms=PLACED + 9_000, lines=(MUG, LAMP, FEE, MUG)))

    assert done.completed == {"1"}
    lamps, bowls, mugs = [await listed_under(graph, "shop", sku) for sku in "ABC"]
    assert (lamps, bowls, mugs) == (Listed(("1", "2"), 2), Listed((), 0), Listed(("1",), 1))


async def test_a_purchase_that_is_left_alone_stays_listed_as_it_was(graph: Graph) -> None:
    await take_in(graph, order("1", PLACED, LAMP, BOWL))

    done = await take_in(graph, order("1", PLACED + 9_000, MUG), order("2", PLACED + 5_000, LAMP))

    assert (done.created, done.completed) == (frozenset({"2"}), frozenset())
    assert await listed_under(graph, "shop", "A") == Listed(("2", "1"), 2)
    assert await listed_under(graph, "shop", "B") == Listed(("1",), 1)
