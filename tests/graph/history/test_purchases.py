from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from graph.connection import Graph
from graph.history.product import ProductKey
from graph.history.purchases import NewPurchase, PurchaseLine, record_purchases
from graph.history.row import RowResult
from graph.idempotency import Done
from graph.identifiers import identifier
from graph.statement import Statement
from graph.vocabulary import IdentifierType, PurchaseKind, PurchaseLineStatus, PurchaseStatus, RowOutcome, UserErrorCode

NOW = 1_790_000_000_000
CARD = identifier(IdentifierType.EXTERNAL, "shop", "17850")
LANTERN = PurchaseLine(ProductKey("shop", "71053"), "Lantern", 6, 3_390_000, PurchaseLineStatus.NEW)
HEART = PurchaseLine(ProductKey("shop", "85123A"), "Heart", 2, 2_550_000, PurchaseLineStatus.NEW)
ORDER = NewPurchase(
    index=0,
    source="shop",
    external_id="536365",
    identifiers=(CARD,),
    kind=PurchaseKind.SALE,
    status=PurchaseStatus.NEW,
    placed_at_ms=NOW - 1_000,
    changed_at_ms=NOW - 1_000,
    currency="GBP",
    total_micros=25_440_000,
    delivery_micros=0,
    discount_micros=0,
    lines=(LANTERN, HEART),
)
STATUSES = (PurchaseStatus.PAID, PurchaseStatus.DELIVERED, PurchaseStatus.REFUNDED)
LINES = Statement(
    "lines",
    """
    MATCH (u:Purchase {externalId: '536365'})-[c:CONTAINS]->(x) WITH u, c, x ORDER BY c.position
    RETURN collect([u.status, u.totalMicros, c.position, x.sku, c.quantity, c.unitPriceMicros, c.totalMicros])
    """,
)
COUNT = Statement("count", "RETURN [COUNT { (:Profile) }, COUNT { (:Purchase) }, COUNT { (:Product) }]")


def outcomes(done: Done) -> list[RowOutcome]:
    return [RowResult.from_json(each).outcome for each in done.result["rows"]]


async def test_an_order_is_recorded_with_its_lines(graph: Graph) -> None:
    done = await record_purchases(graph, [ORDER], None, NOW)

    assert outcomes(done) == [RowOutcome.CREATED]
    assert await graph.read(LINES) == [
        ["NEW", 25_440_000, 1, "71053", 6, 3_390_000, 20_340_000],
        ["NEW", 25_440_000, 2, "85123A", 2, 2_550_000, 5_100_000],
    ]
    assert [each.revision for each in done.changes] == [1]


async def test_the_same_order_again_doubles_nothing(graph: Graph) -> None:
    await record_purchases(graph, [ORDER], None, NOW)

    done = await record_purchases(graph, [ORDER, replace(ORDER, index=1)], None, NOW)

    assert outcomes(done) == [RowOutcome.UNCHANGED, RowOutcome.UNCHANGED]
    assert done.changes == ()
    assert len(await graph.read(LINES)) == 2
    assert await graph.read(COUNT) == [1, 1, 2]


async def test_a_newer_state_replaces_the_order_and_an_older_one_does_not(graph: Graph) -> None:
    await record_purchases(graph, [ORDER], None, NOW)
    newer = replace(
        ORDER, changed_at_ms=NOW, status=PurchaseStatus.PART_REFUNDED, lines=(LANTERN,), total_micros=20_340_000
    )

    done = await record_purchases(graph, [newer, replace(ORDER, index=1)], None, NOW)

    assert outcomes(done) == [RowOutcome.UPDATED, RowOutcome.UNCHANGED]
    assert await graph.read(LINES) == [["PART_REFUNDED", 20_340_000, 1, "71053", 6, 3_390_000, 20_340_000]]


def test_a_total_adds_up_to_the_millionth_or_not_at_all() -> None:
    assert ORDER.adds_up
    assert replace(ORDER, delivery_micros=3_000_000, discount_micros=1_000_000, total_micros=27_440_000).adds_up
    assert not replace(ORDER, total_micros=25_440_001).adds_up


async def test_of_states_that_arrive_at_once_the_newest_stays(graph: Graph) -> None:
    await record_purchases(graph, [ORDER], None, NOW)
    states = [replace(ORDER, changed_at_ms=NOW + n, status=STATUSES[n % len(STATUSES)]) for n in range(12)]

    await asyncio.gather(*(record_purchases(graph, [each], None, NOW) for each in reversed(states)))

    assert (await graph.read(LINES))[0][0] == states[-1].status


async def test_a_colon_in_a_source_cannot_reach_the_order_of_another_shop(graph: Graph) -> None:
    with pytest.raises(ValueError, match="source"):
        replace(ORDER, source="shop:1").source_key  # noqa: B018  # Asking is what raises.

    assert await graph.read(COUNT) == [0, 0, 0]


async def test_another_order_under_the_same_time_of_change_is_refused_and_not_lost_silently(graph: Graph) -> None:
    await record_purchases(graph, [ORDER], None, NOW)

    done = await record_purchases(graph, [replace(ORDER, status=PurchaseStatus.PAID)], None, NOW)

    (row,) = (RowResult.from_json(each) for each in done.result["rows"])
    assert [(each.code, each.field) for each in row.user_errors] == [(UserErrorCode.REVISION_CHANGED, ("changedAt",))]
    assert (await graph.read(LINES))[0][0] == "NEW"


async def test_an_order_of_somebody_whose_erasure_is_not_finished_is_refused_and_stops_no_other(graph: Graph) -> None:
    await record_purchases(graph, [ORDER], None, NOW)
    await graph.change(Statement("bury", "MATCH (p:Profile) REMOVE p:Profile SET p:ErasedProfile RETURN count(p)"))
    again = replace(ORDER, changed_at_ms=NOW, status=PurchaseStatus.PAID)
    another = replace(
        ORDER, index=1, external_id="536366", identifiers=(identifier(IdentifierType.EXTERNAL, "b", "1"),)
    )

    done = await record_purchases(graph, [again, another], None, NOW)

    assert outcomes(done) == [RowOutcome.REFUSED, RowOutcome.CREATED]
    (error,) = RowResult.from_json(done.result["rows"][0]).user_errors
    assert error.code is UserErrorCode.STATE_NOT_ALLOWED
    assert await graph.read(COUNT) == [1, 2, 2]
