from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Final

from dispatch.announcement import Announcement
from dispatch.changes import Changes
from dispatch.topic import TopicReader
from graph.connection import Graph
from graph.errors import GraphError
from graph.revisions import changed_revisions
from graph.vocabulary import ChangeKind

_log: Final = logging.getLogger(__name__)

_HEAL_S: Final = 1.0
# The revision check knows that a profile changed, not by what; the reader takes the whole state again.
_UNKNOWN_KINDS: Final = frozenset({ChangeKind.SNAPSHOT})


class LiveProfiles:
    """Tells who listens of newer revisions: by Redis at once, and without it by asking the graph every second.

    State, not log: a listener may miss steps, but never stays behind. One Redis connection and one revision check
    serve all listeners of the process.
    """

    def __init__(self, redis_url: str, graph: Graph) -> None:
        self._graph = graph
        self._reader = TopicReader(redis_url, self._hear)
        self._listeners: defaultdict[str, set[Changes]] = defaultdict(set)
        self._asked = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        self._tasks = [asyncio.create_task(self._reader.run()), asyncio.create_task(self._heal_for_ever())]

    async def stop(self) -> None:
        """Ends every listener's iteration. Harmless when called twice."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        for listeners in self._listeners.values():
            for changes in listeners:
                changes.close()

    async def listen(self, profile_id: str, after: int = 0) -> AsyncGenerator[tuple[int, frozenset[ChangeKind]]]:
        """Yields a revision and what it is about whenever there is one newer than the last, the first than `after`.

        Listening begins with the first step of the iteration and ends when that is closed or cancelled, or the process
        stops. An id that was merged away follows its survivor. A slow reader finds only the latest revision, with the
        kinds it missed.
        """
        changes = Changes(after)
        self._listeners[profile_id].add(changes)
        self._asked.set()
        try:
            async for change in changes:
                yield change
        finally:
            self._forget(profile_id, changes)

    def _forget(self, profile_id: str, changes: Changes) -> None:
        listeners = self._listeners[profile_id]
        listeners.discard(changes)
        if not listeners:
            del self._listeners[profile_id]

    def _hear(self, announcement: Announcement) -> None:
        # `get`, because looking must not make an entry for everybody who changes.
        for changes in self._listeners.get(announcement.profile_id, ()):
            changes.tell(announcement.revision, announcement.kinds)

    async def _heal_for_ever(self) -> None:
        while True:
            # Not wait_for: on Python 3.11 it may swallow a cancellation that comes together with the event.
            with suppress(TimeoutError):
                async with asyncio.timeout(_HEAL_S):
                    await self._asked.wait()
            self._asked.clear()
            try:
                await self._heal()
            except GraphError as error:
                _log.warning("live profiles could not be checked: %s", error)
                await asyncio.sleep(_HEAL_S)
            except Exception as error:  # noqa: BLE001  # Without this task no listener would hear of anything again.
                _log.error("live profiles could not be checked: %s", type(error).__name__)
                await asyncio.sleep(_HEAL_S)

    async def _heal(self) -> None:
        seen = {
            profile_id: min(changes.seen for changes in listeners)
            for profile_id, listeners in self._listeners.items()
            if listeners
        }
        if not seen:
            return
        for profile_id, revision in (await changed_revisions(self._graph, seen)).items():
            self._hear(Announcement(profile_id, revision, _UNKNOWN_KINDS))
