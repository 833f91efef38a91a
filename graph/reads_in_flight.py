from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from graph.errors import ReadsFull

# A caller who waited this long hears that it is too much, while the answer is still worth asking for again.
_LONGEST_WAIT_S: Final = 1.0
_WAITING_FOR_EACH_PLACE: Final = 50


class ReadsInFlight:
    """A number of places for statements in the database; who finds none waits here, in the order of coming.

    More statements at once than the database has cores for make all of them slow and none of them ready sooner, so the
    line stands here and not there. Every place that is taken must be left again, by `leave` and exactly once. A place
    that is left goes to the first who waits, never to one who comes at that moment. Belongs to one event loop.

    `refused` counts those who were sent away.
    """

    __slots__ = ("_free", "_longest_wait_s", "_most_waiting", "_waiting", "refused")

    def __init__(self, places: int, longest_wait_s: float = _LONGEST_WAIT_S) -> None:
        self._free = places
        self._most_waiting = places * _WAITING_FOR_EACH_PLACE
        self._longest_wait_s = longest_wait_s
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.refused = 0

    @property
    def free(self) -> int:
        return self._free

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def take(self) -> bool:
        """Takes a place where one is free, which costs a reader next to nothing. Where none is, `wait`."""
        # Nobody waits while a place is free: `leave` sees to it.
        if self._free:
            self._free -= 1
            return True
        return False

    async def wait(self) -> None:
        """Returns with a place. Raises ReadsFull, and then has none, where too many wait or the wait was too long."""
        if len(self._waiting) >= self._most_waiting:
            self.refused += 1
            raise ReadsFull("too many reads wait for the graph")
        loop = asyncio.get_running_loop()
        place = loop.create_future()
        self._waiting.append(place)
        giving_up = loop.call_later(self._longest_wait_s, self._give_up, place)
        try:
            await place
        except asyncio.CancelledError:
            if place.cancelled():
                self._forget(place)
            elif place.exception() is None:
                # The place was handed over at the moment in which its taker was cancelled.
                self.leave()
            raise
        finally:
            giving_up.cancel()

    def leave(self) -> None:
        while self._waiting:
            first = self._waiting.popleft()
            if not first.done():
                first.set_result(None)
                return
        self._free += 1

    def _give_up(self, place: asyncio.Future[None]) -> None:
        if not place.done():
            self._waiting.remove(place)
            self.refused += 1
            place.set_exception(ReadsFull("a read waited too long for the graph"))

    def _forget(self, place: asyncio.Future[None]) -> None:
        # `leave` may have come by first.
        if place in self._waiting:
            self._waiting.remove(place)
