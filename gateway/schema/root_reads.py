from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

Values = Mapping[str, object]


class RootReads:
    """What the fields at the root of one query read from the graph: all of them at once, when the first is resolved.

    So a query that the ordinary executor walks is one statement too, with one cost and one time limit.
    """

    __slots__ = ("_reading",)

    def __init__(self) -> None:
        self._reading: asyncio.Future[Values] | None = None

    async def value(self, key: str, read: Callable[[], Awaitable[Values]]) -> object:
        """Of the root field with this response key. Raises what `read` raised, or an error in its place."""
        if self._reading is None:
            self._reading = asyncio.ensure_future(read())
            # Where all who wait were cancelled, nobody takes the error.
            self._reading.add_done_callback(lambda done: done.cancelled() or done.exception())
        # One field that is given up does not take the answer from the others.
        value = (await asyncio.shield(self._reading)).get(key)
        if isinstance(value, Exception):
            raise value
        return value
