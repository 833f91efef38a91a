from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from graph.connection import Graph
from graph.errors import GraphTimeout, PartlyWritten
from graph.history.events import NewEvent, track_events
from graph.history.product import ProductKey, ProductReference
from graph.history.row import RowResult, refused
from graph.idempotency import Done, Guard
from graph.identifiers import identifier
from graph.statement import Statement
from graph.vocabulary import IdentifierType, RowOutcome, UserErrorCode

NOW = 1_790_000_000_000
COOKIE = identifier(IdentifierType.COOKIE, "web", "c-1")
VIEWED = NewEvent(0, "web", "e-1", (COOKIE,), "page.viewed", NOW - 5_000, 1_500_000, {"url": "/lanterns"})
EVENTS = Statement(
    "events",
    """
    MATCH (e:Event)-[:BY]->(p:Profile) WHERE e.profileId = p.id
    WITH e, p ORDER BY e.externalId
    RETURN collect([e.externalId, e.type, e.occurredAt.epochMillis, e.valueMicros, e.properties])
    """,
)
COUNT = Statement("count", "RETURN [COUNT { (:Profile) }, COUNT { (:Event) }, COUNT { (:Product) }]")
CARDS = Statement(
    "cards",
    """
    MATCH (p:Profile) WHERE EXISTS { (p)<-[:IDENTIFIES]-(:Identifier {type: 'EXTERNAL'}) }
    WITH p, COLLECT { MATCH (p)<-[:IDENTIFIES]-(i:Identifier {type: 'EXTERNAL'}) RETURN i.key } AS cards
    ORDER BY cards[0]
    RETURN collect(cards)
    """,
)
NODES = Statement("nodes", "MATCH (n) WHERE NOT n:SchemaVersion AND NOT n:MigrationLock RETURN count(n)")
SEEN = Statement("seen", "MATCH (p:Profile) RETURN [p.firstSeenAt.epochMillis, p.lastSeenAt.epochMillis, p.revision]")


def rows(done: Done) -> list[RowResult]:
    return [RowResult.from_json(each) for each in done.result["rows"]]


async def test_events_of_nobody_make_one_anonymous_person(graph: Graph) -> None:
    second = replace(VIEWED, index=1, external_id="e-2", occurred_at_ms=NOW - 1_000)

    done = await track_events(graph, [VIEWED, second], None, NOW)

    assert [each.outcome for each in rows(done)] == [RowOutcome.CREATED, RowOutcome.CREATED]
    assert await graph.read(COUNT) == [1, 2, 0]
    assert await graph.read(EVENTS) == [
        ["e-1", "page.viewed", NOW - 5_000, 1_500_000, '{"url": "/lanterns"}'],
        ["e-2", "page.viewed", NOW - 1_000, 1_500_000, '{"url": "/lanterns"}'],
    ]
    assert await graph.read(SEEN) == [NOW - 5_000, NOW - 1_000, 1]


async def test_a_repeated_event_is_a_duplicate_and_another_under_its_key_is_refused(graph: Graph) -> None:
    first = rows(await track_events(graph, [VIEWED], None, NOW))

    done = await track_events(graph, [VIEWED, replace(VIEWED, index=1, type="cart.added")], None, NOW)

    duplicate, other = rows(done)
    assert (duplicate.outcome, duplicate.id) == (RowOutcome.DUPLICATE, first[0].id)
    assert other.outcome == RowOutcome.REFUSED
    assert [(each.code, each.field, each.index) for each in other.user_errors] == [
        (UserErrorCode.TAKEN, ("externalId",), 1)
    ]
    assert done.changes == ()
    assert await graph.read(COUNT) == [1, 1, 0]


async def test_one_event_twice_in_one_batch_is_written_once(graph: Graph) -> None:
    done = await track_events(graph, [VIEWED, replace(VIEWED, index=1)], None, NOW)

    assert [each.outcome for each in rows(done)] == [RowOutcome.CREATED, RowOutcome.DUPLICATE]
    assert await graph.read(COUNT) == [1, 1, 0]


async def test_a_product_is_made_by_its_sku_and_an_unknown_id_is_refused(graph: Graph) -> None:
    about = replace(VIEWED, products=(ProductReference(key=ProductKey("shop", "85123A")),))
    lost = replace(VIEWED, index=1, external_id="e-2", products=(ProductReference(id="pro_none"),))

    done = await track_events(graph, [about, lost], None, NOW)

    assert [each.outcome for each in rows(done)] == [RowOutcome.CREATED, RowOutcome.REFUSED]
    assert await graph.read(COUNT) == [1, 1, 1]


async def test_the_same_batch_eight_times_at_once_is_written_once(graph: Graph) -> None:
    batch = [replace(VIEWED, index=n, external_id=f"e-{n}") for n in range(50)]

    done = await asyncio.gather(*(track_events(graph, batch, None, NOW) for _ in range(8)))

    assert await graph.read(COUNT) == [1, 50, 0]
    assert sum(each.outcome is RowOutcome.CREATED for each in (row for one in done for row in rows(one))) == 50


async def test_a_batch_key_replays_the_rows(graph: Graph) -> None:
    first = await track_events(graph, [VIEWED], Guard("batch", "hash"), NOW)

    again = await track_events(graph, [VIEWED], Guard("batch", "hash"), NOW)

    assert (again.result, again.replayed, again.changes) == (first.result, True, ())


async def test_1200_rows_travel_in_several_transactions_and_keep_their_order(graph: Graph) -> None:
    batch = [replace(VIEWED, index=n, external_id=f"e-{n}") for n in range(1_200)]

    done = await track_events(graph, batch, None, NOW)

    assert [each.index for each in rows(done)] == list(range(1_200))
    assert await graph.read(COUNT) == [1, 1_200, 0]


async def test_rows_of_one_batch_with_one_address_and_two_cards_are_two_people(graph: Graph) -> None:
    address = identifier(IdentifierType.EMAIL, "", "family@example.com")
    await track_events(graph, [replace(VIEWED, external_id="e-0", identifiers=(address,))], None, NOW)
    cards = [identifier(IdentifierType.EXTERNAL, "shop", name) for name in ("a", "b")]
    batch = [
        replace(VIEWED, index=n, external_id=f"e-{n + 1}", identifiers=(address, card)) for n, card in enumerate(cards)
    ]

    done = await track_events(graph, batch, None, NOW)

    assert [each.outcome for each in rows(done)] == [RowOutcome.CREATED, RowOutcome.CREATED]
    assert await graph.read(CARDS) == [["EXTERNAL:shop:a"], ["EXTERNAL:shop:b"]]


async def test_rows_of_one_batch_that_bring_the_same_new_person_make_one(graph: Graph) -> None:
    address = identifier(IdentifierType.EMAIL, "", "ann@example.com")
    phone = identifier(IdentifierType.PHONE, "", "+442079460000")
    chain = [(address,), (address, phone, phone), (COOKIE, phone)]
    batch = [replace(VIEWED, index=n, external_id=f"e-{n}", identifiers=each) for n, each in enumerate(chain)]

    done = await track_events(graph, batch, None, NOW)

    assert [(each.outcome, each.user_errors) for each in rows(done)] == [(RowOutcome.CREATED, ())] * 3
    assert await graph.read(COUNT) == [1, 3, 0]


async def test_a_refused_row_leaves_neither_identifier_nor_product_behind(graph: Graph) -> None:
    stranger = identifier(IdentifierType.EMAIL, "", "stranger@example.com")
    products = (ProductReference(key=ProductKey("shop", "1")), ProductReference(id="pro_none"))
    lost = replace(VIEWED, identifiers=(stranger,), products=products)

    done = await track_events(graph, [lost], None, NOW)

    assert [each.outcome for each in rows(done)] == [RowOutcome.REFUSED]
    assert await graph.read(NODES) == 0


async def test_rows_that_were_refused_before_stand_in_the_replay_too(graph: Graph) -> None:
    wrong = refused(1, UserErrorCode.INVALID, "Is more than 24 hours in the future.", "occurredAt")
    first = await track_events(graph, [VIEWED, wrong], Guard("batch", "hash"), NOW)

    again = await track_events(graph, [VIEWED, replace(VIEWED, index=1)], Guard("batch", "hash"), NOW)

    assert [each.outcome for each in rows(first)] == [RowOutcome.CREATED, RowOutcome.REFUSED]
    assert (rows(again), again.replayed) == (rows(first), True)


async def test_a_batch_that_broke_off_can_be_sent_again_at_once(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = [replace(VIEWED, index=n, external_id=f"e-{n}") for n in range(600)]
    write = Graph.write
    calls = 0

    async def fails_in_the_second_transaction(self: Graph, *given: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise GraphTimeout("too slow")
        return await write(self, *given, **named)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(Graph, "write", fails_in_the_second_transaction)
    with pytest.raises(PartlyWritten):
        await track_events(graph, batch, Guard("batch", "hash"), NOW)
    monkeypatch.undo()
    done = await track_events(graph, batch, Guard("batch", "hash"), NOW)

    assert not done.replayed
    assert [each.outcome for each in rows(done)] == [RowOutcome.DUPLICATE] * 500 + [RowOutcome.CREATED] * 100
    assert (await graph.read(COUNT))[1] == 600
