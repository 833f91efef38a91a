from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Final

from graph.errors import GraphError

_log: Final = logging.getLogger(__name__)

# So many messages of a channel are waited for beside its jobs; more keep the jobs that handed them over. By then a
# provider that is silent is left alone, and the jobs are there for what goes elsewhere.
_MOST: Final = 1_000


class LateAnswers:
    """Answers that are waited for beside the jobs, so that a silent provider holds up nobody else's messages."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._number = 0
        self._tasks = set[asyncio.Task[None]]()

    async def wait_for(self, number: int, work: Coroutine[Any, Any, None]) -> None:
        """`work` waits for so many messages. Returns at once, or where there is no room once it has ended."""
        has_room = self._number + number <= self._most
        task = asyncio.create_task(self._run(number, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if not has_room:
            await asyncio.shield(task)

    async def finish(self) -> None:
        """Waits for all of them."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _run(self, number: int, work: Coroutine[Any, Any, None]) -> None:
        self._number += number
        try:
            await work
        except GraphError as error:
            _log.warning("%d messages wait for the sweeper: %s", number, error)
        finally:
            self._number -= number
