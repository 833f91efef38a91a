from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
import redis

from dispatch import pacing
from dispatch.outcome import Paced
from dispatch.pacing import Bucket, Pace
from graph.clock import SystemClock
from graph.delivery import Delivery
from graph.reach import ReachFacts
from graph.vocabulary import Channel, MessagePurpose, SubscriptionStatus
from tests.dispatch.buckets import AWAY, LEASE_MS, USED_UP, Buckets, Watch, fresh_buckets
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


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url, socket_timeout=5) as client:
        client.flushall()
        yield client


@pytest_asyncio.fixture
async def buckets(redis_url: str) -> AsyncIterator[Buckets]:
    async with fresh_buckets(redis_url) as made:
        yield made


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
