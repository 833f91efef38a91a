"""One letter through crashes of every part arrives, and arrives once (F3, F11; see test_f1_to_f13.py for all)."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Protocol

import pytest

from dispatch.nudges import Nudger
from graph.clock import SystemClock
from graph.connection import Graph
from graph.vocabulary import Channel
from tests.dispatch.outbox_seed import MESSAGE, Seed, queue, seed
from tests.dispatch.smtp_script import HANG, scripted_server
from tests.faults.processes import RedisProcess, Workers, eventually, stays


class Mailbox(Protocol):
    smtp_url: str
    letters: list[EmailMessage]


@contextmanager
def nudging(redis_url: str) -> Iterator[Nudger]:
    nudger = Nudger(redis_url, (Channel.EMAIL,))
    nudger.start()
    try:
        yield nudger
    finally:
        nudger.stop(2.0)


async def state_of(graph: Graph, one: Seed) -> str:
    row = await graph.read(MESSAGE, id=one.message_id)
    return str(row["state"])


async def is_sent(graph: Graph, one: Seed) -> bool:
    return await state_of(graph, one) == "SENT"


def arrived(mailbox: Mailbox) -> list[str]:
    return sorted(str(letter["Message-ID"]) for letter in mailbox.letters)


def fresh(number: int = 0) -> Seed:
    return seed(SystemClock().now(), number)


async def test_a_nudged_letter_arrives_once_and_quickly(
    graph: Graph, own_redis: RedisProcess, workers: Workers, mailbox: Mailbox
) -> None:
    workers.start(mailbox.smtp_url)
    workers.start(mailbox.smtp_url)
    one = fresh()
    with nudging(own_redis.url) as nudger:
        await eventually(nudger.healthy)
        await eventually(lambda: workers.logs().count("sends EMAIL") == 2)
        await queue(graph, one)
        for _ in range(5):
            nudger.message(Channel.EMAIL, one.message_id)
            await asyncio.sleep(0.01)
        await eventually(lambda: is_sent(graph, one), 10)
        await stays(lambda: len(mailbox.letters) == 1, 2.0)

    assert arrived(mailbox) == [f"<{one.message_id}@example.com>"]
    row = await graph.read(MESSAGE, id=one.message_id)
    assert [attempt["outcome"] for attempt in row["attempts"]] == ["ACCEPTED"]
    assert one.address not in workers.logs()


async def test_a_frozen_redis_holds_nobody_up_and_the_letter_arrives_afterwards(
    graph: Graph, own_redis: RedisProcess, workers: Workers, mailbox: Mailbox
) -> None:
    workers.start(mailbox.smtp_url)
    await eventually(lambda: "sends EMAIL" in workers.logs())
    one = fresh()
    with nudging(own_redis.url) as nudger:
        await eventually(nudger.healthy)
        own_redis.freeze()
        await queue(graph, one)
        started = time.perf_counter()
        for _ in range(1_000):
            nudger.message(Channel.EMAIL, one.message_id)
        taken = time.perf_counter() - started
        await eventually(lambda: not nudger.healthy(), 10)
        await stays(lambda: mailbox.letters == [], 1.0)
        own_redis.thaw()
        await eventually(lambda: is_sent(graph, one))
        await eventually(nudger.healthy, 10)

    # A microsecond or two each; a hundred leaves room for a busy machine.
    assert taken / 1_000 < 100e-6
    await stays(lambda: len(mailbox.letters) == 1, 2.0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_worker_that_is_told_to_stop_finishes_its_letter_and_ends_well(
    graph: Graph, workers: Workers, number: signal.Signals
) -> None:
    one = fresh()
    await queue(graph, one)
    async with scripted_server() as server:
        worker = workers.start(f"smtp://127.0.0.1:{server.port}", lease_ms=10_000)
        await eventually(lambda: server.commands)
        worker.send_signal(number)
        await eventually(lambda: worker.poll() is not None, 12)

    assert worker.returncode == 0
    assert await state_of(graph, one) == "SENT"
    assert len(server.letters) == 1


async def test_a_worker_stops_in_time_while_redis_is_frozen_and_a_mail_server_hangs(
    graph: Graph, own_redis: RedisProcess, workers: Workers
) -> None:
    one = fresh()
    await queue(graph, one)
    async with scripted_server(MAIL=HANG) as hanging:
        worker = workers.start(f"smtp://127.0.0.1:{hanging.port}", lease_ms=60_000)
        await eventually(lambda: hanging.commands)
        own_redis.freeze()
        worker.terminate()
        await eventually(lambda: worker.poll() is not None, 15)

    own_redis.thaw()
    assert worker.returncode == 0


async def _is_skipped(graph: Graph, one: Seed) -> bool:
    return await state_of(graph, one) == "SKIPPED"
