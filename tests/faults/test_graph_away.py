"""The graph goes away in the middle of a letter's way and comes back (reliability F6)."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage
from typing import Protocol
from urllib.parse import urlsplit

from graph.clock import SystemClock
from graph.connection import Graph
from tests.dispatch.outbox_seed import MESSAGE, Seed, queue, seed
from tests.dispatch.smtp_script import scripted_server
from tests.faults.processes import Workers, eventually, stays
from tests.faults.proxy import proxy_to


class Mailbox(Protocol):
    smtp_url: str
    letters: list[EmailMessage]


async def has_ended(graph: Graph, one: Seed, state: str) -> bool:
    row = await graph.read(MESSAGE, id=one.message_id)
    return bool(row["state"] == state)


async def test_an_acceptance_is_written_when_the_graph_is_back_and_the_letter_is_not_sent_again(
    graph: Graph, workers: Workers
) -> None:
    one = seed(SystemClock().now())
    await queue(graph, one)
    address = urlsplit(workers.graph_settings.uri)
    async with (
        proxy_to(address.hostname or "", address.port or 7687) as (line, port),
        scripted_server() as server,
    ):
        server.may_answer.clear()
        workers.graph_settings = replace(workers.graph_settings, uri=f"bolt://127.0.0.1:{port}")
        worker = workers.start(f"smtp://127.0.0.1:{server.port}", lease_ms=20_000)
        await eventually(lambda: server.letters)
        line.cut()
        server.may_answer.set()
        # Longer than the driver tries by itself.
        await stays(lambda: worker.poll() is None, 7.0)
        assert await has_ended(graph, one, "SENDING")
        line.mend()

        await eventually(lambda: has_ended(graph, one, "SENT"), 20)
        await stays(lambda: len(server.letters) == 1, 1.0)

    row = await graph.read(MESSAGE, id=one.message_id)
    assert [attempt["outcome"] for attempt in row["attempts"]] == ["ACCEPTED"]


async def test_a_worker_that_starts_before_the_graph_waits_for_it(
    graph: Graph, workers: Workers, mailbox: Mailbox
) -> None:
    one = seed(SystemClock().now())
    await queue(graph, one)
    address = urlsplit(workers.graph_settings.uri)
    async with proxy_to(address.hostname or "", address.port or 7687) as (line, port):
        line.cut()
        workers.graph_settings = replace(workers.graph_settings, uri=f"bolt://127.0.0.1:{port}")
        worker = workers.start(mailbox.smtp_url)
        await eventually(lambda: "does not answer yet" in workers.logs())
        line.mend()
        await eventually(lambda: has_ended(graph, one, "SENT"))

    assert worker.poll() is None
    assert len(mailbox.letters) == 1
