"""No faster than a resource may: beside the rates of accounts, the one that a resource itself names."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, Self

import redis.asyncio

from dispatch.broker import NAMESPACE
from dispatch.outcome import Paced
from dispatch.pacing import AWAY_AFTER_MS, Bucket, Pace
from dispatch.redis_clients import SHORT_TIMEOUT_S, open_async_client
from graph.delivery import Delivery, SendingRate
from graph.vocabulary import MessagePurpose

# What is kept here of a bucket is only whom to ask for it; its tokens are in Redis.
_KEPT: Final = 1_000
_MICROS_IN_MICROS: Final = 10**12
_REDIS_SHARE: Final = 0.05
_WHOSE: Final = "resource"


@dataclass(slots=True)
class ResourcePaces:
    """Asked before the accounts are, whose tokens others need: a resource that has to wait takes none of these.

    Nobody sleeps here as for an account: whoever does keeps those of other resources waiting that were claimed with it.
    What may not leave is given back, which is why a burst is as large as a second's messages where nobody says.
    Without a Redis nothing leaves of a resource with a rate.
    """

    client: redis.asyncio.Redis | None = None
    # None is the clock of Redis, which is the same for all workers.
    now_us: Callable[[], int] | None = None
    _buckets: dict[str, Bucket] = field(default_factory=dict, init=False)
    _away_until: float = field(default=0.0, init=False)

    @classmethod
    def open(cls, redis_url: str, lease_ms: int) -> Self:
        """Nothing connects before the first message of a resource with a rate."""
        return cls(open_async_client(redis_url, min(SHORT_TIMEOUT_S, lease_ms / 1000 * _REDIS_SHARE)))

    async def held_back(self, delivery: Delivery) -> Paced | None:
        """When to ask again; None where the message may leave, its token being taken.

        Receipts, codes and confirmations always may, and take no token: they must not wait behind a campaign.
        """
        if delivery.rate is None or delivery.resource_id is None or delivery.purpose is not MessagePurpose.MARKETING:
            return None
        if self.client is None or monotonic() < self._away_until:
            return Paced("there is no Redis, and without it nobody knows the resource's rate", AWAY_AFTER_MS)
        bucket = self._bucket(self.client, delivery.resource_id, _pace(delivery.rate))
        found = await bucket.take()
        # One resource has found it out for all: each would wait for a timeout of its own.
        self._away_until = bucket.away_until
        return found if isinstance(found, Paced) else None

    async def close(self) -> None:
        if self.client is not None:
            await self.client.aclose()

    def _bucket(self, client: redis.asyncio.Redis, resource_id: str, pace: Pace) -> Bucket:
        if len(self._buckets) >= _KEPT:
            self._buckets.clear()
        key = f"{NAMESPACE}:pace:resource:{resource_id}"
        bucket = self._buckets.setdefault(resource_id, Bucket(client, key, pace, 0, _WHOSE, self.now_us))
        # The rate that was claimed with the message is the newest that anybody knows.
        bucket.pace = pace
        return bucket


def _pace(rate: SendingRate) -> Pace:
    # Rounded up, so that no resource is faster than it may be.
    return Pace(math.ceil(_MICROS_IN_MICROS / rate.micros), rate.burst)
