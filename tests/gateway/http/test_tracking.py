"""Opens and clicks of letters, from a request to the message: counted once each, and never waited for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest
import pytest_asyncio

from graph.connection import Graph
from graph.errors import GraphUnavailable
from graph.statement import Statement
from graph.tracking.links import ClickLink, TrackingLinks
from graph.vocabulary import ChangeKind
from tests.gateway.doubles import NOW
from tests.gateway.http.letter_reader import MESSAGE, TARGET, Reader, link, picture, reader, sent
from tests.gateway.subscribing.asking import Asker

_KEPT = Statement(
    "kept",
    """
    MATCH (m:Message {id: $id})
    RETURN COLLECT { MATCH (m)<-[:OF]-(r:Receipt) RETURN [r.eventType, r.applied, r.provider, r.raw] ORDER BY r.key }
    """,
)
_DROP = Statement("drop", "MATCH (m:Message {id: $id}) DETACH DELETE m RETURN 1")
_ALL = Statement("all_receipts", "RETURN COUNT { (:Receipt) }")


@pytest_asyncio.fixture(loop_scope="session")
async def tracking(graph: Graph) -> AsyncIterator[Reader]:
    found = reader(graph)
    async with found.client:
        yield found
    await found.hits.finish(30)


async def test_feature_12_a_click_without_an_open_makes_both_and_the_second_click_only_a_click(
    tracking: Reader, graph: Graph
) -> None:
    message = await sent(graph)

    await tracking.ask(link(message))
    first = await tracking.message(message)
    tracking.clock.advance(5_000)
    await tracking.ask(link(message))
    second = await tracking.message(message)

    at = "2023-11-14T22:13:20.000Z"
    assert first == {
        "messageState": "CLICKED",
        "openCount": 1,
        "clickCount": 1,
        "openedAt": at,
        "firstClickedAt": at,
        "receipts": [("click", True)],
    }
    assert second == {**first, "clickCount": 2, "receipts": [("click", True)] * 2}


async def test_an_open_is_answered_by_one_pixel_and_counts(tracking: Reader, graph: Graph) -> None:
    message = await sent(graph)

    answers = [await tracking.ask(picture(message)) for _ in range(2)]

    for answer in answers:
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif")
        assert answer.headers["cache-control"] == "no-store"
        assert (answer.content[:6], answer.content[6:10]) == (b"GIF89a", b"\x01\x00\x01\x00")
        assert "set-cookie" not in answer.headers
    found = await tracking.message(message)
    assert (found["messageState"], found["openCount"], found["clickCount"]) == ("OPENED", 2, 0)
    assert tracking.nudger.told[0][1] == (2, frozenset({ChangeKind.MESSAGE}))


async def test_a_click_leads_where_the_letter_said_and_keeps_where(tracking: Reader, graph: Graph) -> None:
    message = await sent(graph)

    answer = await tracking.ask(link(message))

    assert (answer.status_code, answer.headers["location"]) == (302, TARGET)
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert "set-cookie" not in answer.headers
    await tracking.hits.finish(30)
    assert await graph.read(_KEPT, id=message) == [
        ["click", True, "customer_graph", '{"url":"https://shop.example/offer?a=1&b=%C3%A9"}']
    ]


async def test_head_is_answered_alike_and_counts_nothing(tracking: Reader, graph: Graph) -> None:
    message = await sent(graph)

    picked, led = await tracking.ask(picture(message), "HEAD"), await tracking.ask(link(message), "HEAD")

    assert (picked.status_code, picked.headers["content-type"]) == (200, "image/gif")
    assert (led.status_code, led.headers["location"]) == (302, TARGET)
    assert (await tracking.message(message))["receipts"] == []


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "aHR0cHM6Ly9ldmlsLmV4YW1wbGUv",
        TrackingLinks((b"x" * 32,)).click_token(ClickLink("msg_1", TARGET)),
        TrackingLinks((b"x" * 32,)).open_token("msg_1"),
        "A" * 3_000,
        "%00",
    ],
)
async def test_what_we_have_not_signed_leads_nowhere(tracking: Reader, token: str) -> None:
    for path in (f"/o/{token}", f"/c/{token}"):
        answer = await tracking.ask(path)
        assert answer.status_code == 404
        assert "location" not in answer.headers
        assert "not one of ours" in answer.text
    await tracking.hits.finish(30)
    assert await tracking.graph.read(_ALL) == 0


async def test_a_picture_leads_nowhere_and_a_link_is_no_picture(tracking: Reader, graph: Graph) -> None:
    message = await sent(graph)

    answers = [
        await tracking.ask(picture(message).replace("/o/", "/c/")),
        await tracking.ask(link(message).replace("/c/", "/o/")),
    ]

    assert [answer.status_code for answer in answers] == [404, 404]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_nothing_but_get_is_taken(tracking: Reader, method: str) -> None:
    assert (await tracking.ask(link("msg_1"), method)).status_code == 405


@pytest.mark.parametrize(
    ("headers", "after_ms", "reason"),
    [
        ({"User_Agent": "Barracuda Sentinel (EE)"}, 60_000, "has the user agent of a machine"),
        ({"User_Agent": ""}, 60_000, "gave no user agent"),
        ({"Sec_Purpose": "prefetch"}, 60_000, "was loaded ahead"),
        ({}, 1_999, "came as soon as it was sent"),
    ],
)
async def test_machines_get_the_same_answer_and_change_nothing(
    tracking: Reader, graph: Graph, headers: dict[str, str], after_ms: int, reason: str
) -> None:
    message = await sent(graph, NOW - after_ms)
    before = await tracking.message(message)

    answers = [await tracking.ask(path, **headers) for path in (picture(message), link(message))]

    assert [answer.status_code for answer in answers] == [200, 302]
    assert before["messageState"] == "SENT"
    assert await tracking.message(message) == {**before, "receipts": [("click.bot", False), ("open.bot", False)]}
    found = (await Asker(graph).ask(MESSAGE, id=message))["message"]["receipts"]["nodes"]
    assert {each["reason"] for each in found} == {reason}


async def test_whoever_loads_it_again_and_again_fills_no_graph(tracking: Reader, graph: Graph) -> None:
    message, other = await sent(graph), await sent(graph)
    for _ in range(8):
        await asyncio.gather(*(tracking.ask(picture(message)) for _ in range(30)))
    await tracking.ask(picture(other))
    await tracking.ask(link(message))

    found = await tracking.message(message)

    assert (found["openCount"], found["clickCount"], len(await graph.read(_KEPT, id=message))) == (100, 1, 101)
    assert (await tracking.message(other))["openCount"] == 1
    assert 'customer_graph_letter_hits_total{result="too many"} 140\n' in tracking.metrics()
    await tracking.ask(picture(message))
    assert (await tracking.message(message))["openCount"] == 100
    assert len(await graph.read(_KEPT, id=message)) == 101


async def test_many_at_once_all_count(tracking: Reader, graph: Graph) -> None:
    messages = [await sent(graph) for _ in range(3)]

    await asyncio.gather(
        *(tracking.ask(path(each)) for each in messages for path in (picture, link) for _ in range(40))
    )

    for each in messages:
        found = await tracking.message(each)
        assert (found["messageState"], found["openCount"], found["clickCount"]) == ("CLICKED", 40, 40)


async def test_a_link_of_a_letter_that_is_gone_leads_on_and_leaves_nothing(tracking: Reader, graph: Graph) -> None:
    message = await sent(graph)
    await graph.change(_DROP, id=message)

    answer = await tracking.ask(link(message))
    await tracking.hits.finish(30)

    assert (answer.status_code, answer.headers["location"]) == (302, TARGET)
    assert await graph.read(_ALL) == 0
    assert 'customer_graph_letter_hits_total{result="no letter"} 1\n' in tracking.metrics()


class _Away:
    """A graph that does not answer, until it does."""

    def __init__(self, graph: Any = None, failing: int = 1_000_000) -> None:
        self.graph = graph
        self.failing = failing

    async def read_aside(self, *given: Any, **values: Any) -> Any:
        if self.failing:
            self.failing -= 1
            await asyncio.sleep(0.05)
            raise GraphUnavailable("away")
        return await self.graph.read_aside(*given, **values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.graph, name)


async def test_while_the_graph_is_away_nobody_waits_and_what_is_left_is_lost(caplog: pytest.LogCaptureFixture) -> None:
    found = reader(_Away())
    async with found.client:
        started = time.monotonic()
        answers = [await found.ask(path("msg_1")) for path in (picture, link) for _ in range(5)]
        waited = time.monotonic() - started
        await found.hits.finish(0.1)

    assert [answer.status_code for answer in answers] == [200] * 5 + [302] * 5
    assert waited < 1
    assert 'customer_graph_letter_hits_total{result="lost"} 10\n' in found.metrics()
    assert "10 opens and clicks are lost: the gateway stops" in caplog.text


async def test_what_came_while_the_graph_was_away_counts_when_it_is_back(graph: Graph) -> None:
    message = await sent(graph)
    found = reader(_Away(graph, failing=2))
    async with found.client:
        await found.ask(link(message))
        await found.hits.finish(30)
    found.graph = graph

    assert (await found.message(message))["clickCount"] == 1
    assert 'customer_graph_letter_hits_total{result="click"} 1\n' in found.metrics()
    assert 'customer_graph_letter_hits_total{result="lost"} 0\n' in found.metrics()


async def test_the_metrics_say_what_became_of_each(tracking: Reader, graph: Graph) -> None:
    message = await sent(graph)
    for path in (picture, link, link):
        await tracking.ask(path(message))
    await tracking.ask(link(message), User_Agent="curl/8.5.0")
    await tracking.hits.finish(30)

    assert _numbers(tracking.metrics().splitlines()) == {
        "open": 1,
        "click": 2,
        "open.bot": 0,
        "click.bot": 1,
        "too many": 0,
        "no letter": 0,
        "lost": 0,
    }


def _numbers(lines: Iterable[str]) -> dict[str, int]:
    rows = [
        line.removeprefix('customer_graph_letter_hits_total{result="') for line in lines if not line.startswith("#")
    ]
    return {name: int(number) for name, _, number in (row.partition('"} ') for row in rows)}


async def test_a_resource_says_what_is_counted_and_by_default_both_are(graph: Graph) -> None:
    asker = Asker(graph)
    selection = "resource { trackOpens trackClicks }"

    usual = await asker.change("createResource", selection, key="a", title="A", channels=["SMS"])
    modest = await asker.change(
        "createResource", selection, key="b", title="B", channels=["SMS"], trackOpens=False, trackClicks=False
    )

    assert usual["resource"] == {"trackOpens": True, "trackClicks": True}
    assert modest["resource"] == {"trackOpens": False, "trackClicks": False}
