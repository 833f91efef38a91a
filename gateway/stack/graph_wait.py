from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TypeVar

from graph.errors import GraphTimeout, GraphUnavailable

T = TypeVar("T")

_POLL_S = 0.1


async def patiently(ask: Callable[[], Awaitable[T]], timeout_s: float) -> T:
    """Asks a graph that has only just started until it answers. What is asked must be able to happen twice.

    Its port opens a little before the database does, and the first plans of a cold server on a busy machine run past
    limits that are right for every later one. Raises the last GraphError when `timeout_s` is over.
    """
    deadline = monotonic() + timeout_s
    while True:
        try:
            return await ask()
        except (GraphUnavailable, GraphTimeout):
            if monotonic() > deadline:
                raise
            await asyncio.sleep(_POLL_S)
