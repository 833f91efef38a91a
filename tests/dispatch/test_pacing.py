from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import redis

from dispatch import pacing
from dispatch.accounts import Accounts, Answered
from dispatch.channels.registry import accounts, senders
from dispatch.nudges import Nudger
from dispatch.outcome import Accepted, Deferred, Outcome, Paced
from dispatch.pacing import Bucket, Pace
from dispatch.retry_decision import MAX_ATTEMPTS
from dispatch.sending import Sending
from dispatch.settings import DispatchSettings
from graph.clock import FixedClock, SystemClock
from graph.connection import Graph
from graph.delivery import Delivery
from graph.reach import ReachFacts
from graph.vocabulary import Channel, MessagePurpose, SubscriptionStatus
from tests.dispatch.outbox_seed import MESSAGE, REVISION, queue, seed
from tests.faults.processes import RedisProcess

LEASE_MS = 30_000
NOW = SystemClock().now()
SECRET = "whsec_" + "a" * 40
LETTER = Delivery(
    message_id="msg_1",
    channel=Channel.SMS,
    purpose=MessagePurpose.MARKETING,
    attempt=1,
    facts=ReachFacts(SubscriptionStatus.SUBSCRIBED, SubscriptionStatus.SUBSCRIBED),
    address="+442079460000",
    sender="Shop",
)
USED_UP = "the account's rate is used up"
AWAY = Paced("Redis does not answer, and without it nobody knows the account's rate", 5_000)


@dataclass(slots=True)
class Watch:
    """A clock in microseconds that only the test moves."""

    now: int = 1_000_000_000

    def __call__(self) -> int:
        return self.now


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


@dataclass(slots=True)
class Buckets:
    """Makes buckets with a client each, as processes have; all are closed at the end."""

    redis_url: str
    made: list[Bucket] = field(default_factory=list)

    def __call__(self, pace: Pace, watch: Watch | None = None, sleep_us: int = 0, account: str = "sms:x") -> Bucket:
        bucket = Bucket.open(self.redis_url, account, pace, LEASE_MS)
        bucket.now_us, bucket.longest_sleep_us = watch, sleep_us
        self.made.append(bucket)
        return bucket


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url, socket_timeout=5) as client:
        client.flushall()
        yield client


@pytest_asyncio.fixture
async def buckets(client: redis.Redis, redis_url: str) -> AsyncIterator[Buckets]:
    del client  # Emptied.
    made = Buckets(redis_url)
    yield made
    for bucket in made.made:
        await bucket.close()


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisProcess]:
    server = RedisProcess(tmp_path)
    server.start()
    yield server
    server.kill()


def sending(graph: Graph, all_accounts: Accounts, now: int = NOW) -> Sending:
    nudger: Nudger = Unheard()  # type: ignore[assignment]  # it has what is used
    return Sending(graph, nudger, all_accounts, FixedClock(now), "w", LEASE_MS, bool)


async def show(graph: Graph, message_id: str) -> dict[str, Any]:
    row: dict[str, Any] = await graph.read(MESSAGE, id=message_id)
    return row


async def test_a_burst_leaves_at_once_and_then_one_message_after_the_other(buckets: Buckets) -> None:
    watch = Watch()
    bucket = buckets(Pace(interval_us=500_000, burst=3), watch)

    assert [await bucket.take() for _ in range(3)] == [0.0, 0.0, 0.0]
    # The moments that are told follow each other; until the first has come nothing leaves.
    assert [await bucket.take() for _ in range(3)] == [Paced(USED_UP, after) for after in (500, 1_000, 1_500)]
    watch.now += 499_999
    assert isinstance(await bucket.take(), Paced)
    watch.now += 1
    assert await bucket.take() == 0.0
    assert isinstance(await bucket.take(), Paced)
    watch.now += 1_500_000
    answers = [await bucket.take() for _ in range(4)]
    assert [isinstance(each, Paced) for each in answers] == [False, False, False, True]


async def test_over_any_time_no_more_leaves_than_the_rate_brings_and_the_burst_allows(buckets: Buckets) -> None:
    watch = Watch()
    bucket = buckets(Pace(interval_us=50_000, burst=10), watch)
    granted = []

    # Asked a thousand times in ten seconds.
    for _ in range(1_000):
        if await bucket.take() == 0.0:
            granted.append(watch.now)
        watch.now += 10_000

    assert len(granted) == 10 + 10_000_000 // 50_000 - 1
    for start in granted:
        assert sum(start <= each < start + 1_000_000 for each in granted) <= 10 + 20


async def test_processes_share_the_rate_of_an_account_and_accounts_have_their_own(buckets: Buckets) -> None:
    watch, pace = Watch(), Pace(interval_us=1_000_000, burst=4)
    one, other, stranger = buckets(pace, watch), buckets(pace, watch), buckets(pace, watch, account="sms:y")

    shared = [await bucket.take() for _ in range(4) for bucket in (one, other)]

    assert [each == 0.0 for each in shared] == [True] * 4 + [False] * 4
    assert await stranger.take() == 0.0


async def test_of_many_who_ask_at_once_by_the_clock_of_redis_exactly_the_burst_gets_through(buckets: Buckets) -> None:
    processes = [buckets(Pace(interval_us=1_000_000_000, burst=7)) for _ in range(4)]

    answers = await asyncio.gather(*(bucket.take() for _ in range(20) for bucket in processes))

    assert sum(each == 0.0 for each in answers) == 7
    told = sorted(each.after_ms for each in answers if isinstance(each, Paced))
    assert len(told) == 73
    # Nobody is sent away for longer than this, so a rate that is raised is soon seen.
    assert told[-1] == 300_000


async def test_a_short_wait_is_granted_and_its_token_is_taken(buckets: Buckets) -> None:
    watch = Watch()
    bucket = buckets(Pace(interval_us=400_000), watch, sleep_us=1_000_000)

    assert [await bucket.take() for _ in range(5)] == [0.0, 0.4, 0.8, Paced(USED_UP, 1_200), Paced(USED_UP, 1_600)]
    watch.now += 1_200_000
    assert await bucket.take() == 0.0


async def test_a_clock_that_is_set_back_stops_nobody_for_long(buckets: Buckets) -> None:
    watch = Watch()
    bucket = buckets(Pace(interval_us=1_000_000, burst=2), watch)
    for _ in range(100):
        await bucket.take()

    watch.now -= 900_000_000
    answer = await bucket.take()
    watch.now += 2_000_000

    assert isinstance(answer, Paced)
    assert answer.after_ms <= 300_000
    assert await bucket.take() == 0.0


async def test_a_bucket_that_nobody_uses_is_forgotten(buckets: Buckets, client: redis.Redis) -> None:
    await buckets(Pace(interval_us=1_000_000)).take()

    assert client.keys() == [b"customer-graph:pace:sms:x"]
    assert client.pttl("customer-graph:pace:sms:x") in range(50_000, 61_002)


async def test_without_redis_nothing_leaves_and_it_is_asked_again_after_a_second(
    own_redis: RedisProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(pacing, "monotonic", lambda: now)
    bucket = Bucket.open(own_redis.url, "sms:x", Pace(interval_us=1), LEASE_MS)
    assert await bucket.take() == 0.0

    own_redis.kill()
    assert await bucket.take() == AWAY
    own_redis.start()
    assert await bucket.take() == AWAY
    now += 1.0
    assert await bucket.take() == 0.0
    await bucket.close()


async def test_a_redis_that_hangs_holds_nobody_longer_than_a_share_of_the_lease(own_redis: RedisProcess) -> None:
    bucket = Bucket.open(own_redis.url, "sms:x", Pace(interval_us=1), lease_ms=2_000)
    assert await bucket.take() == 0.0
    own_redis.freeze()
    try:
        async with asyncio.timeout(2):
            assert await bucket.take() == AWAY
    finally:
        own_redis.thaw()
    assert bucket.longest_sleep_us == 100_000
    await bucket.close()


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

    assert (slept, len(only.sent)) == ([0.0, 0.25, 0.5], 3)


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


async def test_of_a_batch_those_leave_that_may_and_the_others_wait(graph: Graph, buckets: Buckets) -> None:
    ids = await queue(graph, *(seed(NOW, number) for number in range(45)))
    only = Account()
    alone = Accounts.of([only], {"first": buckets(Pace(interval_us=2_000_000, burst=5), Watch())})

    assert await sending(graph, alone).send(ids) == 5

    rows = {message_id: await show(graph, message_id) for message_id in ids}
    assert {message_id for message_id, row in rows.items() if row["state"] == "SENT"} == set(only.sent)
    due = sorted(row["dueAt"] for row in rows.values() if row["state"] == "QUEUED")
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


@pytest.mark.parametrize(
    ("url", "rest", "pace"),
    [
        ("smtp://h:25", "smtp://h:25", None),
        ("smtp://h:25?rate=20", "smtp://h:25", Pace(50_000)),
        ("smtp://h?starttls=never&rate=0.5&burst=10", "smtp://h?starttls=never", Pace(2_000_000, 10)),
        ("x://u:p%3Fw@h/?burst=3&a=b%20c&rate=3&d=e+f", "x://u:p%3Fw@h/?a=b%20c&d=e+f", Pace(333_334, 3)),
        ("x://h?rates=1&xburst=2", "x://h?rates=1&xburst=2", None),
        ("x://h?rate=99999.999", "x://h", Pace(11)),
        ("x://h?rate=0.001", "x://h", Pace(1_000_000_000)),
    ],
)
def test_a_pace_is_taken_off_the_url_of_an_account(url: str, rest: str, pace: Pace | None) -> None:
    assert Pace.taken_off(url, "X_URL") == (rest, pace)


@pytest.mark.parametrize("variable", ["SMTP_URL", "WEBHOOK_URL"])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("rate=0", "rate must be messages per second, like 20 or 0.5, and more than 0"),
        ("rate=0.000", "rate must be"),
        ("rate=", "rate must be"),
        ("rate", "rate must be"),
        ("rate=-1", "rate must be"),
        ("rate=1e3", "rate must be"),
        ("rate=hush", "rate must be"),
        ("rate=0.0001", "rate must be"),
        ("burst=5", "rate must be"),
        ("rate=1&burst=0", "burst must be a whole number of messages from 1 to 999999"),
        ("rate=1&burst=", "burst must be"),
        ("rate=1&burst=1.5", "burst must be"),
        ("rate=1&burst=hush", "burst must be"),
        ("rate=1&rate=2", "gives an option twice"),
    ],
)
def test_a_wrong_pace_names_the_variable_and_the_option(variable: str, options: str, message: str) -> None:
    url, channel = {
        "SMTP_URL": (f"smtp://h:25?{options}", Channel.EMAIL),
        "WEBHOOK_URL": (f"webhook://:{SECRET}@/?{options}", Channel.WEBHOOK),
    }[variable]

    with pytest.raises(ValueError, match=rf"^{variable}[: ]") as refused:
        senders(channel, DispatchSettings("redis://h", {variable: (url,)}))

    assert message in str(refused.value)
    assert "hush" not in str(refused.value)


async def test_the_account_of_a_url_is_held_to_its_rate_by_all_who_read_it(client: redis.Redis, redis_url: str) -> None:
    settings = DispatchSettings(redis_url, {"WEBHOOK_URL": (f"webhook://:{SECRET}@/?account=shop&rate=0.001",)})
    both = [accounts(Channel.WEBHOOK, settings) for _ in range(2)]

    # It may be called nowhere, which is found out only where the rate lets it be tried.
    first, second = [await each.send(LETTER) for each in both]

    assert (first.provider, second.provider) == ("shop", "shop")
    assert (isinstance(first.outcome, Paced), isinstance(second.outcome, Paced)) == (False, True)
    assert client.keys() == [b"customer-graph:pace:webhook:shop"]
    for each in both:
        await each.close()
