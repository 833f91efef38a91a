from __future__ import annotations

import asyncio
from typing import Final

from gateway.errors import ErrorCode, RequestRefused

# What a body says takes ten times its own memory while it is read and written.
_AT_ONCE: Final = 2
# As long as two full batches take; who waits longer is told to come back.
_PATIENCE_S: Final = 30.0


class LargeBodies:
    """Room for a few requests with thousands of rows; the others wait before anything of theirs is read.

    Entering raises RequestRefused 503 where there is no room for too long.
    """

    def __init__(self, at_once: int = _AT_ONCE, patience_s: float = _PATIENCE_S) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._patience_s = patience_s

    async def __aenter__(self) -> None:
        try:
            await asyncio.wait_for(self._free.acquire(), self._patience_s)
        except TimeoutError:
            message = "Too many large requests at once. Try again in a moment."
            raise RequestRefused(503, message, ErrorCode.UNAVAILABLE, {"Retry-After": "5"}) from None

    async def __aexit__(self, *_: object) -> None:
        self._free.release()
