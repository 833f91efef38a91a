"""One letter through crashes of every part: it arrives, and it arrives once (reliability F1, F3, F4, F5, F11, F12)."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Protocol

import pytest
import redis

from dispatch.broker import job, queue_key
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


async def test_a_worker_killed_while_it_hands_over_is_replaced_and_the_letter_arrives_once(
    graph: Graph, workers: Workers, mailbox: Mailbox
) -> None:
    one = fresh()
    await queue(graph, one)
    async with scripted_server(MAIL=HANG) as hanging:
        victim = workers.start(f"smtp://127.0.0.1:{hanging.port}", lease_ms=4_000)
        await eventually(lambda: hanging.commands)
        victim.kill()
        victim.wait()
    assert await state_of(graph, one) == "SENDING"

    workers.start(mailbox.smtp_url)
    await eventually(lambda: is_sent(graph, one))
    await stays(lambda: len(mailbox.letters) == 1, 2.0)

    row = await graph.read(MESSAGE, id=one.message_id)
    assert [attempt["outcome"] for attempt in row["attempts"]] == ["UNKNOWN", "ACCEPTED"]
    assert row["attemptCount"] == 2


async def test_redis_stopped_while_letters_are_queued_delays_them_only_until_it_is_back(
    graph: Graph, own_redis: RedisProcess, workers: Workers, mailbox: Mailbox
) -> None:
    workers.start(mailbox.smtp_url)
    await eventually(lambda: "sends EMAIL" in workers.logs())
    own_redis.kill()
    some = [fresh(number) for number in range(5)]
    with nudging(own_redis.url) as nudger:
        await queue(graph, *some)
        for one in some:
            nudger.message(Channel.EMAIL, one.message_id)
        await eventually(lambda: nudger.dropped == 5)
        await stays(lambda: mailbox.letters == [], 1.0)

    own_redis.start()

    await eventually(lambda: len(mailbox.letters) == 5)
    await stays(lambda: len(mailbox.letters) == 5, 2.0)
    assert arrived(mailbox) == sorted(f"<{one.message_id}@example.com>" for one in some)


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


async def test_an_emptied_redis_loses_no_letter(
    graph: Graph, own_redis: RedisProcess, workers: Workers, mailbox: Mailbox
) -> None:
    some = [fresh(number) for number in range(20)]
    await queue(graph, *some)
    with redis.Redis.from_url(own_redis.url) as client, nudging(own_redis.url) as nudger:
        for one in some:
            nudger.message(Channel.EMAIL, one.message_id)
        await eventually(lambda: client.exists(queue_key(Channel.EMAIL)))
        client.flushall()

    workers.start(mailbox.smtp_url)

    await eventually(lambda: len(mailbox.letters) == 20)
    await stays(lambda: len(mailbox.letters) == 20, 1.0)
    assert len(set(arrived(mailbox))) == 20


async def test_garbage_in_the_queue_harms_no_letter(
    graph: Graph, own_redis: RedisProcess, workers: Workers, mailbox: Mailbox
) -> None:
    one = fresh()
    await queue(graph, one)
    key, foreign = queue_key(Channel.EMAIL), job(Channel.EMAIL, [one.message_id])
    with redis.Redis.from_url(own_redis.url) as client:
        for number, text in enumerate(
            (
                b"\xff\xfe",
                b"{}",
                b"null",
                foreign.copy(queue_name="other", options={"redis_message_id": "g3"}).encode(),
                foreign.copy(actor_name="none", options={"redis_message_id": "g4"}).encode(),
                foreign.copy(options={"redis_message_id": "g5", "eta": "soon"}).encode(),
                foreign.copy(args=(7,), options={"redis_message_id": "g6"}).encode(),
                foreign.copy(args=(), options={"redis_message_id": "g7"}).encode(),
            )
        ):
            client.hset(f"{key}.msgs", f"g{number}", text)
            client.rpush(key, f"g{number}")
    started = time.monotonic()
    worker = workers.start(mailbox.smtp_url)

    await eventually(lambda: is_sent(graph, one))

    assert time.monotonic() - started < 20
    assert worker.poll() is None
    assert len(mailbox.letters) == 1
    two = fresh(2)
    await queue(graph, two)
    await eventually(lambda: is_sent(graph, two), 10)
    assert workers.logs().count("is left out") == 7
    assert "Consumer encountered an unexpected error" not in workers.logs()


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


async def test_an_opt_out_after_queueing_stops_the_letter(graph: Graph, workers: Workers, mailbox: Mailbox) -> None:
    one = seed(SystemClock().now(), subscription_status="UNSUBSCRIBED")
    other = fresh(2)
    await queue(graph, one, other)
    workers.start(mailbox.smtp_url)

    await eventually(lambda: is_sent(graph, other))
    await eventually(lambda: _is_skipped(graph, one))

    row = await graph.read(MESSAGE, id=one.message_id)
    assert (row["refusedBy"], row["attempts"]) == ("SUBSCRIPTION_STATUS", [])
    assert arrived(mailbox) == [f"<{other.message_id}@example.com>"]


async def _is_skipped(graph: Graph, one: Seed) -> bool:
    return await state_of(graph, one) == "SKIPPED"
