from __future__ import annotations

from redis.asyncio import Redis
from redis.exceptions import RedisError


async def ping(url: str, timeout_s: float) -> bool:
    """Whether a Redis there takes our password and answers in time. Raises ValueError for something that is no URL."""
    client: Redis = Redis.from_url(
        url, socket_connect_timeout=timeout_s, socket_timeout=timeout_s, single_connection_client=True
    )
    try:
        return bool(await client.ping())
    except (RedisError, OSError):
        return False
    finally:
        await client.aclose()
