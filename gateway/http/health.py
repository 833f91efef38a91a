from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

from starlette.requests import Request
from starlette.responses import JSONResponse

from graph.errors import GraphError

# Anyone may ask, so the graph is asked at most once in this time.
_BELIEVED_FOR_S = 1.0
_PATIENCE_S = 2.0


async def alive(_request: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})


class Readiness:
    """503 only where the graph cannot answer; without Redis everything but live updates and wake-ups goes on."""

    def __init__(self, ping: Callable[[], Awaitable[None]], redis_ok: Callable[[], bool]) -> None:
        self._ping = ping
        self._redis_ok = redis_ok
        self._asking = asyncio.Lock()
        self._graph_ok = False
        self._until = 0.0

    async def answer(self, _request: Request) -> JSONResponse:
        degraded = [] if self._redis_ok() else ["redis"]
        if await self._ask():
            return JSONResponse({"status": "ok", "degraded": degraded})
        body = {"status": "unavailable", "degraded": ["graph", *degraded]}
        return JSONResponse(body, 503, {"retry-after": "2"})

    async def _ask(self) -> bool:
        async with self._asking:
            if monotonic() >= self._until:
                self._graph_ok = await self._answers()
                self._until = monotonic() + _BELIEVED_FOR_S
            return self._graph_ok

    async def _answers(self) -> bool:
        try:
            await asyncio.wait_for(self._ping(), _PATIENCE_S)
        except (GraphError, TimeoutError):
            return False
        return True
