"""Webhook receivers on loopback that write down every message before they answer it, and answer as badly as asked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum, auto

from aiohttp import web


class Mood(StrEnum):
    """How a receiver answers: as it should, with its answer lost, not yet, or too late for anybody to wait."""

    WELL = auto()
    SILENT = auto()
    BUSY = auto()
    SLOW = auto()


@dataclass(frozen=True, slots=True)
class Entry:
    """A message that a receiver got. `at` is seconds since the epoch; `taken` where it was told that all is well."""

    message_id: str
    at: float
    mood: Mood


@dataclass(slots=True)
class ProviderLog:
    port: int = 0
    mood: Mood = Mood.WELL
    entries: list[Entry] = field(default_factory=list)
    slow_s: float = 40.0
    retry_after_s: int = 1

    def heal(self) -> None:
        self.mood = Mood.WELL
        self.retry_after_s = 1

    async def take(self, request: web.BaseRequest) -> web.StreamResponse:
        await request.read()
        mood = self.mood
        self.entries.append(Entry(request.headers["webhook-id"], time.time(), mood))
        match mood:
            case Mood.SILENT:
                if request.transport is not None:
                    request.transport.close()
            case Mood.BUSY:
                return web.Response(status=503, headers={"Retry-After": str(self.retry_after_s)})
            case Mood.SLOW:
                await asyncio.sleep(self.slow_s)
            case Mood.WELL:
                await asyncio.sleep(0.005)
        return web.Response(status=204)


@asynccontextmanager
async def provider_log() -> AsyncIterator[ProviderLog]:
    log = ProviderLog()
    runner = web.ServerRunner(web.Server(log.take), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    log.port = runner.addresses[0][1]
    try:
        yield log
    finally:
        await runner.cleanup()
