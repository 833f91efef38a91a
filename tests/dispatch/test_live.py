from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest
import redis.asyncio

from dispatch import live as live_room
from dispatch.announcement import TOPIC, Announcement, encode
from dispatch.changes import Changes
from dispatch.live import LiveProfiles
from dispatch.topic import TopicReader
from graph.connection import Graph
from graph.revisions import changed_revisions
from graph.statement import Statement
from graph.vocabulary import ChangeKind

MESSAGE = frozenset({ChangeKind.MESSAGE})
EVENT = frozenset({ChangeKind.EVENT})
SNAPSHOT = frozenset({ChangeKind.SNAPSHOT})
NOWHERE = "redis://127.0.0.1:1/0"

_PUT = Statement(
    "put_profile",
    "MERGE (p:Profile {id: $id}) SET p.revision = $revision, p.mergedInto = $merged_into RETURN p.revision",
)


async def put(graph: Graph, profile_id: str, revision: int, merged_into: str | None = None) -> None:
    await graph.change(_PUT, id=profile_id, revision=revision, merged_into=merged_into)


@asynccontextmanager
async def live_profiles(url: str, graph: Graph) -> AsyncIterator[LiveProfiles]:
    live = LiveProfiles(url, graph)
    await live.start()
    try:
        yield live
    finally:
        await live.stop()


async def soon(changes: Any, seconds: float = 5.0) -> tuple[int, frozenset[ChangeKind]]:
    change: tuple[int, frozenset[ChangeKind]] = await asyncio.wait_for(anext(changes), seconds)
    return change


async def test_a_listener_hears_first_what_is_newer_than_it_knows(graph: Graph, redis_url: str) -> None:
    await put(graph, "prf_1", 7)
    async with live_profiles(redis_url, graph) as live, aclosing(live.listen("prf_1", after=3)) as changes:
        assert await soon(changes) == (7, SNAPSHOT)


async def test_an_announcement_is_heard_at_once_and_an_old_one_never(graph: Graph, redis_url: str) -> None:
    await put(graph, "prf_1", 7)
    async with (
        live_profiles(redis_url, graph) as live,
        aclosing(live.listen("prf_1", after=7)) as changes,
        redis.asyncio.Redis.from_url(redis_url) as client,
    ):
        next_change = asyncio.ensure_future(soon(changes))
        for _ in range(100):
            if await client.publish(TOPIC, encode([Announcement("prf_1", 7, EVENT)])):
                break
            await asyncio.sleep(0.05)
        await client.publish(TOPIC, encode([Announcement("prf_2", 99, EVENT)]))
        await client.publish(TOPIC, b"garbage")
        await client.publish(TOPIC, encode([Announcement("prf_1", 8, MESSAGE)]))

        assert await next_change == (8, MESSAGE)


async def test_without_redis_a_change_is_found_within_some_seconds(graph: Graph) -> None:
    await put(graph, "prf_1", 1)
    async with live_profiles(NOWHERE, graph) as live, aclosing(live.listen("prf_1", after=1)) as changes:
        next_change = asyncio.ensure_future(soon(changes))
        await asyncio.sleep(0.1)
        assert not next_change.done()
        await put(graph, "prf_1", 2)

        assert await next_change == (2, SNAPSHOT)


async def test_a_listener_of_a_merged_profile_follows_the_survivor(graph: Graph) -> None:
    await put(graph, "prf_2", 9)
    await put(graph, "prf_1", 5, merged_into="prf_2")
    async with live_profiles(NOWHERE, graph) as live, aclosing(live.listen("prf_1", after=5)) as changes:
        assert await soon(changes) == (9, SNAPSHOT)


async def test_listeners_at_different_revisions_each_hear_what_they_miss(graph: Graph) -> None:
    await put(graph, "prf_1", 5)
    async with (
        live_profiles(NOWHERE, graph) as live,
        aclosing(live.listen("prf_1", after=5)) as newest,
        aclosing(live.listen("prf_1", after=2)) as behind,
    ):
        waiting = asyncio.ensure_future(soon(newest))
        assert await soon(behind) == (5, SNAPSHOT)
        assert not waiting.done()
        await put(graph, "prf_1", 6)
        assert await waiting == (6, SNAPSHOT)
        assert await soon(behind) == (6, SNAPSHOT)


async def test_who_stops_listening_is_forgotten(graph: Graph) -> None:
    async with live_profiles(NOWHERE, graph) as live:
        listening = asyncio.ensure_future(anext(live.listen("prf_1")))
        await asyncio.sleep(0)
        assert len(live._listeners) == 1  # noqa: SLF001  # What is left behind cannot be seen from outside.
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening

        assert len(live._listeners) == 0  # noqa: SLF001  # As above.


async def test_what_nobody_foresaw_in_a_check_keeps_nobody_from_hearing_the_next(
    graph: Graph, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await put(graph, "prf_1", 2)
    failed = asyncio.Event()

    async def fail(*_: object) -> dict[str, int]:
        failed.set()
        raise ZeroDivisionError("reader@example.org")

    monkeypatch.setattr(live_room, "changed_revisions", fail)
    async with live_profiles(NOWHERE, graph) as live, aclosing(live.listen("prf_1", after=1)) as changes:
        next_change = asyncio.ensure_future(soon(changes, 10))
        await asyncio.wait_for(failed.wait(), 5)
        monkeypatch.undo()

        assert await next_change == (2, SNAPSHOT)

    assert "ZeroDivisionError" in caplog.text
    assert "reader@example.org" not in caplog.text


async def test_what_nobody_foresaw_in_an_announcement_keeps_nobody_from_hearing_the_next(
    redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[int] = []

    def hear(announcement: Announcement) -> None:
        heard.append(announcement.revision)
        if announcement.revision == 1:
            raise ZeroDivisionError("reader@example.org")

    reading = asyncio.create_task(TopicReader(redis_url, hear).run())
    try:
        async with asyncio.timeout(10), redis.asyncio.Redis.from_url(redis_url) as client:
            for revision in (1, 2):
                while revision not in heard:
                    await client.publish(TOPIC, encode([Announcement("prf_1", revision, EVENT)]))
                    await asyncio.sleep(0.05)
    finally:
        reading.cancel()

    assert "ZeroDivisionError" in caplog.text
    assert "reader@example.org" not in caplog.text


async def test_stopping_ends_every_listener(graph: Graph) -> None:
    live = LiveProfiles(NOWHERE, graph)
    await live.start()
    listening = asyncio.ensure_future(anext(live.listen("prf_none"), None))
    await asyncio.sleep(0)

    await live.stop()
    await live.stop()

    assert await asyncio.wait_for(listening, 1.0) is None


async def test_a_slow_reader_finds_the_newest_with_all_kinds() -> None:
    changes = Changes(after=1)
    for revision, kinds in ((2, EVENT), (5, MESSAGE), (4, SNAPSHOT), (1, EVENT)):
        changes.tell(revision, kinds)

    assert await anext(changes) == (5, EVENT | MESSAGE | SNAPSHOT)
    changes.tell(5, EVENT)
    changes.close()
    assert await anext(changes, None) is None


async def test_only_changed_revisions_are_answered_under_the_id_that_was_asked(graph: Graph) -> None:
    await put(graph, "prf_1", 5)
    await put(graph, "prf_2", 5)
    await put(graph, "prf_3", 5, merged_into="prf_1")

    seen = {"prf_1": 5, "prf_2": 4, "prf_3": 1, "prf_none": 0}

    assert await changed_revisions(graph, seen) == {"prf_2": 5, "prf_3": 5}
    assert await changed_revisions(graph, {}) == {}


async def test_more_ids_than_fit_one_statement_are_all_asked(graph: Graph) -> None:
    await put(graph, "prf_1", 5)
    seen = {f"prf_{number:05}": 0 for number in range(2_500)} | {"prf_1": 4}

    assert await changed_revisions(graph, seen) == {"prf_1": 5}
