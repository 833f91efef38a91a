from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio

from dispatch import pacing
from dispatch.accounts import Accounts, Answered
from dispatch.nudges import Nudger
from dispatch.outcome import Accepted, Deferred, Outcome, Paced
from dispatch.pacing import Bucket, Pace
from dispatch.retry_decision import MAX_ATTEMPTS
from dispatch.sending import Sending
from dispatch.templates.filling import Filling
from graph.clock import FixedClock, SystemClock
from graph.connection import Graph
from graph.delivery import Delivery
from graph.reach import ReachFacts
from graph.vocabulary import Channel, MessagePurpose, SubscriptionStatus
from tests.dispatch.buckets import LEASE_MS, USED_UP, Buckets, Watch, fresh_buckets
from tests.dispatch.outbox_seed import MESSAGE, REVISION, queue, seed
from tests.faults.processes import RedisProcess

NOW = SystemClock().now()
LETTER = Delivery(
    message_id="msg_1",
    channel=Channel.SMS,
    purpose=MessagePurpose.MARKETING,
    attempt=1,
    facts=ReachFacts(SubscriptionStatus.SUBSCRIBED, SubscriptionStatus.SUBSCRIBED),
    address="+442079460000",
    sender="Shop",
)


@dataclass(slots=True)
class Account:
    provider: str = "first"
    outcome: Outcome = field(default_factory=lambda: Accepted("ok"))
    sent: list[str] = field(default_factory=list)

    async def send(self, delivery: Delivery) -> Outcome:
        self.sent.append(delivery.message_id)
        return self.outcome

    async def close(self) -> None:
        """Nothing is open."""


class Unheard:
    """Whoever is told of changes, which is nothing that these tests look at."""

    def publish(self, *_: object) -> None:
        pass


@pytest_asyncio.fixture
async def buckets(redis_url: str) -> AsyncIterator[Buckets]:
    async with fresh_buckets(redis_url) as made:
        yield made


def sending(graph: Graph, all_accounts: Accounts, now: int = NOW) -> Sending:
    nudger: Nudger = Unheard()  # type: ignore[assignment]  # it has what is used
    return Sending(graph, nudger, all_accounts, FixedClock(now), LEASE_MS, bool, Filling(graph))


async def show(graph: Graph, message_id: str) -> dict[str, Any]:
    row: dict[str, Any] = await graph.read(MESSAGE, id=message_id)
    return row


async def test_what_has_to_wait_goes_to_no_other_account(buckets: Buckets) -> None:
    first, second = Account("first"), Account("second")
    both = Accounts.of([first, second], {"first": buckets(Pace(interval_us=60_000_000), Watch())})

    answers = [await both.send(LETTER) for _ in range(2)]

    assert answers == [Answered("first", Accepted("ok")), Answered("first", Paced(USED_UP, 60_000))]
    assert (first.sent, second.sent) == (["msg_1"], [])


async def test_an_account_that_fails_over_to_a_paced_one_keeps_to_its_pace(buckets: Buckets) -> None:
    first, second = Account("first", Deferred("503", elsewhere=True)), Account("second")
    both = Accounts.of([first, second], {"second": buckets(Pace(interval_us=60_000_000), Watch())})

    answers = [await both.send(LETTER) for _ in range(2)]

    assert answers == [Answered("second", Accepted("ok")), Answered("second", Paced(USED_UP, 60_000))]


async def test_a_short_wait_is_slept(buckets: Buckets, monkeypatch: pytest.MonkeyPatch) -> None:
    slept = list[float]()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("dispatch.accounts.asyncio.sleep", sleep)
    only = Account()
    alone = Accounts.of([only], {"first": buckets(Pace(interval_us=250_000), Watch(), sleep_us=1_000_000)})

    for _ in range(3):
        await alone.send(LETTER)

    assert (slept, len(only.sent)) == ([0.25, 0.5], 3)


async def test_a_message_that_waits_was_never_tried_however_often_it_is_asked_for(
    graph: Graph, buckets: Buckets
) -> None:
    first, waiting = seed(NOW, 1), seed(NOW, 2)
    await queue(graph, first, waiting)
    only = Account()
    # One message an hour: the times of the bucket and of the messages are moved apart from each other here.
    alone = Accounts.of([only], {"first": buckets(Pace(interval_us=3_600_000_000), Watch())})
    assert await sending(graph, alone).send([first.message_id]) == 1

    for turn in range(MAX_ATTEMPTS + 2):
        assert await sending(graph, alone, NOW + turn * 300_000).send([waiting.message_id]) == 0

    row = await show(graph, waiting.message_id)
    assert (row["state"], row["attemptCount"], row["attempts"], row["pending"]) == ("QUEUED", 0, [], True)
    assert (row["claimToken"], row["handed"]) == (None, False)
    assert row["dueAt"] == NOW + (MAX_ATTEMPTS + 2) * 300_000
    assert await graph.read(REVISION, id=waiting.profile_id) == 1
    # Before its time not even a stray nudge brings it.
    assert await sending(graph, Accounts.of([only]), row["dueAt"] - 1).send([waiting.message_id]) == 0
    assert only.sent == [first.message_id]
    assert await sending(graph, Accounts.of([only]), row["dueAt"]).send([waiting.message_id]) == 1
    assert (await show(graph, waiting.message_id))["attemptCount"] == 1


async def test_of_a_batch_those_leave_that_may_and_the_others_are_given_back_untried(
    graph: Graph, buckets: Buckets
) -> None:
    ids = await queue(graph, *(seed(NOW, number) for number in range(45)))
    only = Account()
    alone = Accounts.of([only], {"first": buckets(Pace(interval_us=2_000_000, burst=5), Watch())})

    assert await sending(graph, alone).send(ids) == 5

    rows = {message_id: await show(graph, message_id) for message_id in ids}
    assert {message_id for message_id, row in rows.items() if row["state"] == "SENT"} == set(only.sent)
    waiting = [row for row in rows.values() if row["state"] == "QUEUED"]
    assert {(row["handed"], row["claimToken"], row["attemptCount"]) for row in waiting} == {(False, None, 0)}
    due = sorted(row["dueAt"] for row in waiting)
    assert due == [NOW + 2_000 * number for number in range(1, 41)]


async def test_a_message_that_expires_while_it_would_wait_is_looked_at_then(graph: Graph, buckets: Buckets) -> None:
    first, waiting = seed(NOW, 1), seed(NOW, 2, expires_at=NOW + 1_000)
    await queue(graph, first, waiting)
    alone = Accounts.of([Account()], {"first": buckets(Pace(interval_us=60_000_000), Watch())})

    await sending(graph, alone).send([first.message_id])
    await sending(graph, alone).send([waiting.message_id])

    assert (await show(graph, waiting.message_id))["dueAt"] == NOW + 1_000
    await sending(graph, alone, NOW + 1_000).send([waiting.message_id])
    assert (await show(graph, waiting.message_id))["state"] == "EXPIRED"


async def test_without_redis_nothing_is_sent_and_nothing_lost_and_all_is_sent_when_it_is_back(
    graph: Graph, own_redis: RedisProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(pacing, "monotonic", lambda: now)
    ids = await queue(graph, *(seed(NOW, number) for number in range(25)))
    only = Account()
    bucket = Bucket.open(own_redis.url, "email:first", Pace(interval_us=1, burst=1_000), LEASE_MS)
    alone = Accounts.of([only], {"first": bucket})

    own_redis.kill()
    assert await sending(graph, alone).send(ids) == 0

    assert only.sent == []
    rows = [await show(graph, message_id) for message_id in ids]
    assert {(row["state"], row["attemptCount"], row["dueAt"]) for row in rows} == {("QUEUED", 0, NOW + 5_000)}
    own_redis.start()
    now += 1.0
    assert await sending(graph, alone, NOW + 5_000).send(ids) == 25
    assert sorted(only.sent) == sorted(ids)
    await alone.close()
