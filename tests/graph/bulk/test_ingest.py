from __future__ import annotations

import asyncio
from dataclasses import replace

from graph.bulk.event import SyntheticEvent, write_events
from graph.bulk.ingest import ingest
from graph.bulk.origin import Origin
from graph.bulk.purchase import BulkLine, BulkPurchase
from graph.bulk.sighting import Sighting, sightings
from graph.connection import Graph
from graph.erasing.erase import EraseProfile, erase_profile
from graph.identifiers import identifier
from graph.people.reference import ProfileReference
from graph.statement import Statement
from graph.vocabulary import IdentifierType, PurchaseKind, PurchaseLineStatus, PurchaseStatus

ORIGIN = Origin("shop", 1_790_000_000_000)
ORDER = BulkPurchase(
    external_id="1",
    buyer=identifier(IdentifierType.EXTERNAL, "shop", "17850"),
    country="GB",
    kind=PurchaseKind.SALE,
    status=PurchaseStatus.DELIVERED,
    line_status=PurchaseLineStatus.DELIVERED,
    placed_ms=1_291_191_960_000,
    currency="GBP",
    lines=(BulkLine("A", 6, 2_550_000), BulkLine("A", -1, 10_000), BulkLine("B", 1, 0)),
)
_NAMES = {"A": "Lamp"}
_FOUND = Statement(
    "found",
    """
    MATCH (u:Purchase)
    RETURN {purchases: count(u), total: sum(u.totalMicros), lines: COUNT { ()-[:CONTAINS]->() },
        profiles: COUNT { (:Profile) }, by: COUNT { ()-[:BY]->() },
        revisions: COLLECT { MATCH (p:Profile) RETURN p.revision },
        products: COLLECT { MATCH (x:Product) RETURN [x.sourceKey, x.name] ORDER BY x.sku }}
    """,
)
_MERGED = Statement(
    "merged",
    """
    MATCH (p:Profile)
    CREATE (:Profile {id: 'prf_survivor', revision: 7, memberIds: ['prf_survivor', p.id]})
    SET p.mergedInto = 'prf_survivor'
    RETURN p.id
    """,
)
_KEY = b"a key of the test's own"
_SEEN = Statement(
    "seen", "MATCH (p:Profile) RETURN collect([p.firstSeenAt.epochMillis, p.lastSeenAt.epochMillis, p.country])"
)
_LEFT = Statement("left", "RETURN [COUNT { (:Identifier) }, COUNT { (:Profile) }, COUNT { (:Event) }]")
_OWNERS = Statement(
    "owners", "MATCH (u:Purchase)-[:BY]->(p) WITH u, p ORDER BY u.externalId RETURN collect([u.profileId, p.id])"
)


async def test_a_batch_twice_is_a_batch_once(graph: Graph) -> None:
    first = await ingest(graph, [ORDER], _NAMES, ORIGIN)
    second = await ingest(graph, [ORDER], _NAMES, ORIGIN)

    assert (first.created, first.profiles_created, first.products_created) == (frozenset({"1"}), 1, 2)
    assert (second.created, second.profiles_created, second.products_created) == (frozenset(), 0, 0)
    assert await graph.read(_FOUND) == {
        "purchases": 1,
        "total": 15_290_000,
        "lines": 3,
        "profiles": 1,
        "by": 1,
        "revisions": [1],
        "products": [["shop:A", "Lamp"], ["shop:B", None]],
    }


async def test_two_imports_of_the_same_purchases_at_once_double_nothing(graph: Graph) -> None:
    orders = [replace(ORDER, external_id=str(number)) for number in range(200)]

    done = await asyncio.gather(*(ingest(graph, orders[start:], _NAMES, ORIGIN) for start in (0, 0, 50, 100)))

    assert sum(len(each.created) for each in done) == 200
    assert sum(each.profiles_created for each in done) == 1
    assert sum(each.products_created for each in done) == 2
    found = await graph.read(_FOUND)
    assert (found["purchases"], found["lines"], found["by"], found["profiles"]) == (200, 600, 200, 1)


async def test_a_purchase_of_a_merged_person_goes_to_the_survivor(graph: Graph) -> None:
    await ingest(graph, [ORDER], _NAMES, ORIGIN)
    loser = await graph.change(_MERGED)

    await ingest(graph, [replace(ORDER, external_id="2")], _NAMES, ORIGIN)

    assert await graph.read(_OWNERS) == [[loser, loser], ["prf_survivor", "prf_survivor"]]


async def test_a_later_name_fills_a_product_without_one_and_replaces_none(graph: Graph) -> None:
    await ingest(graph, [ORDER], _NAMES, ORIGIN)

    await ingest(graph, [replace(ORDER, external_id="2")], {"A": "Other", "B": "Bowl"}, ORIGIN)

    assert (await graph.read(_FOUND))["products"] == [["shop:A", "Lamp"], ["shop:B", "Bowl"]]


async def test_who_comes_back_has_nothing_of_what_was_forgotten(graph: Graph) -> None:
    later = replace(ORDER, external_id="2", placed_ms=ORIGIN.now_ms + 1, country="IE")
    await ingest(graph, [ORDER], _NAMES, ORIGIN)
    command = EraseProfile(ProfileReference(identifier=ORDER.buyer), _KEY)
    await erase_profile(graph, command, None, ORIGIN.now_ms)

    done = await ingest(graph, [ORDER, later], _NAMES, replace(ORIGIN, erased_key=_KEY))

    assert (done.created, done.erased, done.profiles_created) == (frozenset({"2"}), frozenset({"1"}), 1)
    assert await graph.read(_SEEN) == [[later.placed_ms, later.placed_ms, "IE"]]


async def test_events_of_somebody_who_is_not_there_leave_nothing_behind(graph: Graph) -> None:
    nobody = SyntheticEvent("e1", ORDER.buyer, "page.viewed", 1, 2)

    assert await write_events(graph, [nobody], ORIGIN) == 0
    assert await graph.read(_LEFT) == [0, 0, 0]


def test_a_sighting_spans_all_times_and_has_the_latest_country_that_is_known() -> None:
    seen = sightings([("a", 5, "GB"), ("a", 9, None), ("b", 1, None), ("a", 7, "IE"), ("a", 2, "FR")])

    assert seen == {"a": Sighting(2, 9, "IE", 7), "b": Sighting(1, 1)}
