from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import pytest
import redis

from dispatch.announcement import TOPIC, Announcement, decode, united
from dispatch.broker import queue_key
from dispatch.nudges import Nudger
from dispatch.settings import IDS_PER_JOB
from graph.vocabulary import ChangeKind, Channel

MESSAGE = "msg_01JABCDEFG0123456789ABCDEF"
NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url, socket_timeout=5) as client:
        client.flushall()
        yield client


@contextmanager
def running(redis_url: str, **options: int) -> Iterator[Nudger]:
    nudger = Nudger(redis_url, (Channel.EMAIL,), **options)
    nudger.start()
    try:
        yield nudger
    finally:
        nudger.stop(3.0)


def eventually(condition: Callable[[], object], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.02)


def jobs(client: redis.Redis) -> list[list[str]]:
    stored = client.hgetall(f"{queue_key(Channel.EMAIL)}.msgs")
    assert isinstance(stored, dict)
    return [orjson.loads(job)["args"][0] for job in stored.values()]


def test_a_job_holds_ids_and_nothing_else(redis_url: str, client: redis.Redis) -> None:
    with running(redis_url) as nudger:
        nudger.message(Channel.EMAIL, MESSAGE)
        eventually(lambda: client.llen(queue_key(Channel.EMAIL)) == 1)

    (job,) = client.hvals(f"{queue_key(Channel.EMAIL)}.msgs")
    fields = orjson.loads(job)
    assert (fields["args"], fields["kwargs"], fields["actor_name"]) == ([[MESSAGE]], {}, "deliver_email")


def test_many_nudges_are_few_jobs_and_the_same_one_is_told_once(redis_url: str, client: redis.Redis) -> None:
    ids = [f"msg_{number}" for number in range(250)]
    nudger = Nudger(redis_url, (Channel.EMAIL,))
    for message_id in ids * 3:
        nudger.message(Channel.EMAIL, message_id)
    nudger.start()
    eventually(lambda: len(jobs(client)) == 3)
    nudger.stop(3.0)

    assert sorted(len(job) for job in jobs(client)) == [50, IDS_PER_JOB, IDS_PER_JOB]
    assert sorted(message_id for job in jobs(client) for message_id in job) == sorted(ids)
    assert nudger.dropped == 0


def test_a_full_queue_drops_and_counts(redis_url: str) -> None:
    nudger = Nudger(redis_url, capacity=10)
    for number in range(15):
        nudger.message(Channel.EMAIL, f"msg_{number}")

    assert nudger.dropped == 5


def test_without_redis_nothing_waits_and_everything_is_counted() -> None:
    with running(NOWHERE) as nudger:
        slowest = 0.0
        for number in range(1_000):
            started = time.perf_counter()
            nudger.message(Channel.EMAIL, f"msg_{number}")
            nudger.publish("prf_1", number, {ChangeKind.MESSAGE})
            slowest = max(slowest, time.perf_counter() - started)
        eventually(lambda: nudger.dropped == 2_000)

        assert slowest < 0.1
        assert not nudger.healthy()


def test_health_follows_redis_and_the_backlog_is_known(redis_url: str, client: redis.Redis) -> None:
    with running(redis_url) as nudger:
        eventually(nudger.healthy)
        assert nudger.backlog(Channel.EMAIL) == 0
        client.rpush(queue_key(Channel.EMAIL), "one", "two")
        eventually(lambda: nudger.backlog(Channel.EMAIL) == 2)

    assert nudger.dropped == 0


def test_what_nobody_foresaw_ends_nothing_and_is_said_without_its_text(
    redis_url: str, client: redis.Redis, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("reader@example.org")

    with running(redis_url) as nudger:
        eventually(nudger.healthy)
        with monkeypatch.context() as broken:
            broken.setattr(Nudger, "_announce", fail)
            broken.setattr(Nudger, "_wake_workers", fail)
            nudger.message(Channel.EMAIL, "msg_lost")
            eventually(lambda: nudger.dropped == 1)
            broken.setattr(Nudger, "_probe", fail)
            eventually(lambda: caplog.text.count("failed with ZeroDivisionError") >= 2)
        assert nudger.is_alive()
        eventually(nudger.healthy)
        nudger.message(Channel.EMAIL, MESSAGE)
        eventually(lambda: jobs(client) == [[MESSAGE]])

    assert not nudger.is_alive()
    assert "reader@example.org" not in caplog.text


def test_what_waits_is_told_before_it_stops(redis_url: str, client: redis.Redis) -> None:
    with running(redis_url) as nudger:
        eventually(nudger.healthy)
        nudger.message(Channel.EMAIL, MESSAGE)

    assert jobs(client) == [[MESSAGE]]


def test_changes_of_one_profile_are_one_and_those_of_many_go_together(redis_url: str, client: redis.Redis) -> None:
    listener: Any = client.pubsub  # The library leaves it untyped.
    with listener(ignore_subscribe_messages=True) as pubsub:
        pubsub.subscribe(TOPIC)
        pubsub.get_message(timeout=1.0)
        nudger = Nudger(redis_url)
        nudger.publish("prf_1", 4, {ChangeKind.MESSAGE})
        nudger.publish("prf_1", 3, {ChangeKind.EVENT})
        nudger.publish("prf_2", 9, {ChangeKind.EVENT})
        nudger.start()
        heard = pubsub.get_message(timeout=5.0)
        nudger.stop(3.0)
        others = pubsub.get_message(timeout=0.1)

    assert heard is not None
    assert decode(heard["data"]) == [
        Announcement("prf_1", 4, frozenset({ChangeKind.EVENT, ChangeKind.MESSAGE})),
        Announcement("prf_2", 9, frozenset({ChangeKind.EVENT})),
    ]
    assert others is None


def test_a_long_run_of_announcements_is_one_per_profile() -> None:
    kinds = frozenset({ChangeKind.EVENT})

    assert united(Announcement(f"prf_{number % 2}", number, kinds) for number in range(10)) == [
        Announcement("prf_0", 8, kinds),
        Announcement("prf_1", 9, kinds),
    ]


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"[1]", b'[["p", 1, ["NO"]]]', b'[["p", 1]]', b'"x"', b"7"])
def test_what_is_no_announcement_is_ignored(data: bytes) -> None:
    assert decode(data) == []
