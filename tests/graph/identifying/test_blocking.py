"""A value that stands for nobody never tells who somebody is, wherever it comes in."""

from __future__ import annotations

import pytest

from graph.bulk.ingest import ingest
from graph.bulk.origin import Origin
from graph.bulk.purchase import BulkLine, BulkPurchase
from graph.connection import Graph
from graph.errors import Refusal
from graph.history.events import NewEvent, track_events
from graph.history.row import RowResult, summary
from graph.idempotency import Done
from graph.identifiers import IdentifierValue, identifier
from graph.identifying.blocking import BlockPlaceholder, block_placeholder, unblock_placeholder
from graph.identifying.placeholders import blocked_value
from graph.people.add_identifier import AddIdentifier, add_identifier
from graph.people.reference import ProfileReference
from graph.people.remove_identifier import RemoveIdentifier, remove_identifier
from graph.people.upsert import UpsertProfile, upsert_profile
from graph.statement import Statement
from graph.subscribing.resource import CreateResource, ResourceReference, create_resource
from graph.subscribing.subscribe import Subscribe, subscribe
from graph.vocabulary import (
    Channel,
    IdentifierType,
    PurchaseKind,
    PurchaseLineStatus,
    PurchaseStatus,
    RowOutcome,
    UserErrorCode,
)

NOW = 1_790_000_000_000
BLOCKED = UserErrorCode.IDENTIFIER_BLOCKED
COUNT = Statement(
    "count",
    "RETURN [COUNT { (:Profile) }, COUNT { (:Identifier) }, COUNT { ()-[:IDENTIFIES]->() }, COUNT { (:Event) }]",
)
LISTED = Statement("listed", "MATCH (b:BlockedValue) RETURN collect([b.type, b.value, b.blockedBy])")
TEST = identifier(IdentifierType.EMAIL, "", "test@example.com")
TILL = identifier(IdentifierType.EMAIL, "", "till@shop.example")


def card(number: int) -> IdentifierValue:
    return identifier(IdentifierType.EXTERNAL, "shop", f"card-{number}")


def event(index: int, *identifiers: IdentifierValue) -> NewEvent:
    return NewEvent(index, "web", f"e-{index}", identifiers, "page.viewed", NOW)


async def block(graph: Graph, value: str, kind: IdentifierType | None = None) -> Done:
    return await block_placeholder(graph, BlockPlaceholder(blocked_value(kind, value), "key_1"), None, NOW)


async def refused(work: object) -> list[tuple[UserErrorCode, tuple[str, ...] | None]]:
    with pytest.raises(Refusal) as found:
        await work  # type: ignore[misc]  # Whatever the mutation answers, it is not reached.
    return [(each.code, each.field) for each in found.value.user_errors]


async def test_a_placeholder_on_2_000_events_joins_nobody_and_is_reported(graph: Graph) -> None:
    # Every hundredth row has nothing else.
    rows = [event(n, TEST) if n % 100 == 99 else event(n, TEST, card(n)) for n in range(2_000)]

    done = await track_events(graph, rows, None, NOW)

    results = [RowResult.from_json(each) for each in done.result["rows"]]
    assert [each.index for each in results] == list(range(2_000))
    found = summary(results)
    assert (found.created, found.refused) == (1_980, 20)
    assert {each.outcome for each in results[99::100]} == {RowOutcome.REFUSED}
    for row in results:
        errors = [(error.code, error.field, error.index) for error in row.user_errors]
        assert errors == [(BLOCKED, ("identifiers", "0"), row.index)]
    # As many people as cards, each with the card alone; the placeholder is no identifier at all.
    assert await graph.read(COUNT) == [1_980, 1_980, 1_980, 1_980]


async def test_what_the_owner_blocks_is_refused_wherever_it_comes_in_from_that_moment(graph: Graph) -> None:
    done = await upsert_profile(graph, UpsertProfile((card(1),), {}), None, NOW)
    ann = ProfileReference(id=done.result["profileId"])
    await create_resource(graph, CreateResource("news", "News", (Channel.EMAIL,), "news@example.com"), None, NOW)
    blocked = await block(graph, "till@*")
    again = await block(graph, "TILL@*", IdentifierType.EMAIL)
    before = await graph.read(COUNT)

    assert (blocked.result["outcome"], again.result["outcome"]) == (RowOutcome.CREATED, RowOutcome.UNCHANGED)
    assert again.result["blockedIdentifierId"] == blocked.result["blockedIdentifierId"]
    assert await graph.read(LISTED) == [["EMAIL", "till@*", "key_1"]]
    upsert = UpsertProfile((card(1), TILL), {"firstName": "Ann"})
    assert await refused(upsert_profile(graph, upsert, None, NOW)) == [(BLOCKED, ("identifiers", "1"))]
    assert await refused(add_identifier(graph, AddIdentifier(ann, TILL), None, NOW)) == [(BLOCKED, ("identifier",))]
    by_till = AddIdentifier(ProfileReference(identifier=TILL), card(2))
    assert await refused(add_identifier(graph, by_till, None, NOW)) == [(BLOCKED, ("profile", "identifier"))]
    at_till = Subscribe(ann, ResourceReference(key="news"), Channel.EMAIL, TILL, actor="key_1")
    assert await refused(subscribe(graph, at_till, None, NOW)) == [(BLOCKED, ("address",))]
    assert await graph.read(COUNT) == before

    await unblock_placeholder(graph, blocked.result["blockedIdentifierId"], None, NOW)
    assert (await add_identifier(graph, AddIdentifier(ann, TILL), None, NOW)).result["outcome"] == RowOutcome.UPDATED
    gone = unblock_placeholder(graph, blocked.result["blockedIdentifierId"], None, NOW)
    assert await refused(gone) == [(UserErrorCode.NOT_FOUND, ("blockedIdentifier",))]


async def test_a_value_that_is_blocked_later_matches_those_who_have_it_no_more(graph: Graph) -> None:
    first = await upsert_profile(graph, UpsertProfile((TILL,), {}), None, NOW)
    await block(graph, TILL.value)

    done = await track_events(graph, [event(0, TILL, card(1)), event(1, TILL)], None, NOW)

    rows = [RowResult.from_json(each) for each in done.result["rows"]]
    assert [(each.outcome, [error.code for error in each.user_errors]) for each in rows] == [
        (RowOutcome.CREATED, [BLOCKED]),
        (RowOutcome.REFUSED, [BLOCKED]),
    ]
    # The card is another person's, and who had the address keeps it, until it is taken away.
    assert await graph.read(COUNT) == [2, 2, 2, 1]
    ann = ProfileReference(id=first.result["profileId"])
    removed = await remove_identifier(graph, RemoveIdentifier(ann, TILL), None, NOW)
    assert removed.result["outcome"] == RowOutcome.UPDATED
    assert await graph.read(COUNT) == [2, 1, 1, 1]


async def test_a_cookie_beside_a_placeholder_tells_whose_an_event_is(graph: Graph) -> None:
    cookie = identifier(IdentifierType.COOKIE, "web", "c-1")
    await track_events(graph, [event(0, cookie), event(1, TEST, cookie)], None, NOW)

    assert await graph.read(COUNT) == [1, 1, 1, 2]


async def test_an_imported_purchase_of_a_blocked_customer_is_reported_and_not_written(graph: Graph) -> None:
    await block(graph, "99999", IdentifierType.EXTERNAL)

    done = await ingest(graph, [bulk_order("99999"), bulk_order("17850")], {}, Origin("shop", NOW))

    assert done.created == {"order of 17850"}
    assert done.blocked == {"order of 99999"}
    assert await graph.read(COUNT) == [1, 1, 1, 0]


def bulk_order(customer: str) -> BulkPurchase:
    return BulkPurchase(
        external_id=f"order of {customer}",
        buyer=identifier(IdentifierType.EXTERNAL, "shop", customer),
        country=None,
        kind=PurchaseKind.SALE,
        status=PurchaseStatus.DELIVERED,
        line_status=PurchaseLineStatus.DELIVERED,
        placed_ms=NOW,
        currency="GBP",
        lines=(BulkLine("A", 1, 1_000_000),),
    )
