from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from gateway.commands.demo import load_demo
from gateway.imports.summary import Tally
from graph.clock import FixedClock
from graph.connection import Graph
from graph.statement import Statement
from tests.gateway.imports.graph_counts import counts, delete_histories, state

ERASED_KEY = b"a key of the test's own"
NOW = 1_790_000_000_000
_SHOWN = Statement(
    "shown",
    """
    MATCH (:Identifier {key: 'EXTERNAL:online-retail:17850'})-[:IDENTIFIES]->(p:Profile)
    RETURN {name: p.firstName + ' ' + p.lastName, kind: p.kind, status: p.status, country: p.country,
        synthetic: p.synthetic, identified: p.isIdentified,
        emails: COLLECT { MATCH (p)<-[:IDENTIFIES]-(i {type: 'EMAIL'}) RETURN i.value ORDER BY i.value },
        subscriptions: COLLECT {
            MATCH (p)-[:HAS_SUBSCRIPTION]->(s)-[:AT]->(i) MATCH (s)-[:OF]->(r)
            RETURN [s.priority, s.status, s.channel, r.key, i.value, s.key = p.id + ':' + r.id + ':EMAIL:' + i.id]
            ORDER BY s.priority },
        purchases: COUNT { (:Purchase {profileId: p.id}) }, events: COUNT { (:Event {profileId: p.id})-[:BY]->(p) }}
    """,
    30_000,
)
_SHOP = Statement(
    "shop",
    """
    MATCH (r:Resource {key: 'shop'})
    RETURN [r.title, r.channels, r.sender, r.senderName, r.synthetic,
        COLLECT { MATCH (r)-[:OFFERS]->(c) WHERE c.active AND c.scopedKey = r.id + ':' + c.key
            RETURN [c.key, c.mandatory] ORDER BY c.key }]
    """,
)
_WRONG = Statement(
    "wrong",
    """
    RETURN {
        unmarked: COUNT { MATCH (n) WHERE (n:Event OR n:Subscription OR n:ConsentRecord OR n:Resource OR n:Category)
            AND n.synthetic IS NULL RETURN n },
        unmarkedEmails: COUNT { MATCH (i:Identifier {type: 'EMAIL'}) WHERE i.synthetic IS NULL RETURN i },
        realMails: COUNT { MATCH (i:Identifier {type: 'EMAIL'})
            WHERE NOT i.value =~ '.*@([a-z]+[.])?example([.](com|net|org))?' RETURN i },
        kinds: COUNT { MATCH (p:Profile)
            WITH p, EXISTS { (p)-[:HAS_SUBSCRIPTION]->(:Subscription {status: 'SUBSCRIBED'}) } AS subscribed,
                EXISTS { (p)<-[:IDENTIFIES]-(:Identifier {type: 'EMAIL'}) } AS mail
            WHERE p.kind <> CASE WHEN subscribed THEN 'SUBSCRIBER' WHEN mail THEN 'LEAD' ELSE 'ANONYMOUS' END
            RETURN p },
        statuses: COUNT { MATCH (p:Profile) WHERE p.status <> 'SUBSCRIBED' RETURN p },
        ledgers: COUNT { MATCH (s:Subscription)
            WHERE s.status <> COLLECT { MATCH (s)<-[:ABOUT]-(c:ConsentRecord) WHERE c.subjectId = s.id
                RETURN c.toStatus ORDER BY c.seq DESC LIMIT 1 }[0] OR s.status IS NULL RETURN s },
        bareSubscriptions: COUNT { MATCH (s:Subscription) WHERE NOT EXISTS { (s)<-[:ABOUT]-() } RETURN s },
        eventsOutside: COUNT { MATCH (e:Event)
            WHERE e.occurredAt < datetime('2010-12-01T00:00Z') OR e.occurredAt >= datetime('2011-04-01T00:00Z')
            RETURN e },
        lastSeen: COUNT { MATCH (e:Event)-[:BY]->(p) WHERE e.occurredAt > p.lastSeenAt OR e.occurredAt < p.firstSeenAt
            RETURN e },
        locks: COUNT { MATCH (n) WHERE n.lock IS NOT NULL RETURN n }}
    """,
    60_000,
)
_VARIETY = Statement(
    "variety",
    """
    RETURN {
        statuses: COLLECT { MATCH (s:Subscription) RETURN DISTINCT s.status },
        events: COLLECT { MATCH (e:Event) RETURN DISTINCT e.type },
        about: COUNT { (:Event)-[:ABOUT]->(:Product) },
        left: COUNT { (:Subscription)-[:LEFT]->(:Category) },
        shared: COUNT { MATCH (i:Identifier {type: 'EMAIL'}) WHERE COUNT { (i)-[:IDENTIFIES]->() } = 2 RETURN i },
        suppressed: COUNT { (:Suppression)-[:STOPS]->(:Identifier) }}
    """,
    30_000,
)
_CHANGE = Statement(
    "change",
    """
    MATCH (:Identifier {key: 'EXTERNAL:online-retail:17850'})-[:IDENTIFIES]->(p)-[:HAS_SUBSCRIPTION]->(s {priority: 0})
    SET s.status = 'UNSUBSCRIBED', p.firstName = 'Emily'
    RETURN s.id
    """,
)


@pytest.fixture
async def large_graph(graph: Graph) -> AsyncIterator[Graph]:
    yield graph
    await delete_histories(graph)


@pytest.mark.timeout(600)
async def test_the_demo_is_whole_consistent_and_changes_nothing_the_second_time(large_graph: Graph) -> None:
    graph = large_graph
    said: list[str] = []

    summary = await load_demo(graph, ERASED_KEY, said.append, FixedClock(NOW))

    found = await counts(graph)
    assert (found["sales"] + found["returns"], found["lines"], found["external"]) == (6_877, 142_083, 2_189)
    assert (summary.people, summary.shop.known_people) == (2_189, 2_189)
    assert summary.subscriptions > 2_000
    assert summary.events > 10_000
    assert said[0].endswith("of 142,083 purchase lines")
    assert said[-1].endswith("events made up")
    assert await graph.read(_WRONG) == dict.fromkeys(
        (
            "unmarked",
            "unmarkedEmails",
            "realMails",
            "kinds",
            "statuses",
            "ledgers",
            "bareSubscriptions",
            "eventsOutside",
            "lastSeen",
            "locks",
        ),
        0,
    )
    await _look_at_the_shop(graph)
    # What somebody changed since the first run is not brought back by the second.
    await graph.change(_CHANGE)
    before = await state(graph)

    again = await load_demo(graph, ERASED_KEY, said.append, FixedClock(NOW + 60_000))

    assert await state(graph) == before
    assert (again.people, again.subscriptions, again.events) == (0, 0, 0)
    assert again.shop.sales == Tally(0, found["sales"])
    assert again.shop.returns == Tally(0, found["returns"])
    assert (again.shop.profiles_created, again.shop.products_created) == (0, 0)
    assert again.shop.total_micros == summary.shop.total_micros
    shown = await graph.read(_SHOWN)
    assert (shown["name"], shown["subscriptions"][0][1]) == ("Emily Hughes", "UNSUBSCRIBED")


async def _look_at_the_shop(graph: Graph) -> None:
    assert await graph.read(_SHOP) == [
        "Online Retail",
        ["EMAIL"],
        "shop@shop.example",
        "Online Retail",
        True,
        [["news", False], ["offers", False], ["orders", True]],
    ]
    shown = await graph.read(_SHOWN)
    assert shown.pop("events") > 30
    assert shown == {
        "name": "Emma Hughes",
        "kind": "SUBSCRIBER",
        "status": "SUBSCRIBED",
        "country": "GB",
        "synthetic": True,
        "identified": True,
        "emails": ["emma.hughes@example.com", "emma@hughes.example"],
        "subscriptions": [
            [0, "SUBSCRIBED", "EMAIL", "shop", "emma.hughes@example.com", True],
            [1, "SUBSCRIBED", "EMAIL", "shop", "emma@hughes.example", True],
        ],
        "purchases": 35,
    }
    variety = await graph.read(_VARIETY)
    assert len(variety["statuses"]) == 7
    assert set(variety["events"]) == {"session.started", "page.viewed", "cart.added", "checkout.started"}
    assert variety["about"] > 5_000
    assert min(variety["left"], variety["shared"], variety["suppressed"]) > 20
