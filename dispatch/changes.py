from __future__ import annotations

import asyncio
from typing import Self

from graph.vocabulary import ChangeKind


class Changes:
    """What one listener has not taken yet: a single place, so a stuck reader costs nothing."""

    __slots__ = ("_closed", "_kinds", "_waiting", "_wake", "seen")

    def __init__(self, after: int) -> None:
        # The newest revision that the reader has, or finds next.
        self.seen = after
        self._kinds: frozenset[ChangeKind] = frozenset()
        self._waiting = False
        self._wake = asyncio.Event()
        self._closed = False

    def tell(self, revision: int, kinds: frozenset[ChangeKind]) -> None:
        """An old revision only adds its kinds to a change that still waits: announcements may overtake each other."""
        if revision > self.seen:
            self.seen = revision
            self._waiting = True
            self._wake.set()
        if self._waiting:
            self._kinds |= kinds

    def close(self) -> None:
        """Ends the iteration, after the change that may still wait."""
        self._closed = True
        self._wake.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> tuple[int, frozenset[ChangeKind]]:
        while not self._waiting:
            if self._closed:
                raise StopAsyncIteration
            self._wake.clear()
            await self._wake.wait()
        kinds, self._kinds, self._waiting = self._kinds, frozenset(), False
        return self.seen, kinds
