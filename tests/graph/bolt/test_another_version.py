"""A server that does not speak Bolt 5.4: our connections cannot read from it, and the driver can."""

from __future__ import annotations

import asyncio
import logging
from urllib.parse import urlsplit

import pytest

from graph.connection import Graph
from graph.errors import GraphError, GraphUnavailable
from graph.settings import GraphSettings
from graph.statement import Statement
from tests.graph.bolt.scripted_server import HANDSHAKE, REFUSED, SUCCESS, Peer, Play, record, server

ECHO = Statement("echo", "RETURN $value")
ONE = Statement("one", "RETURN 1", timeout_ms=1_000)
SAID = (
    "graph.connection",
    logging.WARNING,
    "the graph's server does not speak Bolt 5.4: reads go through the driver from now on, which costs more",
)


async def refuses(peer: Peer) -> None:
    await peer.hears(HANDSHAKE)
    await peer.says(REFUSED)
    await peer.hears_nothing_more()


def carries_on_to(settings: GraphSettings) -> Play:
    """The driver reaches the real Neo4j, in a version of its own choice."""
    address = urlsplit(settings.uri)

    async def play(peer: Peer) -> None:
        assert (await peer.carries_on(address.hostname or "", address.port or 0))[:4] == HANDSHAKE[:4]

    return play


@pytest.fixture
def real(shared_graph: Graph, graph_settings: GraphSettings) -> GraphSettings:
    del shared_graph  # It is there.
    return graph_settings


async def test_the_read_that_finds_it_out_is_answered_by_the_driver_and_so_is_every_later_one(
    real: GraphSettings, caplog: pytest.LogCaptureFixture
) -> None:
    async with server(refuses, carries_on_to(real)) as port:
        graph = Graph.open(GraphSettings(f"bolt://127.0.0.1:{port}", user="reader", password="hush"))
        assert [await graph.read(ECHO, value=value) for value in range(3)] == [0, 1, 2]
        assert await graph.change(ECHO, value=3) == 3
        await graph.ping()
        await graph.close()

    assert caplog.record_tuples == [SAID]


async def test_reads_that_find_it_out_at_once_are_all_answered_and_it_is_said_once(
    real: GraphSettings, caplog: pytest.LogCaptureFixture
) -> None:
    heard, may_answer = asyncio.Semaphore(0), asyncio.Event()

    async def refuses_late(peer: Peer) -> None:
        await peer.hears(HANDSHAKE)
        heard.release()
        await may_answer.wait()
        await peer.says(REFUSED)
        await peer.hears_nothing_more()

    async with server(*[refuses_late] * 3, later=carries_on_to(real)) as port:
        graph = Graph.open(GraphSettings(f"bolt://127.0.0.1:{port}", reads_in_flight=3))
        reading = [asyncio.create_task(graph.read(ECHO, value=value)) for value in range(3)]
        for _ in reading:
            await heard.acquire()
        may_answer.set()
        assert await asyncio.gather(*reading) == [0, 1, 2]
        await graph.close()

    assert caplog.record_tuples == [SAID]
    assert graph.reads.free == 3


async def test_a_server_that_is_replaced_by_one_of_another_version_is_read_from_as_well(
    real: GraphSettings, caplog: pytest.LogCaptureFixture
) -> None:
    async def is_replaced(peer: Peer) -> None:
        await peer.signs_in()
        await peer.hears_run("RETURN 1")
        await peer.says(SUCCESS, record(1), SUCCESS)
        await peer.hears_run("RETURN 1")
        peer.hangs_up()

    async with server(is_replaced, refuses, carries_on_to(real)) as port:
        graph = Graph.open(GraphSettings(f"bolt://127.0.0.1:{port}"))
        assert [await graph.read(ONE) for _ in range(3)] == [1, 1, 1]
        await graph.close()

    assert caplog.record_tuples == [SAID]


async def test_what_the_driver_cannot_read_from_either_is_an_error_as_ever(caplog: pytest.LogCaptureFixture) -> None:
    async def refuses_anybody(peer: Peer) -> None:
        await peer.hears(HANDSHAKE[:4])
        await peer.says(REFUSED)
        peer.hangs_up()

    async with server(refuses, refuses_anybody) as port:
        graph = Graph.open(GraphSettings(f"bolt://127.0.0.1:{port}"))
        with pytest.raises(GraphError) as refused:
            await graph.read(ONE)
        await graph.close()

    assert type(refused.value) in {GraphError, GraphUnavailable}
    assert refused.value.__cause__ is None
    assert caplog.record_tuples == [SAID]


@pytest.mark.parametrize("answer", [bytes.fromhex("00000505"), b"HTTP/1.1 400 Bad Request\r\n\r\n"])
async def test_an_answer_that_is_no_refusal_changes_nothing(answer: bytes, caplog: pytest.LogCaptureFixture) -> None:
    async def says_something_else(peer: Peer) -> None:
        await peer.hears(HANDSHAKE)
        await peer.says(answer)
        await peer.hears_nothing_more()

    async def is_asked_again(peer: Peer) -> None:
        await peer.signs_in()
        await peer.hears_run("RETURN 1")
        await peer.says(SUCCESS, record(1), SUCCESS)
        await peer.hears_goodbye()

    async with server(says_something_else, is_asked_again) as port:
        graph = Graph.open(GraphSettings(f"bolt://127.0.0.1:{port}"))
        with pytest.raises(GraphError, match=r"does not speak Bolt 5\.4"):
            await graph.read(ONE)
        assert await graph.read(ONE) == 1
        await graph.close()

    assert caplog.record_tuples == []
