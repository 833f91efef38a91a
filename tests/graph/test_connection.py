from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from graph.bolt.reads import BoltReads
from graph.connection import Graph, Transaction
from graph.errors import ConstraintViolated, GraphError, GraphTimeout, GraphUnavailable, ReadsFull
from graph.read_sessions import ReadSessions
from graph.settings import GraphSettings
from graph.statement import Statement

SLOW = Statement("slow", "UNWIND range(1, 2000000000) AS n RETURN count(n)", timeout_ms=300)
WRONG = Statement("wrong", "THIS IS NOT CYPHER")
MAKE = Statement("make", "CREATE (p:Profile {id: $id}) RETURN p.id")
COUNT = Statement("count", "RETURN COUNT { (:Profile) }")
LOCK = Statement("lock", "MATCH (p:Profile {id: $id}) SET p.revision = 1 RETURN p.id")
ECHO = Statement("echo", "RETURN $value")
NOTHING = Statement("nothing", "UNWIND [] AS nothing RETURN nothing")
LONG = Statement("long", SLOW.text, timeout_ms=8_000)


@pytest.fixture(params=["bolt", "neo4j"])
def scheme(request: pytest.FixtureRequest) -> str:
    """Reads go over connections of our own where the graph is reached directly, else over sessions of the driver."""
    return str(request.param)


@pytest.fixture
def settings(graph_settings: GraphSettings, scheme: str) -> GraphSettings:
    return replace(graph_settings, uri=graph_settings.uri.replace("bolt", scheme, 1))


@pytest_asyncio.fixture
async def graph(graph: Graph, settings: GraphSettings) -> AsyncIterator[Graph]:
    """Empty and migrated, reached either way."""
    del graph  # It is there.
    opened = Graph.open(settings)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def narrow(graph: Graph, settings: GraphSettings) -> AsyncIterator[Graph]:
    """Two reads at once."""
    del graph  # As above.
    opened = Graph.open(replace(settings, reads_in_flight=2, pool_size=4))
    yield opened
    await opened.close()


def test_each_scheme_reads_its_own_way(graph: Graph, scheme: str) -> None:
    kind = {"bolt": BoltReads, "neo4j": ReadSessions}[scheme]
    assert type(graph._reads) is kind  # noqa: SLF001  # Else the tests below would be the same tests twice.


async def test_a_statement_that_takes_too_long_is_stopped(graph: Graph) -> None:
    with pytest.raises(GraphTimeout):
        await graph.read(SLOW)


async def test_a_taken_unique_value_is_named_so_without_the_value(graph: Graph) -> None:
    await graph.change(MAKE, id="prf_secret")

    with pytest.raises(ConstraintViolated) as violated:
        await graph.change(MAKE, id="prf_secret")

    assert "prf_secret" not in str(violated.value)
    assert violated.value.__cause__ is None
    assert await graph.read(COUNT) == 1


async def test_a_transaction_that_raises_leaves_nothing_behind(graph: Graph) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.run(MAKE, id="prf_1")
        raise GraphError("no")

    with pytest.raises(GraphError, match="no"):
        await graph.write(work)

    assert await graph.read(COUNT) == 0


async def test_waiting_for_a_lock_ends_with_the_time_limit(graph: Graph) -> None:
    await graph.change(MAKE, id="prf_1")
    holding, release = asyncio.Event(), asyncio.Event()

    async def hold(transaction: Transaction) -> None:
        await transaction.run(LOCK, id="prf_1")
        holding.set()
        await release.wait()

    async def want(transaction: Transaction) -> None:
        await transaction.run(LOCK, id="prf_1")

    holder = asyncio.create_task(graph.write(hold, timeout_ms=20_000))
    await holding.wait()
    with pytest.raises(GraphTimeout):
        await graph.write(want, timeout_ms=500)
    release.set()
    await holder


async def test_a_wrong_statement_is_an_error_of_ours(graph: Graph) -> None:
    with pytest.raises(GraphError, match="SyntaxError"):
        await graph.read(WRONG)


async def test_a_graph_that_is_not_there_is_unavailable_and_soon_said_so(scheme: str) -> None:
    nowhere = Graph.open(GraphSettings(f"{scheme}://127.0.0.1:9", connection_timeout_s=0.5, acquisition_timeout_s=0.5))
    try:
        with pytest.raises(GraphUnavailable):
            await nowhere.ping()
        with pytest.raises(GraphUnavailable):
            await nowhere.change(MAKE, id="prf_1")
    finally:
        await nowhere.close()


async def test_no_record_reads_as_none(graph: Graph) -> None:
    assert await graph.read(NOTHING) is None
    assert await graph.change(NOTHING) is None


async def test_a_full_gate_makes_readers_wait_and_then_come_again_while_the_process_still_hears_of_the_graph(
    narrow: Graph,
) -> None:
    slow = [asyncio.create_task(narrow.read(LONG)) for _ in range(2)]
    await asyncio.sleep(0)
    assert narrow.reads.free == 0

    reader = asyncio.create_task(narrow.read(ECHO, value=1))
    await narrow.ping()
    assert await narrow.read_aside(ECHO, value=2) == 2
    assert await narrow.change(ECHO, value=3) == 3
    with pytest.raises(ReadsFull):
        await reader
    assert narrow.reads.free == 0
    assert not any(task.done() for task in slow)

    for task in slow:
        task.cancel()
    assert await narrow.read(ECHO, value=4) == 4
    assert narrow.reads.free == 2


async def test_a_cancelled_read_leaves_its_place_and_the_next_is_answered(narrow: Graph) -> None:
    for _ in range(3):
        cancelled = [asyncio.create_task(narrow.read(LONG)) for _ in range(2)]
        await asyncio.sleep(0.02)
        for task in cancelled:
            task.cancel()
        assert await narrow.read(ECHO, value=1) == 1
        assert all(task.cancelled() for task in cancelled)
    assert narrow.reads.free == 2


async def test_every_place_comes_back_and_every_answer_is_the_readers_own(narrow: Graph) -> None:
    chance = random.Random(7)  # noqa: S311  # A test's choices, not a secret.
    asked: list[tuple[int, asyncio.Task[object]]] = []
    for value in range(300):
        statement = chance.choices([ECHO, WRONG, SLOW], [60, 5, 1])[0]
        asked.append((value, asyncio.create_task(narrow.read(statement, value=value))))
        if chance.random() < 0.2:
            chance.choice(asked)[1].cancel()
        await asyncio.sleep(chance.choice([0, 0, 0.001, 0.01]))
    results = await asyncio.wait_for(
        asyncio.gather(*(task for _, task in asked), return_exceptions=True),
        30,
    )

    answers = [(value, result) for (value, _), result in zip(asked, results, strict=True)]
    unforeseen = [each for _, each in answers if not isinstance(each, int | GraphError | asyncio.CancelledError)]
    assert unforeseen == []
    assert all(value == result for value, result in answers if isinstance(result, int))
    assert sum(isinstance(result, int) for _, result in answers) > 50
    assert (narrow.reads.free, narrow.reads.waiting) == (2, 0)
    assert await asyncio.gather(*(narrow.read(ECHO, value=n) for n in range(6))) == list(range(6))


async def test_closing_under_a_read_leaves_nothing_open(graph: Graph, settings: GraphSettings) -> None:
    del graph  # As above.
    closing = Graph.open(settings)
    await closing.ping()
    reader = asyncio.create_task(closing.read(SLOW))
    await asyncio.sleep(0.02)
    await closing.close()
    with pytest.raises(GraphError):
        await reader


async def test_rows_are_not_written_out_for_the_driver_s_log_of_debugging(
    graph: Graph, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [{"value": "mary@example.org"}, {"value": "+442079460000"}]

    async def echo(transaction: Transaction) -> object:
        return await transaction.run(ECHO, value=rows)

    with caplog.at_level(logging.DEBUG, "neo4j"):
        assert await graph.write(echo) == rows

    sent = [record.getMessage() for record in caplog.records if "C: RUN 'RETURN $value'" in record.getMessage()]
    assert len(sent) == 1
    assert "[2 rows]" in sent[0]
    assert "mary@example.org" not in sent[0]
