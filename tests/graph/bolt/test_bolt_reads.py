from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from graph.bolt import packstream
from graph.bolt import reads as reads_module
from graph.bolt.connection import BoltConnection
from graph.bolt.errors import BoltBroken, BoltFailure, BoltLost
from graph.bolt.reads import BoltReads
from graph.bookmarks import Bookmarks
from graph.connection import Graph
from graph.errors import GraphError, GraphUnavailable
from graph.settings import GraphSettings
from graph.statement import Statement
from tests.faults.processes import eventually
from tests.faults.proxy import Proxy, proxy_to
from tests.graph.bolt.scripted_server import (
    HANDSHAKE,
    IGNORED,
    PULL,
    RESET,
    SUCCESS,
    WORDS_OF_THE_SERVER,
    Peer,
    failure,
    hello,
    logon,
    record,
    run,
    server,
)

ONE = Statement("one", "RETURN 1", timeout_ms=1_000)
ECHO = Statement("echo", "RETURN $value")
WRONG = Statement("wrong", "THIS IS NOT CYPHER")
SLOW = Statement("slow", "UNWIND range(1, 2000000000) AS n RETURN count(n)", timeout_ms=300)
LONG = Statement("long", "UNWIND range(1, 2000000000) AS long_one RETURN count(long_one)", timeout_ms=60_000)
RUNNING = Statement(
    "running",
    "SHOW TRANSACTIONS YIELD currentQuery WHERE currentQuery CONTAINS 'AS long_one RETURN' "
    "AND NOT currentQuery CONTAINS 'SHOW' RETURN count(*)",
)
TIMED_OUT = "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration"


class Seen(BoltConnection):
    """Every connection that was made since the test began, also where signing in failed."""

    made: ClassVar[list[Seen]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        Seen.made.append(self)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Seen]:
    Seen.made.clear()
    monkeypatch.setattr(reads_module, "BoltConnection", Seen)
    return Seen.made


def number_open(seen: list[Seen]) -> int:
    return sum(connection.is_open for connection in seen)


def reads_of(settings: GraphSettings) -> BoltReads:
    reads = BoltReads.where_direct(settings)
    assert reads is not None
    return reads


@asynccontextmanager
async def reads_at(port: int, host: str = "127.0.0.1", password: str = "") -> AsyncIterator[BoltReads]:
    reads = reads_of(GraphSettings(f"bolt://{host}:{port}", password=password))
    try:
        yield reads
    finally:
        await reads.close()


@pytest_asyncio.fixture
async def reads(shared_graph: Graph, graph_settings: GraphSettings, seen: list[Seen]) -> AsyncIterator[BoltReads]:
    """Of the real Neo4j."""
    assert seen == []
    del shared_graph  # It is there.
    opened = reads_of(graph_settings)
    yield opened
    await opened.close()


@asynccontextmanager
async def behind_a_line(settings: GraphSettings) -> AsyncIterator[tuple[BoltReads, Proxy]]:
    address = urlsplit(settings.uri)
    async with proxy_to(address.hostname or "", address.port or 0) as (line, port), reads_at(port) as reads:
        yield reads, line


async def rest(reads: BoltReads, number: int) -> None:
    """So many connections are made and rest."""
    assert await asyncio.gather(*(reads.run(ECHO, {"value": n}) for n in range(number))) == list(range(number))


async def until_it_runs(graph: Graph, number: int = 1) -> None:
    async def runs() -> bool:
        return bool(await graph.read(RUNNING) == number)

    await eventually(runs, 10)


@pytest.mark.parametrize(
    ("uri", "host", "port"),
    [
        ("bolt://[::1]:7688", "::1", 7688),
        ("bolt://[::1]", "::1", 7687),
        ("bolt://127.0.0.1", "127.0.0.1", 7687),
        ("bolt://graph.example:17687", "graph.example", 17687),
        ("bolt://graph.example:17687/", "graph.example", 17687),
        ("BOLT://localhost", "localhost", 7687),
    ],
)
async def test_an_address_is_read_with_its_port_or_the_usual_one(
    monkeypatch: pytest.MonkeyPatch, uri: str, host: str, port: int
) -> None:
    asked: list[object] = []

    class Nobody(BoltConnection):
        @classmethod
        async def open(cls, *address: object) -> Self:
            asked.append(address)
            raise BoltLost("nobody is there")

    monkeypatch.setattr(reads_module, "BoltConnection", Nobody)
    with pytest.raises(BoltLost):
        await reads_of(GraphSettings(uri, user="reader", password="hush")).run(ONE, {})
    assert asked == [(host, port, "reader", "hush")]


@pytest.mark.parametrize("scheme", ["neo4j", "neo4j+s", "neo4j+ssc", "bolt+s", "bolt+ssc"])
def test_routing_and_tls_are_left_to_the_driver(scheme: str) -> None:
    assert BoltReads.where_direct(GraphSettings(f"{scheme}://127.0.0.1:7687")) is None


def test_without_the_codec_reads_are_left_to_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packstream, "is_there", lambda: False)
    assert BoltReads.where_direct(GraphSettings("bolt://127.0.0.1:7687")) is None


async def test_a_name_is_looked_up(graph_settings: GraphSettings, shared_graph: Graph) -> None:
    del shared_graph  # It is there.
    async with reads_at(urlsplit(graph_settings.uri).port or 0, host="localhost") as reads:
        assert await reads.run(ECHO, {"value": "ö"}) == "ö"


async def test_an_address_of_the_next_internet_is_reached() -> None:
    async def play(peer: Peer) -> None:
        await peer.signs_in()
        await peer.hears_run("RETURN 1")
        await peer.says(SUCCESS, record(1), SUCCESS)
        await peer.hears_goodbye()

    async with server(play, host="::1") as port, reads_at(port, host="[::1]") as reads:
        assert await reads.run(ONE, {}) == 1


async def test_a_read_says_what_it_wants_as_the_documentation_has_it_with_the_callers_bookmarks() -> None:
    async def play(peer: Peer) -> None:
        await peer.hears(HANDSHAKE)
        await peer.says(bytes.fromhex("00000405"))
        await peer.hears(hello() + logon("reader", "hush"))
        await peer.says(SUCCESS, SUCCESS)
        for bookmarks in (("FB:one", "FB:other"), ()):
            await peer.hears(run("RETURN 1", "customers", bookmarks) + PULL)
            await peer.says(SUCCESS, record(1), SUCCESS)
        await peer.hears_goodbye()

    async with server(play) as port:
        reads = reads_of(GraphSettings(f"bolt://127.0.0.1:{port}", "reader", "hush", database="customers"))
        with Bookmarks(b"k" * 32).causal() as causal:
            causal.replace((), ["FB:one", "FB:other"])
            assert await reads.run(ONE, {}) == 1
            assert causal.names() == ("FB:one", "FB:other")
        assert await reads.run(ONE, {}) == 1
        await reads.close()


async def test_the_database_looks_at_the_bookmarks_that_travel(reads: BoltReads) -> None:
    with Bookmarks(b"k" * 32).causal() as causal:
        causal.replace((), ["FB:nonsense"])
        with pytest.raises(BoltFailure, match="InvalidBookmark"):
            await reads.run(ONE, {})
    assert await reads.run(ONE, {}) == 1


async def test_reads_one_after_the_other_share_one_connection_also_after_failures(
    reads: BoltReads, seen: list[Seen]
) -> None:
    for value in range(20):
        assert await reads.run(ECHO, {"value": value}) == value
        with pytest.raises(BoltFailure, match="SyntaxError"):
            await reads.run(WRONG, {})
    assert [connection.is_open for connection in seen] == [True]


async def test_there_are_no_more_connections_than_there_were_reads_at_once(reads: BoltReads, seen: list[Seen]) -> None:
    async def reader(number: int) -> list[Any]:
        return [await reads.run(ECHO, {"value": [number, n]}) for n in range(25)]

    assert await asyncio.gather(*map(reader, range(4))) == [[[number, n] for n in range(25)] for number in range(4)]
    assert len(seen) == 4
    await rest(reads, 4)
    await rest(reads, 1)
    assert len(seen) == number_open(seen) == 4


async def test_a_value_that_cannot_be_sent_costs_no_connection(reads: BoltReads, seen: list[Seen]) -> None:
    with pytest.raises(BoltBroken):
        await reads.run(ECHO, {"value": {1, 2}})
    assert seen == []


async def test_large_parameters_and_large_answers_come_whole(reads: BoltReads, seen: list[Seen]) -> None:
    value = ["ö" * 50_000, b"\x00\xff" * 50_000]
    assert await reads.run(ECHO, {"value": value}) == value
    large = Statement("large", "RETURN [n IN range(1, 100000) | n + ' ' + $fifty]", timeout_ms=20_000)
    fifty = "0123456789" * 5
    assert await reads.run(large, {"fifty": fifty}) == [f"{n} {fifty}" for n in range(1, 100_001)]
    assert await reads.run(ECHO, {"value": 1}) == 1
    assert len(seen) == 1


async def test_the_first_column_of_the_first_record_is_the_value_as_it_is_over_the_driver(
    reads: BoltReads, graph_settings: GraphSettings
) -> None:
    many = Statement("many", "UNWIND [3, null, 5] AS n RETURN n, n + 1")
    first_is_null = Statement("null", "UNWIND [null, 5] AS n RETURN n")
    none = Statement("none", "UNWIND [] AS n RETURN n")
    driver = Graph.open(replace(graph_settings, uri=graph_settings.uri.replace("bolt:", "neo4j:")))

    theirs = [await driver.read(statement) for statement in (many, first_is_null, none)]
    await driver.close()

    assert [await reads.run(statement, {}) for statement in (many, first_is_null, none)] == theirs == [3, None, None]


async def test_a_statement_that_takes_too_long_is_stopped_and_its_connection_is_good_for_the_next(
    reads: BoltReads, seen: list[Seen]
) -> None:
    started = time.monotonic()
    with pytest.raises(BoltFailure) as stopped:
        await reads.run(SLOW, {})
    assert 0.25 < time.monotonic() - started < 3
    assert stopped.value.code == TIMED_OUT
    assert await reads.run(ECHO, {"value": 1}) == 1
    assert [connection.is_open for connection in seen] == [True]


async def test_a_read_that_is_cancelled_is_ended_in_the_database_as_well(
    reads: BoltReads, shared_graph: Graph, seen: list[Seen]
) -> None:
    reading = asyncio.create_task(reads.run(LONG, {}))
    await until_it_runs(shared_graph)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading

    await until_it_runs(shared_graph, 0)
    assert number_open(seen) == 0
    assert await reads.run(ECHO, {"value": 1}) == 1


async def test_concurrent_reads_that_are_cancelled_at_random_each_get_their_own_answer(
    reads: BoltReads, seen: list[Seen]
) -> None:
    chance = random.Random(11)  # noqa: S311  # A test's choices, not a secret.
    places = asyncio.Semaphore(6)
    kinds = [ECHO, WRONG, Statement("work", "UNWIND range(1, 20000) AS n WITH sum(n) AS s RETURN $value")]

    async def read(statement: Statement, value: int) -> object:
        async with places:
            return await reads.run(statement, {"value": value})

    asked: list[tuple[Statement, int, asyncio.Task[object]]] = []
    for value in range(600):
        statement = chance.choices(kinds, [70, 15, 15])[0]
        asked.append((statement, value, asyncio.create_task(read(statement, value))))
        if chance.random() < 0.3:
            chance.choice(asked[-12:])[2].cancel()
        await asyncio.sleep(chance.choice([0, 0, 0, 0.001, 0.003]))
    async with asyncio.timeout(30):
        results = await asyncio.gather(*(task for _, _, task in asked), return_exceptions=True)

    answered = 0
    for (statement, value, task), result in zip(asked, results, strict=True):
        if task.cancelled():
            continue
        if statement is WRONG:
            assert isinstance(result, BoltFailure)
        else:
            assert result == value
            answered += 1
    assert answered > 200
    assert any(task.cancelled() for _, _, task in asked)
    assert 1 <= number_open(seen) <= 6
    await rest(reads, 6)


@pytest.mark.parametrize("is_noticed_before", [True, False])
async def test_readers_do_not_notice_that_the_server_closed_what_rested(
    shared_graph: Graph, graph_settings: GraphSettings, seen: list[Seen], *, is_noticed_before: bool
) -> None:
    del shared_graph  # It is there.
    async with behind_a_line(graph_settings) as (reads, line):
        await rest(reads, 3)
        line.cut()
        if is_noticed_before:
            await eventually(lambda: number_open(seen) == 0, 5)
        line.mend()

        assert await asyncio.gather(*(reads.run(ECHO, {"value": n}) for n in range(3))) == [0, 1, 2]
        assert (len(seen), number_open(seen)) == (6, 3)


async def test_a_line_that_is_cut_under_new_connections_is_an_error(
    shared_graph: Graph, graph_settings: GraphSettings, seen: list[Seen]
) -> None:
    del shared_graph  # It is there.
    async with behind_a_line(graph_settings) as (reads, line):
        line.cut()
        for _ in range(2):
            with pytest.raises(BoltLost):
                await reads.run(ONE, {})
        assert (len(seen), number_open(seen)) == (2, 0)
        line.mend()
        assert await reads.run(ECHO, {"value": 1}) == 1


async def hangs_up_over(peer: Peer) -> None:
    await peer.signs_in()
    await peer.hears_run("RETURN 1")
    peer.hangs_up()


async def test_a_statement_that_a_new_connection_is_lost_over_is_not_asked_again() -> None:
    async with server(hangs_up_over) as port, reads_at(port) as reads:
        with pytest.raises(BoltLost):
            await reads.run(ONE, {})


class Turns:
    """Reads that run all at once and come to rest one after the other, in the order of coming."""

    def __init__(self) -> None:
        self._heard = asyncio.Semaphore(0)
        self._may_answer: list[asyncio.Event] = []

    async def play(self, peer: Peer) -> None:
        mine = asyncio.Event()
        self._may_answer.append(mine)
        await peer.signs_in()
        await peer.hears_run("RETURN 1")
        self._heard.release()
        await mine.wait()
        await peer.says(SUCCESS, record(1), SUCCESS)

    async def take(self, number: int, read: Callable[[], Awaitable[object]]) -> None:
        reading = []
        for _ in range(number):
            reading.append(asyncio.ensure_future(read()))
            await self._heard.acquire()
        for may_answer, each in zip(self._may_answer, reading, strict=True):
            may_answer.set()
            assert await each == 1


async def test_a_statement_that_every_connection_is_lost_over_is_asked_twice_however_many_rested() -> None:
    turns = Turns()

    async def hears_nothing(peer: Peer) -> None:
        await turns.play(peer)
        await peer.hears_goodbye()

    async def hangs_up(peer: Peer) -> None:
        await turns.play(peer)
        await peer.hears_run("RETURN 1")

    async with server(hears_nothing, hears_nothing, hangs_up, hangs_up_over) as port, reads_at(port) as reads:
        await turns.take(3, lambda: reads.run(ONE, {}))
        with pytest.raises(BoltLost):
            await reads.run(ONE, {})


async def test_what_rested_in_silence_is_found_out_within_a_second_and_all_that_rested_with_it_is_thrown_away(
    shared_graph: Graph, graph_settings: GraphSettings, seen: list[Seen], monkeypatch: pytest.MonkeyPatch
) -> None:
    del shared_graph  # It is there.
    async with behind_a_line(graph_settings) as (reads, line):
        await rest(reads, 3)
        monkeypatch.setattr(reads_module, "_LIVENESS_AFTER_S", 0.0)
        line.hold()

        started = time.monotonic()
        reading = asyncio.create_task(reads.run(ECHO, {"value": 7}))
        await eventually(lambda: number_open(seen[:3]) == 0, 5)
        assert 0.9 < time.monotonic() - started < 1.5
        await eventually(lambda: len(seen) == 4, 5)
        assert not reading.done()

        line.release()
        assert await reading == 7
        assert (len(seen), number_open(seen)) == (4, 1)


async def test_what_rested_long_and_still_lives_is_used_again_after_one_reset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads_module, "_LIVENESS_AFTER_S", 0.0)

    async def play(peer: Peer) -> None:
        await peer.signs_in()
        await peer.hears_run("WRONG")
        await peer.says(failure("Neo.ClientError.Statement.SyntaxError"), IGNORED)
        for _ in range(2):
            await peer.hears(RESET)
            await peer.says(SUCCESS)
            await peer.hears_run("RETURN 1")
            await peer.says(SUCCESS, record(1), SUCCESS)
        await peer.hears_goodbye()

    async with server(play) as port, reads_at(port) as reads:
        with pytest.raises(BoltFailure):
            await reads.run(Statement("wrong", "WRONG", timeout_ms=1_000), {})
        assert await reads.run(ONE, {}) == 1
        assert await reads.run(ONE, {}) == 1


async def test_a_reader_that_is_cancelled_while_it_is_tried_whether_the_line_lives_ends_that_connection(
    shared_graph: Graph, graph_settings: GraphSettings, seen: list[Seen], monkeypatch: pytest.MonkeyPatch
) -> None:
    del shared_graph  # It is there.
    async with behind_a_line(graph_settings) as (reads, line):
        await rest(reads, 2)
        monkeypatch.setattr(reads_module, "_LIVENESS_AFTER_S", 0.0)
        line.hold()
        reading = asyncio.create_task(reads.run(ONE, {}))
        await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert number_open(seen) == 1
        line.release()
        assert await reads.run(ECHO, {"value": 1}) == 1
        assert (len(seen), number_open(seen)) == (2, 1)


@pytest.mark.parametrize("code", ["Neo.ClientError.Security.Unauthorized", "Neo.ClientError.Security.TokenExpired"])
async def test_a_wrong_password_is_an_error_that_names_neither_it_nor_what_the_server_said(code: str) -> None:
    async def play(peer: Peer) -> None:
        await peer.hears(HANDSHAKE)
        await peer.says(bytes.fromhex("00000405"))
        await peer.hears(hello() + logon("neo4j", "hush-hush"))
        await peer.says(SUCCESS, failure(code))
        await peer.hears_nothing_more()

    async with server(play) as port:
        graph = Graph.open(GraphSettings(f"bolt://127.0.0.1:{port}", password="hush-hush"))
        with pytest.raises(GraphError, match=code) as refused:
            await graph.read(ONE)
        await graph.close()

    assert type(refused.value) is GraphError
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__
    assert "hush" not in str(refused.value)
    assert WORDS_OF_THE_SERVER not in str(refused.value)


async def test_a_server_that_wants_a_new_signing_in_gets_one_with_the_next_read() -> None:
    turns = Turns()

    async def hears_nothing(peer: Peer) -> None:
        await turns.play(peer)
        await peer.hears_nothing_more()

    async def has_forgotten_who_it_was(peer: Peer) -> None:
        await turns.play(peer)
        await peer.hears_run("RETURN 1")
        await peer.says(failure("Neo.ClientError.Security.AuthorizationExpired"), IGNORED)
        await peer.hears_goodbye()

    async def is_signed_in_to_again(peer: Peer) -> None:
        await peer.signs_in()
        await peer.hears_run("RETURN 1")
        await peer.says(SUCCESS, record(1), SUCCESS)
        await peer.hears_goodbye()

    async with server(hears_nothing, has_forgotten_who_it_was, is_signed_in_to_again) as port:
        graph = Graph.open(GraphSettings(f"bolt://127.0.0.1:{port}"))
        await turns.take(2, lambda: graph.read(ONE))
        with pytest.raises(GraphUnavailable, match="AuthorizationExpired"):
            await graph.read(ONE)
        assert await graph.read(ONE) == 1
        await graph.close()


async def test_what_is_understood_by_nobody_is_an_error_of_the_graph_without_the_words() -> None:
    async def play(peer: Peer) -> None:
        await peer.hears(HANDSHAKE)
        await peer.says(WORDS_OF_THE_SERVER.encode())
        await peer.hears_nothing_more()

    async with server(play) as port:
        graph = Graph.open(GraphSettings(f"bolt://127.0.0.1:{port}"))
        with pytest.raises(GraphError) as broken:
            await graph.read(ONE)
        await graph.close()
    assert str(broken.value) == "the graph was not understood: the server does not speak Bolt 5.4"
    assert broken.value.__cause__ is None


async def test_closing_ends_reads_under_way_here_and_in_the_database(
    reads: BoltReads, shared_graph: Graph, seen: list[Seen]
) -> None:
    await rest(reads, 3)
    reading = [asyncio.create_task(reads.run(LONG, {})) for _ in range(2)]
    await until_it_runs(shared_graph, 2)
    assert (len(seen), number_open(seen)) == (3, 3)

    await reads.close()

    assert number_open(seen) == 0
    for each in reading:
        with pytest.raises(BoltLost):
            await each
    with pytest.raises(BoltLost):
        await reads.run(ONE, {})
    assert len(seen) == 3
    await until_it_runs(shared_graph, 0)


async def signs_in_late(peer: Peer, heard: asyncio.Event, goes_on: asyncio.Event) -> None:
    await peer.hears(HANDSHAKE)
    await peer.says(bytes.fromhex("00000405"))
    await peer.hears(hello() + logon("neo4j", ""))
    heard.set()
    await goes_on.wait()
    await peer.says(SUCCESS, SUCCESS)


async def is_tried_late(peer: Peer, heard: asyncio.Event, goes_on: asyncio.Event) -> None:
    await peer.signs_in()
    await peer.hears_run("RETURN 1")
    await peer.says(SUCCESS, record(1), SUCCESS)
    await peer.hears(RESET)
    heard.set()
    await goes_on.wait()
    await peer.says(SUCCESS)


@pytest.mark.parametrize("answers", [signs_in_late, is_tried_late])
async def test_closing_before_a_statement_was_sent_means_that_it_never_is(
    monkeypatch: pytest.MonkeyPatch, answers: Callable[[Peer, asyncio.Event, asyncio.Event], Awaitable[None]]
) -> None:
    monkeypatch.setattr(reads_module, "_LIVENESS_AFTER_S", 0.0)
    heard, goes_on = asyncio.Event(), asyncio.Event()

    async def play(peer: Peer) -> None:
        await answers(peer, heard, goes_on)
        await peer.hears_goodbye()

    async with server(play) as port, reads_at(port) as reads:
        if answers is is_tried_late:
            assert await reads.run(ONE, {}) == 1
        reading = asyncio.create_task(reads.run(ONE, {}))
        await heard.wait()
        await reads.close()
        goes_on.set()
        with pytest.raises(BoltLost, match="the graph was closed"):
            await reading
