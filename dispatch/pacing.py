"""No faster than somebody may: a bucket of tokens in Redis, which all workers of all processes share."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from time import monotonic
from typing import Final, Self

import redis
import redis.asyncio

from dispatch.broker import NAMESPACE
from dispatch.outcome import Paced
from dispatch.redis_clients import SHORT_TIMEOUT_S, open_async_client

_OPTIONS: Final = frozenset({"rate", "burst"})
_RATE: Final = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,3})?")
_BURST: Final = re.compile(r"[1-9][0-9]{0,5}")
_SECOND_US: Final = 1_000_000

# A wait up to this is slept. Both shares of the lease are beside what the account itself may take of it.
_LONGEST_SLEEP_S: Final = 1.0
_SLEEP_SHARE: Final = 0.05
_REDIS_SHARE: Final = 0.05
# Messages that have to wait are spread over the time until this; what is behind them asks again then. So whoever
# raises a rate sees it within minutes, and a long queue asks rarely.
_HORIZON_US: Final = 300 * _SECOND_US
# After Redis has failed it is left alone for so long: each message that asked would wait for a timeout.
_AWAY_S: Final = 1.0
AWAY_AFTER_MS: Final = 5_000

# GCRA: `at` is when the bucket would be full again if nothing more was taken, and `burst` tokens may be taken ahead of
# their time. A wait of at most `sleep` is granted, and its token taken. Whatever has to wait longer is told a moment of
# its own, one interval after the other, so that not all come back together; `told` is the next of these, a hint that
# takes nothing. Both are held near to now: a clock that was set back must not stop an account until it has caught up.
_TAKE: Final = """
local interval, burst, sleep, horizon = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local now = tonumber(ARGV[5])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local kept = redis.call('HMGET', KEYS[1], 'at', 'told')
local ahead = (burst - 1) * interval
local at = math.max(now, math.min(tonumber(kept[1] or now), now + ahead + interval + sleep))
local told = math.min(tonumber(kept[2] or now), now + horizon)
local free = math.max(at - ahead, now)
local wait, granted = free - now, 1
if wait <= sleep then
  at = at + interval
else
  granted = 0
  local next = math.max(told, free)
  wait = math.min(next - now, horizon)
  told = math.min(next + interval, now + horizon)
end
redis.call('HSET', KEYS[1], 'at', string.format('%.0f', at), 'told', string.format('%.0f', told))
redis.call('PEXPIRE', KEYS[1], math.ceil((math.max(at, told) - now) / 1000) + 60000)
return {granted, wait}
"""


@dataclass(frozen=True, slots=True)
class Pace:
    """One message every `interval_us`, on the whole; `burst` of them at once after a pause."""

    interval_us: int
    burst: int = 1

    @classmethod
    def taken_off(cls, url: str, variable: str) -> tuple[str, Self | None]:
        """The URL of an account without the options `rate` and `burst`, and the pace that they ask for.

        `rate` is in messages per second. Without `burst` they leave one by one, so that no second ever sees more.
        Raises ValueError that names the variable and the option that is wrong.
        """
        front, mark, query = url.partition("?")
        pairs = [(each, *each.partition("=")[::2]) for each in query.split("&")]
        own = [(name, value) for _, name, value in pairs if name in _OPTIONS]
        if not own:
            return url, None
        options = dict(own)
        if len(options) < len(own):
            raise ValueError(f"{variable} gives an option twice")
        rest = "&".join(text for text, name, _ in pairs if name not in _OPTIONS)
        return front + (mark + rest if rest else ""), cls._of(options, variable)

    @classmethod
    def _of(cls, options: dict[str, str], variable: str) -> Self:
        text, burst = options.get("rate", ""), options.get("burst")
        if not _RATE.fullmatch(text) or not Decimal(text):
            raise ValueError(f"{variable}: rate must be messages per second, like 20 or 0.5, and more than 0")
        if burst is not None and not _BURST.fullmatch(burst):
            raise ValueError(f"{variable}: burst must be a whole number of messages from 1 to 999999")
        # Rounded up, so that no account is faster than it may be.
        return cls(math.ceil(_SECOND_US / Decimal(text)), int(burst or 1))


@dataclass(slots=True)
class Bucket:
    """The tokens of whoever may only send so fast. Who asks works on one event loop."""

    client: redis.asyncio.Redis
    key: str
    pace: Pace
    longest_sleep_us: int
    # Whose rate it is, in the words of an answer.
    whose: str = "account"
    # None is the clock of Redis, which is the same for all who share the bucket.
    now_us: Callable[[], int] | None = None
    away_until: float = field(default=0.0, init=False)

    @classmethod
    def open(cls, redis_url: str, account: str, pace: Pace, lease_ms: int) -> Self:
        """`account` is unique over all channels. Nothing connects before the first message."""
        lease_s = lease_ms / 1000
        client = open_async_client(redis_url, min(SHORT_TIMEOUT_S, lease_s * _REDIS_SHARE))
        longest_sleep_s = min(_LONGEST_SLEEP_S, lease_s * _SLEEP_SHARE)
        return cls(client, f"{NAMESPACE}:pace:{account}", pace, round(longest_sleep_s * _SECOND_US))

    async def take(self) -> float | Paced:
        """Seconds after which one message may leave, its token being taken; or when to ask again.

        While Redis is away nothing leaves: without it nobody knows how much the others send.
        """
        if monotonic() < self.away_until:
            return self._away()
        try:
            granted, wait_us = await self._ask()
        except (redis.RedisError, OSError):
            self.away_until = monotonic() + _AWAY_S
            return self._away()
        if granted:
            return wait_us / _SECOND_US
        return Paced(f"the {self.whose}'s rate is used up", math.ceil(wait_us / 1000))

    async def close(self) -> None:
        await self.client.aclose()

    async def _ask(self) -> tuple[int, int]:
        pace, now = self.pace, "" if self.now_us is None else self.now_us()
        arguments = (pace.interval_us, pace.burst, self.longest_sleep_us, _HORIZON_US, now)
        granted, wait_us = await self.client.eval(_TAKE, 1, self.key, *arguments)
        return granted, wait_us

    def _away(self) -> Paced:
        return Paced(f"Redis does not answer, and without it nobody knows the {self.whose}'s rate", AWAY_AFTER_MS)
