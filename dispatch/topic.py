from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from time import monotonic
from typing import Final

import redis
from redis.asyncio.client import PubSub

from dispatch.announcement import TOPIC, Announcement, decode
from dispatch.redis_clients import open_async_client

_log: Final = logging.getLogger(__name__)

_TIMEOUT_S: Final = 2.0
_RECONNECT_S: Final = 1.0
# A connection whose other side vanished looks like one on which nothing happens, so a silent one is asked.
_SILENCE_S: Final = 10.0
_DEAD_AFTER_S: Final = 20.0


class TopicReader:
    """Hears all announcements over one Redis connection, and comes back whenever Redis does."""

    def __init__(self, redis_url: str, hear: Callable[[Announcement], None]) -> None:
        self._redis_url = redis_url
        self._hear = hear
        self._away = False

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                await self._read()
            except (redis.RedisError, OSError, TimeoutError) as error:
                if not self._away:
                    _log.warning("announcements are not heard while Redis is away (%s)", type(error).__name__)
                self._away = True
            except Exception as error:  # noqa: BLE001  # Without this task no announcement would be heard again.
                _log.error("hearing announcements failed with %s and begins again", type(error).__name__)
            await asyncio.sleep(_RECONNECT_S)

    async def _read(self) -> None:
        client = open_async_client(self._redis_url, _TIMEOUT_S)
        try:
            async with client.pubsub() as pubsub:
                await pubsub.subscribe(TOPIC)
                await self._follow(pubsub)
        finally:
            await client.aclose()

    async def _follow(self, pubsub: PubSub) -> None:
        """Returns when the other side is silent for so long that it must be gone."""
        heard_at = monotonic()
        asked = False
        while monotonic() - heard_at < _DEAD_AFTER_S:
            message = await pubsub.get_message(timeout=1.0)
            if message is not None:
                heard_at, asked, self._away = monotonic(), False, False
                self._pass_on(message)
            elif not asked and monotonic() - heard_at > _SILENCE_S:
                await pubsub.ping()
                asked = True

    def _pass_on(self, message: dict[str, object]) -> None:
        data = message.get("data")
        if message.get("type") != "message" or not isinstance(data, bytes):
            return
        for announcement in decode(data):
            self._hear(announcement)
