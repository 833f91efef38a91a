"""Buckets of paced accounts on the tests' Redis, with a clock that only the test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import redis.asyncio

from dispatch.outcome import Paced
from dispatch.pacing import Bucket, Pace

LEASE_MS = 30_000
USED_UP = "the account's rate is used up"
AWAY = Paced("Redis does not answer, and without it nobody knows the account's rate", 5_000)


@dataclass(slots=True)
class Watch:
    """A clock in microseconds."""

    now: int = 1_000_000_000

    def __call__(self) -> int:
        return self.now


@dataclass(slots=True)
class Buckets:
    """Makes buckets with a client each, as processes have."""

    redis_url: str
    made: list[Bucket] = field(default_factory=list)

    def __call__(self, pace: Pace, watch: Watch | None = None, sleep_us: int = 0, account: str = "sms:x") -> Bucket:
        bucket = Bucket.open(self.redis_url, account, pace, LEASE_MS)
        bucket.now_us, bucket.longest_sleep_us = watch, sleep_us
        self.made.append(bucket)
        return bucket


@asynccontextmanager
async def fresh_buckets(redis_url: str) -> AsyncIterator[Buckets]:
    """In an empty Redis; all are closed at the end."""
    async with redis.asyncio.Redis.from_url(redis_url, socket_timeout=5) as client:
        await client.flushall()
    made = Buckets(redis_url)
    yield made
    for bucket in made.made:
        await bucket.close()
