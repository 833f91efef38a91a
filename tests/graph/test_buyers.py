"""Whoever asks for people who bought looks only at those who carry the label, so nobody who bought may lack it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from graph import migrations
from graph.bulk.ingest import ingest
from graph.bulk.origin import Origin
from graph.bulk.purchase import BulkLine, BulkPurchase
from graph.connection import Graph
from graph.history.product import ProductKey
from graph.history.purchases import NewPurchase, PurchaseLine, record_purchases
from graph.identifiers import identifier
from graph.migrations import MIGRATIONS, migrate
from graph.people.upsert import UpsertProfile, upsert_profile
from graph.reading.reader import Reader
from graph.statement import Statement
from graph.vocabulary import IdentifierType, PurchaseKind, PurchaseLineStatus, PurchaseStatus
from tests.graph.reading.documents import selections_of

NOW = 1_790_000_000_000
BOUGHT = """{
  for_over: profiles(filter: {purchase: {totalOver: {amount: "5", currency: "GBP"}}}) { nodes { firstName } }
  anything: profiles(filter: {purchase: {timesAtLeast: 1}}) { nodes { firstName } }
  nothing: profiles(filter: {not: {purchase: {timesAtLeast: 1}}}) { nodes { firstName } }
}"""
# As a program before the fifth step wrote them: Bob bought under an id that was merged into his.
WRITE_OLD = Statement(
    "write_old",
    """
    UNWIND [['prf_ann', 'Ann', null], ['prf_bob', 'Bob', null], ['prf_cleo', 'Cleo', null],
        ['prf_old', 'Old', 'prf_bob']] AS row
    CREATE (p:Profile {id: row[0], firstName: row[1], mergedInto: row[2], createdAt: datetime({epochMillis: 1})})
    WITH p WHERE p.firstName IN ['Ann', 'Old']
    CREATE (:Purchase {id: 'pur_' + p.id, sourceKey: 'shop:' + p.id, profileId: p.id, currency: 'GBP',
        totalMicros: 6000000, placedAt: datetime({epochMillis: 1})})-[:BY]->(p)
    WITH count(p) AS bought
    MATCH (bob:Profile {id: 'prf_bob'})
    SET bob.memberIds = ['prf_bob', 'prf_old']
    RETURN bought
    """,
)


def names(answer: object) -> list[str]:
    assert isinstance(answer, dict)
    return sorted(each["firstName"] for each in answer["nodes"])


async def who_bought(graph: Graph) -> list[list[str]]:
    """For more than five pounds, anything, nothing."""
    answer = await Reader(graph).answer(selections_of(BOUGHT))
    assert answer.errors == ()
    assert answer.data is not None
    return [names(answer.data[alias]) for alias in ("for_over", "anything", "nothing")]


async def person(graph: Graph, name: str) -> None:
    card = identifier(IdentifierType.EXTERNAL, "shop", name)
    await upsert_profile(graph, UpsertProfile((card,), {"firstName": name}), None, NOW)


def bulk_order(buyer: str, pounds: int) -> BulkPurchase:
    return BulkPurchase(
        external_id=f"bulk {buyer}",
        buyer=identifier(IdentifierType.EXTERNAL, "shop", buyer),
        country=None,
        kind=PurchaseKind.SALE,
        status=PurchaseStatus.DELIVERED,
        line_status=PurchaseLineStatus.DELIVERED,
        placed_ms=NOW,
        currency="GBP",
        lines=(BulkLine("A", 1, pounds * 1_000_000),),
    )


def order(buyer: str, pounds: int) -> NewPurchase:
    line = PurchaseLine(ProductKey("shop", "A"), None, 1, pounds * 1_000_000, PurchaseLineStatus.NEW)
    return NewPurchase(
        index=0,
        source="shop",
        external_id=buyer,
        identifiers=(identifier(IdentifierType.EXTERNAL, "shop", buyer),),
        kind=PurchaseKind.SALE,
        status=PurchaseStatus.NEW,
        placed_at_ms=NOW,
        changed_at_ms=NOW,
        currency="GBP",
        total_micros=pounds * 1_000_000,
        delivery_micros=0,
        discount_micros=0,
        lines=(line,),
    )


async def test_who_bought_by_a_mutation_or_by_an_import_is_found_and_who_did_not_is_not(graph: Graph) -> None:
    for name in ("Ann", "Bob", "Cleo"):
        await person(graph, name)
    assert await who_bought(graph) == [[], [], ["Ann", "Bob", "Cleo"]]

    await record_purchases(graph, [order("Ann", 6)], None, NOW)
    assert await who_bought(graph) == [["Ann"], ["Ann"], ["Bob", "Cleo"]]

    await ingest(graph, [bulk_order("Bob", 4)], {}, Origin("shop", NOW))
    assert await who_bought(graph) == [["Ann"], ["Ann", "Bob"], ["Cleo"]]


@contextmanager
def as_before_the_fifth_step(patch: pytest.MonkeyPatch) -> Iterator[None]:
    with patch.context() as earlier:
        earlier.setattr(migrations, "MIGRATIONS", MIGRATIONS[:4])
        yield


async def test_who_bought_before_there_was_the_label_is_found_after_the_migration(
    untouched: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    with as_before_the_fifth_step(monkeypatch):
        await migrate(untouched)
    assert await untouched.change(WRITE_OLD) == 2
    assert (await who_bought(untouched))[0] == []

    assert await migrate(untouched) == [each.version for each in MIGRATIONS[4:]]

    assert await who_bought(untouched) == [["Ann", "Bob"], ["Ann", "Bob"], ["Cleo"]]
