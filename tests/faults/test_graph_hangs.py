"""The graph takes connections and answers nothing, as one that is stopped or behind a dead firewall does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import replace
from types import ModuleType
from urllib.parse import urlsplit

import pytest

from graph import connection
from graph.bolt import reads
from graph.bolt.reads import BoltReads
from graph.connection import Graph, Transaction
from graph.errors import GraphUnavailable, ReadsFull, UnknownCommit
from graph.settings import GraphSettings
from graph.statement import Statement
from tests.faults.proxy import Proxy, proxy_to

ONE = Statement("one", "RETURN 1", timeout_ms=1_000)
MAKE = Statement("make", "CREATE (p:Profile {id: $id}) RETURN p.id", timeout_ms=1_000)
COUNT = Statement("count", "RETURN COUNT { (:Profile) }")


@pytest.fixture(params=["connections of our own", "sessions of the driver"])
def liveness_of(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """How reads reach the graph, as the module that says after how long a connection at rest is tried first."""
    if request.param == "connections of our own":
        return reads
    # Routing would lead around the line that is held.
    monkeypatch.setattr(BoltReads, "where_direct", lambda _settings: None)
    return connection


@asynccontextmanager
async def held_later(settings: GraphSettings) -> AsyncIterator[tuple[Graph, Proxy]]:
    """A graph behind a line that still flows, with room for few connections."""
    address = urlsplit(settings.uri)
    async with proxy_to(address.hostname or "", address.port or 7687) as (line, port):
        behind = Graph.open(replace(settings, uri=f"bolt://127.0.0.1:{port}", pool_size=3, reads_in_flight=4))
        try:
            yield behind, line
        finally:
            await behind.close()


async def seconds_until(error: type[Exception], asked: Awaitable[object]) -> float:
    started = time.monotonic()
    with pytest.raises(error):
        await asyncio.wait_for(asked, 20)
    return time.monotonic() - started


@pytest.mark.parametrize("idle_is_checked", [False, True])
async def test_a_read_is_given_up_soon_after_its_limit_and_the_pool_stays_whole(
    graph: Graph,
    graph_settings: GraphSettings,
    liveness_of: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    *,
    idle_is_checked: bool,
) -> None:
    assert graph is not None  # It is there and migrated.
    if idle_is_checked:
        monkeypatch.setattr(liveness_of, "_LIVENESS_AFTER_S", 0.0)
    async with held_later(graph_settings) as (behind, line):
        await asyncio.gather(*(behind.read(ONE) for _ in range(3)))
        line.hold()

        for _ in range(2):
            waits = await asyncio.gather(*(seconds_until(GraphUnavailable, behind.read(ONE)) for _ in range(4)))
            assert max(waits) < 4.5

        line.release()
        assert await asyncio.gather(*(behind.read(ONE) for _ in range(6))) == [1] * 6


@pytest.mark.usefixtures("liveness_of")
async def test_who_waits_behind_reads_that_hang_is_sent_away_after_a_second_and_the_places_come_back(
    graph: Graph, graph_settings: GraphSettings
) -> None:
    assert graph is not None  # As above.
    async with held_later(graph_settings) as (behind, line):
        await asyncio.gather(*(behind.read(ONE) for _ in range(3)))
        line.hold()

        hanging = [asyncio.create_task(seconds_until(GraphUnavailable, behind.read(ONE))) for _ in range(4)]
        await asyncio.sleep(0)
        waits = await asyncio.gather(*(seconds_until(ReadsFull, behind.read(ONE)) for _ in range(4)))

        assert 0.9 < min(waits) <= max(waits) < 2
        assert min(await asyncio.gather(*hanging)) > 1.5
        assert behind.reads.free == 4
        line.release()
        assert await asyncio.gather(*(behind.read(ONE) for _ in range(8))) == [1] * 8


async def test_a_write_that_hangs_before_its_commit_has_not_happened(
    graph: Graph, graph_settings: GraphSettings
) -> None:
    async with held_later(graph_settings) as (behind, line):
        await behind.read(ONE)

        async def work(transaction: Transaction) -> None:
            await transaction.run(MAKE, id="prf_1")
            line.hold()
            await transaction.run(MAKE, id="prf_2")

        for _ in range(4):
            line.release()
            assert await seconds_until(GraphUnavailable, behind.write(work, timeout_ms=500)) < 4

        line.release()
        assert await behind.change(MAKE, id="prf_3") == "prf_3"
        assert await graph.read(COUNT) == 1


async def test_a_write_whose_commit_is_not_answered_may_have_happened(
    graph: Graph, graph_settings: GraphSettings
) -> None:
    async with held_later(graph_settings) as (behind, line):
        await behind.read(ONE)

        async def work(transaction: Transaction) -> None:
            await transaction.run(MAKE, id="prf_1")
            line.hold_answers()

        assert await seconds_until(UnknownCommit, behind.write(work, timeout_ms=1_000)) < 4

        assert await graph.read(COUNT) == 1
        line.release()
        assert await behind.change(MAKE, id="prf_2") == "prf_2"


@pytest.mark.usefixtures("liveness_of")
async def test_closing_does_not_wait_for_a_graph_that_hangs(graph: Graph, graph_settings: GraphSettings) -> None:
    assert graph is not None  # As above.
    async with held_later(graph_settings) as (behind, line):
        await behind.read(ONE)
        line.hold()
        await asyncio.wait_for(behind.close(), 5)
