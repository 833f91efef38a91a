from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from gateway.imports.errors import ImportRefused
from gateway.imports.invoice import Incomplete
from gateway.imports.online_retail import ImportOptions, import_online_retail
from gateway.imports.reject import RejectCode
from gateway.imports.summary import Tally
from graph.clock import FixedClock
from graph.connection import Graph
from graph.erasing.erase import EraseProfile, erase_profile
from graph.identifiers import identifier
from graph.identifying.blocking import BlockPlaceholder, block_placeholder
from graph.identifying.placeholders import blocked_value
from graph.people.reference import ProfileReference
from graph.statement import Statement
from graph.vocabulary import IdentifierType
from tests.gateway.imports.graph_counts import counts, delete_histories, state, sums
from tests.gateway.imports.shop_text import DATA_FILE, row, shop_file

NOW = 1_790_000_000_000
CLOCK = FixedClock(NOW)
_KEY = b"a key of the test's own"
_IDENTIFIERS = Statement("identifiers", "MATCH (i:Identifier {key: $key}) RETURN count(i)")
_PERSON = Statement(
    "person",
    """
    MATCH (i:Identifier {key: $key})-[link:IDENTIFIES]->(p:Profile)
    RETURN [p.kind, p.isIdentified, p.isTest, p.status, p.country, p.revision, p.memberIds IS NULL,
        p.firstSeenAt.epochMillis, p.lastSeenAt.epochMillis, p.createdAt.epochMillis, link.source, p.synthetic]
    """,
)
_PURCHASE = Statement(
    "purchase",
    """
    MATCH (u:Purchase {sourceKey: $key})-[:BY]->(p) WHERE p.id = u.profileId
    RETURN [u.source, u.externalId, u.kind, u.status, u.placedAt.epochMillis, u.changedAt.epochMillis, u.currency,
        u.totalMicros, u.deliveryMicros, u.discountMicros, u.isTest,
        COLLECT { MATCH (u)-[c:CONTAINS]->(x) WITH c, x ORDER BY c.position
            RETURN [c.position, x.sku, x.name, c.quantity, c.unitPriceMicros, c.totalMicros, c.status] }]
    """,
)
_SECOND_OWNER = Statement(
    "second_owner",
    """
    MATCH (i:Identifier {key: $key})
    CREATE (i)-[:IDENTIFIES]->(:Profile {id: 'prf_other', revision: 1})
    RETURN 1
    """,
)


WHOLE = ImportOptions(incomplete=Incomplete.REJECT)


@dataclass(frozen=True)
class Expected:
    """Computed from the file by csv and decimal alone, sharing no code with the importer."""

    lines: int
    invoices: int
    returns: int
    customers: int
    anonymous: int
    products: int
    negative: int
    total: Decimal

    @classmethod
    def of_the_file(cls) -> Expected:
        with gzip.open(DATA_FILE, "rt", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        invoices = {each["InvoiceNo"]: each["CustomerID"] for each in rows}
        return cls(
            lines=len(rows),
            invoices=len(invoices),
            returns=sum(number.startswith("C") for number in invoices),
            customers=len(set(invoices.values()) - {""}),
            anonymous=sum(not customer for customer in invoices.values()),
            products=len({each["StockCode"] for each in rows}),
            negative=sum(int(each["Quantity"]) < 0 for each in rows),
            total=sum((int(each["Quantity"]) * Decimal(each["UnitPrice"]) for each in rows), Decimal(0)),
        )


@pytest.fixture
async def large_graph(graph: Graph) -> AsyncIterator[Graph]:
    yield graph
    await delete_histories(graph)


@pytest.mark.timeout(600)
async def test_every_line_of_the_real_shop_is_accounted_for(
    large_graph: Graph,
) -> None:
    graph = large_graph
    expected = Expected.of_the_file()
    assert (expected.lines, expected.invoices, expected.customers) == (142_083, 6_877, 2_189)

    summary, rejects = await import_online_retail(graph, DATA_FILE, clock=CLOCK)

    assert rejects == []
    assert await counts(graph) == {
        "sales": expected.invoices - expected.returns,
        "returns": expected.returns,
        "products": expected.products,
        "profiles": expected.customers + expected.anonymous,
        "identifiers": expected.customers + expected.anonymous,
        "external": expected.customers,
        "custom": expected.anonymous,
        "lines": expected.lines - len(rejects),
        "by": expected.invoices,
        "identifies": expected.customers + expected.anonymous,
    }
    assert await sums(graph) == {
        "total": int(expected.total * 1_000_000),
        "negativeLines": expected.negative,
        "wrongTotals": 0,
        "wrongLines": 0,
        "currencies": ["GBP"],
    }
    assert summary.lines_read == summary.lines_kept == expected.lines
    assert summary.sales == Tally(expected.invoices - expected.returns, 0)
    assert summary.returns == Tally(expected.returns, 0)
    assert (summary.known_people, summary.anonymous_people) == (expected.customers, expected.anonymous)
    assert summary.products == summary.products_created == expected.products
    assert Decimal(summary.total_micros) / 1_000_000 == expected.total


async def test_a_known_customer_is_a_profile_with_an_external_identifier(graph: Graph, tmp_path: Path) -> None:
    file = shop_file(
        tmp_path / "f.csv",
        row("2", date="2011-01-05 10:00:00", country="Austria"),
        row("3", date="2011-02-05 10:00:00", country="Unspecified"),
        row("1", date="2010-12-05 10:00:00", country="Cyprus"),
    )

    await import_online_retail(graph, file, clock=CLOCK)

    assert await graph.read(_PERSON, key="EXTERNAL:online-retail:17850") == [
        "ANONYMOUS",
        True,
        False,
        "SUBSCRIBED",
        "AT",
        1,
        True,
        1_291_543_200_000,
        1_296_900_000_000,
        NOW,
        "online-retail",
        None,
    ]


async def test_each_anonymous_invoice_is_a_person_of_its_own(graph: Graph, tmp_path: Path) -> None:
    file = shop_file(tmp_path / "f.csv", row("1", customer=""), row("C2", customer="", quantity="-1"))

    summary, _ = await import_online_retail(graph, file, ImportOptions(is_test=True), clock=CLOCK)

    assert (summary.known_people, summary.anonymous_people, summary.profiles_created) == (0, 2, 2)
    assert (await counts(graph))["custom"] == 2
    person = await graph.read(_PERSON, key="CUSTOM:online-retail:invoice:C2")
    assert person[:6] == ["ANONYMOUS", False, True, "SUBSCRIBED", "GB", 1]


async def test_a_return_keeps_its_negative_lines_and_the_earliest_time(graph: Graph, tmp_path: Path) -> None:
    file = shop_file(
        tmp_path / "f.csv",
        row("C7", sku="B", quantity="-3", price="0.1", date="2011-03-28 09:01:00", description="BOWL"),
        row("8", sku="A", price="0.1", description=""),
        row("C7", sku="A", quantity="2", price="1.000001", date="2011-03-28 09:00:00", description=""),
    )

    await import_online_retail(graph, file, clock=CLOCK)

    assert await graph.read(_PURCHASE, key="online-retail:C7") == [
        "online-retail",
        "C7",
        "RETURN",
        "REFUNDED",
        1_301_299_200_000,
        1_301_299_200_000,
        "GBP",
        1_700_002,
        0,
        0,
        False,
        [[1, "B", "BOWL", -3, 100_000, -300_000, "REFUNDED"], [2, "A", None, 2, 1_000_001, 2_000_002, "REFUNDED"]],
    ]


async def test_a_newer_file_raises_the_revision_only_of_those_who_bought(graph: Graph, tmp_path: Path) -> None:
    old = shop_file(tmp_path / "old.csv", row("1"), row("2", customer="13047"))
    new = shop_file(
        tmp_path / "new.csv", row("1"), row("2", customer="13047"), row("3", country="EIRE", date="2011-01-01 12:00:00")
    )
    await import_online_retail(graph, old, clock=CLOCK)

    summary, _ = await import_online_retail(graph, new, clock=FixedClock(NOW + 1))

    assert summary.sales == Tally(1, 2)
    buyer = await graph.read(_PERSON, key="EXTERNAL:online-retail:17850")
    assert (buyer[4], buyer[5], buyer[7], buyer[8]) == ("IE", 2, 1_291_191_960_000, 1_293_883_200_000)
    other = await graph.read(_PERSON, key="EXTERNAL:online-retail:13047")
    assert (other[4], other[5]) == ("GB", 1)


async def test_an_older_file_moves_neither_country_nor_last_seen(graph: Graph, tmp_path: Path) -> None:
    new = shop_file(tmp_path / "new.csv", row("3", country="EIRE", date="2011-01-01 12:00:00"))
    old = shop_file(tmp_path / "old.csv", row("1"))
    await import_online_retail(graph, new, clock=CLOCK)

    await import_online_retail(graph, old, clock=CLOCK)

    buyer = await graph.read(_PERSON, key="EXTERNAL:online-retail:17850")
    assert (buyer[4], buyer[5], buyer[7], buyer[8]) == ("IE", 2, 1_291_191_960_000, 1_293_883_200_000)


async def test_a_bad_row_takes_its_invoice_along_where_that_is_asked_for_and_nothing_else(
    graph: Graph, tmp_path: Path
) -> None:
    file = shop_file(tmp_path / "f.csv", row("1"), row("2", quantity="?"), row("2"), "nonsense", row("3"))

    summary, rejects = await import_online_retail(graph, file, WHOLE, clock=CLOCK)

    assert [(each.line, each.code) for each in rejects] == [
        (3, RejectCode.NUMBER),
        (4, RejectCode.INCOMPLETE_INVOICE),
        (5, RejectCode.COLUMNS),
    ]
    assert (summary.lines_read, summary.lines_kept, summary.rejected) == (5, 2, 3)
    assert summary.rejects == Counter({"NUMBER": 1, "INCOMPLETE_INVOICE": 1, "COLUMNS": 1})
    found = await counts(graph)
    assert (found["sales"], found["lines"]) == (2, 2)


async def test_a_mended_row_brings_its_invoice_with_the_next_import(graph: Graph, tmp_path: Path) -> None:
    broken = shop_file(tmp_path / "f.csv", row("2", quantity="?"), row("2"))
    await import_online_retail(graph, broken, WHOLE, clock=CLOCK)
    assert (await counts(graph))["sales"] == 0

    mended = shop_file(tmp_path / "f.csv", row("2", quantity="4"), row("2"))
    await import_online_retail(graph, mended, WHOLE, clock=CLOCK)

    assert (await graph.read(_PURCHASE, key="online-retail:2"))[7] == 12_750_000


async def test_the_good_rows_of_an_invoice_are_kept_beside_a_refused_one(graph: Graph, tmp_path: Path) -> None:
    file = shop_file(tmp_path / "f.csv", row("2", quantity="?"), row("2"))

    summary, rejects = await import_online_retail(graph, file, clock=CLOCK)

    assert [each.line for each in rejects] == [2]
    assert summary.kept_incomplete == 1
    assert (await graph.read(_PURCHASE, key="online-retail:2"))[7] == 2_550_000


async def test_a_number_that_means_several_people_is_refused_and_attributed_to_none(
    graph: Graph, tmp_path: Path
) -> None:
    await import_online_retail(graph, shop_file(tmp_path / "a.csv", row("1")), clock=CLOCK)
    key = identifier(IdentifierType.EXTERNAL, "online-retail", "17850").key
    await graph.change(_SECOND_OWNER, key=key)

    summary, rejects = await import_online_retail(
        graph, shop_file(tmp_path / "b.csv", row("2"), row("2"), row("3", customer="13047")), clock=CLOCK
    )

    assert [(each.line, each.code) for each in rejects] == [
        (2, RejectCode.AMBIGUOUS_MATCH),
        (3, RejectCode.AMBIGUOUS_MATCH),
    ]
    assert (summary.lines_read, summary.lines_kept, summary.total_micros) == (3, 1, 2_550_000)
    assert (await counts(graph))["sales"] == 2
    assert await graph.read(_PURCHASE, key="online-retail:2") is None


async def test_a_number_that_stands_for_nobody_is_refused_and_makes_nobody(graph: Graph, tmp_path: Path) -> None:
    blocked = BlockPlaceholder(blocked_value(IdentifierType.EXTERNAL, "99999"), "key_1")
    await block_placeholder(graph, blocked, None, NOW)
    file = shop_file(tmp_path / "f.csv", row("1", customer="99999"), row("2"))

    summary, rejects = await import_online_retail(graph, file, clock=CLOCK)

    assert [(each.line, each.code) for each in rejects] == [(2, RejectCode.IDENTIFIER_BLOCKED)]
    assert (summary.lines_read, summary.lines_kept, summary.profiles_created) == (2, 1, 1)
    assert await graph.read(_PURCHASE, key="online-retail:1") is None


async def test_who_was_erased_is_not_brought_back_by_the_file_that_named_them(graph: Graph, tmp_path: Path) -> None:
    file = shop_file(tmp_path / "f.csv", row("1", customer="17850"), row("2", customer="17851"))
    options = ImportOptions(erased_key=_KEY)
    await import_online_retail(graph, file, options, clock=CLOCK)
    customer = identifier(IdentifierType.EXTERNAL, "online-retail", "17850")
    await erase_profile(graph, EraseProfile(ProfileReference(identifier=customer), _KEY), None, NOW)
    before = await counts(graph)

    summary, rejects = await import_online_retail(graph, file, options, clock=CLOCK)

    assert [(each.line, each.code) for each in rejects] == [(2, RejectCode.ERASED)]
    assert (summary.lines_kept, summary.profiles_created, summary.sales.created) == (1, 0, 0)
    assert await counts(graph) == before
    assert await graph.read(_PURCHASE, key="online-retail:1") is None
    assert await graph.read(_IDENTIFIERS, key=customer.key) == 0


async def test_a_file_of_another_kind_writes_nothing(graph: Graph, tmp_path: Path) -> None:
    before = await state(graph)
    for content in (b"", b"PK\x03\x04\xff\xfe", b"a,b\n1,2\n", "InvoiceNo,StockCode\n".encode("utf-16")):
        (tmp_path / "f.csv").write_bytes(content)

        with pytest.raises(ImportRefused):
            await import_online_retail(graph, tmp_path / "f.csv", clock=CLOCK)

    assert await state(graph) == before


async def test_a_mended_row_completes_the_purchase_that_was_kept_without_it(graph: Graph, tmp_path: Path) -> None:
    broken = shop_file(tmp_path / "f.csv", row("2", quantity="?"), row("2"), row("3"))
    await import_online_retail(graph, broken, clock=CLOCK)
    mended = shop_file(tmp_path / "f.csv", row("2", quantity="4"), row("2"), row("3"))

    summary, rejects = await import_online_retail(graph, mended, clock=CLOCK)
    again, _ = await import_online_retail(graph, mended, clock=CLOCK)

    assert rejects == []
    assert str(summary.sales) == "2 (0 created, 1 completed, 1 unchanged)"
    assert str(again.sales) == "2 (0 created, 2 unchanged)"
    assert (await graph.read(_PURCHASE, key="online-retail:2"))[7] == 12_750_000
    assert (await counts(graph))["lines"] == 3
