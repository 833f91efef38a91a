from __future__ import annotations

from typing import Final

import redis
import redis.asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

# Redis answers within a millisecond or it is in trouble. The library's own default is five seconds and several
# retries, which would hold whoever waits.
SHORT_TIMEOUT_S: Final = 1.0


def open_client(url: str, timeout_s: float) -> redis.Redis:
    """A client for threads. Nothing connects before the first command; no command is sent twice."""
    return redis.Redis.from_url(
        url,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        retry=Retry(NoBackoff(), 0),
        retry_on_timeout=False,
    )


def open_async_client(url: str, timeout_s: float) -> redis.asyncio.Redis:
    """The same for an event loop."""
    return redis.asyncio.Redis.from_url(
        url,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        retry=AsyncRetry(NoBackoff(), 0),
        retry_on_timeout=False,
    )
