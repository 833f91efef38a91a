"""What somebody did, as it is looked up for templates that name it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

import neo4j

from graph.connection import Graph
from graph.erasing.erase import EraseProfile, erase_profile
from graph.history.events import NewEvent, track_events
from graph.history.product import ProductKey, ProductReference
from graph.history.purchases import NewPurchase, PurchaseLine, record_purchases
from graph.identifiers import identifier
from graph.people.reference import ProfileReference
from graph.settings import GraphSettings
from graph.statement import Statement
from graph.statements import templates as statements
from graph.templates.known import Past
from graph.templates.preview import preview_facts
from graph.vocabulary import IdentifierType, PurchaseKind, PurchaseLineStatus, PurchaseStatus
from tests.graph.erasing.ann import MERGE

NOW = 1_790_000_000_000
DAY = 86_400_000
CARD = identifier(IdentifierType.EXTERNAL, "shop", "1")
OTHER = identifier(IdentifierType.EXTERNAL, "shop", "2")
BOTH = frozenset(Past)
PERSON = Statement("person", "MATCH (:Identifier {key: $key})-[:IDENTIFIES]->(p) RETURN p.id")
# As many views of one page as there may be, of each a product of its own, and as many purchases.
MANY = """
MATCH (p:Profile {id: $id})
UNWIND range($first, $last) AS n
CREATE (:Event {id: 'evt_' + n, sourceKey: 'x:' + n, profileId: p.id, type: 'page.viewed',
    occurredAt: datetime({epochMillis: n})})-[:BY]->(p)
CREATE (u:Purchase {id: 'pur_' + n, sourceKey: 'x:' + n, profileId: p.id, kind: 'SALE', status: 'PAID',
    placedAt: datetime({epochMillis: n}), currency: 'GBP', totalMicros: 1})-[:BY]->(p)
"""


def viewed(sku: str, at_ms: int, person: Any = CARD, *more: str, type_: str = "product.viewed") -> NewEvent:
    products = tuple(ProductReference(key=ProductKey("shop", each)) for each in (sku, *more) if each)
    return NewEvent(0, "web", f"{sku}-{at_ms}", (person,), type_, at_ms, products=products)


def bought(number: str, at_ms: int, person: Any = CARD, **changes: Any) -> NewPurchase:
    lines = (
        PurchaseLine(ProductKey("shop", "mug"), "Mug", 2, 3_000_000, PurchaseLineStatus.NEW),
        PurchaseLine(ProductKey("shop", "lamp"), None, 1, 500_000, PurchaseLineStatus.CANCELLED),
    )
    purchase = NewPurchase(
        index=0,
        source="shop",
        external_id=number,
        identifiers=(person,),
        kind=PurchaseKind.SALE,
        status=PurchaseStatus.PAID,
        placed_at_ms=at_ms,
        changed_at_ms=at_ms,
        currency="GBP",
        total_micros=6_500_000,
        delivery_micros=0,
        discount_micros=250_000,
        lines=lines,
    )
    return replace(purchase, **changes)


async def track(graph: Graph, *events: NewEvent) -> None:
    done = await track_events(graph, [replace(each, index=n) for n, each in enumerate(events)], None, NOW)
    assert [each["outcome"] for each in done.result["rows"]] == ["CREATED"] * len(events)


async def record(graph: Graph, *purchases: NewPurchase) -> None:
    done = await record_purchases(graph, [replace(each, index=n) for n, each in enumerate(purchases)], None, NOW)
    assert [each["outcome"] for each in done.result["rows"]] == ["CREATED"] * len(purchases)


async def facts(graph: Graph, past: Collection[Past] = BOTH) -> tuple[list[Any], Any]:
    row = await preview_facts(graph, ProfileReference(identifier=CARD), None, {}, past)
    return row["viewedProducts"], row["lastPurchase"]


def skus(products: Sequence[Any]) -> list[str]:
    return [each["sku"] for each in products]


async def test_each_product_that_was_viewed_is_there_once_the_newest_first_and_ten_of_them(graph: Graph) -> None:
    views = [viewed(f"p{n:02}", NOW - n * DAY) for n in range(12)]
    again = viewed("p11", NOW - 5, type_="page.viewed")
    others = [
        viewed("carted", NOW - 1, type_="cart.added"),
        viewed("", NOW - 1, type_="page.viewed"),
        viewed("theirs", NOW - 1, OTHER),
    ]
    await track(graph, *views, again, *others)

    products, purchase = await facts(graph)

    assert skus(products) == ["p00", "p11", *(f"p{n:02}" for n in range(1, 9))]
    assert products[1] == {
        "source": "shop",
        "sku": "p11",
        "name": None,
        "productCategory": None,
        "viewedAt": NOW - 5,
    }
    assert purchase is None


async def test_the_last_purchase_is_the_newest_that_was_neither_called_off_nor_paid_back_with_its_lines(
    graph: Graph,
) -> None:
    await record(
        graph,
        bought("old", NOW - 3 * DAY),
        bought("last", NOW - 2 * DAY),
        bought("called off", NOW - 4, status=PurchaseStatus.CANCELLED),
        bought("paid back", NOW - 3, status=PurchaseStatus.REFUNDED),
        bought("returned", NOW - 2, kind=PurchaseKind.RETURN),
        bought("theirs", NOW - 1, OTHER),
    )

    products, purchase = await facts(graph)

    mug = {"position": 1, "source": "shop", "sku": "mug", "name": "Mug", "productCategory": None}
    lamp = {"position": 2, "source": "shop", "sku": "lamp", "name": None, "productCategory": None}
    assert products == []
    assert purchase == {
        "source": "shop",
        "externalId": "last",
        "purchaseStatus": "PAID",
        "placedAt": NOW - 2 * DAY,
        "currency": "GBP",
        "total": 6_500_000,
        "delivery": 0,
        "discount": 250_000,
        "lines": [
            {**mug, "quantity": 2, "unitPrice": 3_000_000, "total": 6_000_000, "lineStatus": "NEW"},
            {**lamp, "quantity": 1, "unitPrice": 500_000, "total": 500_000, "lineStatus": "CANCELLED"},
        ],
    }


async def test_what_nobody_named_is_not_told_and_what_was_done_before_a_merge_is(graph: Graph) -> None:
    await track(graph, viewed("mug", NOW - 2), viewed("lamp", NOW - 1, OTHER))
    await record(graph, bought("mine", NOW - 2), bought("theirs", NOW - 1, OTHER))
    ids = [await graph.read(PERSON, key=each.key) for each in (CARD, OTHER)]
    await graph.change(MERGE, into=ids[0], **{"from": ids[1]})

    products, purchase = await facts(graph)

    assert (skus(products), purchase["externalId"]) == (["lamp", "mug"], "theirs")
    assert await facts(graph, ()) == ([], None)
    assert (await facts(graph, {Past.LAST_PURCHASE}))[0] == []
    assert (await facts(graph, {Past.VIEWED_PRODUCTS}))[1] is None


async def test_of_somebody_who_was_erased_nothing_shows_even_where_a_message_is_left(graph: Graph) -> None:
    await track(graph, viewed("mug", NOW - 2))
    await record(graph, bought("mine", NOW - 2))
    profile_id = await graph.read(PERSON, key=CARD.key)
    await erase_profile(graph, EraseProfile(ProfileReference(id=profile_id), b"key"), None, NOW)
    leftover = Statement(
        "leftover",
        "CREATE (m:Message {id: 'msg_1', profileId: $id})-[:TO]->(:Subscription {id: 'sub_1'}) RETURN m.id",
    )
    await graph.change(leftover, id=profile_id)

    (row,) = await graph.change(statements.FACTS_OF_MESSAGES, messages=[{"id": "msg_1", "wanted": sorted(BOTH)}])

    assert (row["viewedProducts"], row["lastPurchase"], row["profile"]["createdAt"]) == ([], None, None)


async def test_it_costs_the_same_for_a_hundred_of_each_and_for_three_thousand(
    graph: Graph, graph_settings: GraphSettings
) -> None:
    await track(graph, viewed("mug", NOW - 2))
    profile_id = await graph.read(PERSON, key=CARD.key)
    hits, without = [], []
    with neo4j.GraphDatabase.driver(graph_settings.uri, auth=None) as driver, driver.session() as session:
        for first, last in ((1, 100), (101, 3_000)):
            session.run(MANY, id=profile_id, first=first, last=last).consume()
            hits.append(_hits(session, profile_id, sorted(BOTH)))
            without.append(_hits(session, profile_id, []))

    assert abs(hits[1] - hits[0]) <= 25
    # Fifty events, twenty purchases, and what is looked up for everybody.
    assert hits[1] < 1_000
    assert without[1] < 100


def _hits(session: neo4j.Session, profile_id: str, wanted: list[str]) -> int:
    text = statements.FACTS_OF_PERSON.text
    summary = session.run(f"PROFILE {text}", profileId=profile_id, resourceId=None, wanted=wanted).consume()
    assert summary.profile is not None
    return sum(each["dbHits"] for each in _operators(summary.profile))


def _operators(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("children", ()):
        yield from _operators(each)
