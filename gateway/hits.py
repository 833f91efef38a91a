from __future__ import annotations

import asyncio
import logging
from collections import Counter as Count
from collections import deque
from collections.abc import Iterable
from itertools import islice
from time import monotonic
from typing import Final

from dispatch.counters import Counter
from gateway.receipt_groups import ReceiptGroups
from graph.connection import Graph
from graph.errors import GraphError
from graph.tracking.hit import Hit, HitFate
from graph.tracking.judging import judge

_AT_ONCE: Final = 100
_MOST_WAITING: Final = 10_000
_PATIENCE_S: Final = 60.0
_PAUSE_S: Final = 1.0

_log: Final = logging.getLogger(__name__)


class Hits:
    """Writes opens and clicks behind the backs of those who wait for a picture or a page: they never wait for it.

    While the graph is away they wait here, for a minute and up to ten thousand. What does not fit, is older, or stands
    here when the process dies is lost, which the metrics say: they measure, and nobody tells them twice.
    """

    def __init__(self, graph: Graph, groups: ReceiptGroups) -> None:
        self._graph = graph
        self._groups = groups
        self._waiting: deque[tuple[float, Hit]] = deque()
        self._writer: asyncio.Task[None] | None = None
        self._fates: Count[HitFate] = Count()

    def take(self, hit: Hit) -> None:
        """Returns at once, and never raises."""
        if len(self._waiting) >= _MOST_WAITING:
            self._fates[HitFate.LOST] += 1
            return
        self._waiting.append((monotonic() + _PATIENCE_S, hit))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())

    async def finish(self, within_s: float) -> None:
        """Waits until all are written, and at most so long; what is left then is lost."""
        if self._writer is None or self._writer.done():
            return
        await asyncio.wait({self._writer}, timeout=within_s)
        if self._writer.cancel():
            self._lose(len(self._waiting), "the gateway stops")

    def counters(self) -> Iterable[Counter]:
        for fate in HitFate:
            description = "Opens and clicks of letters by what became of them."
            yield Counter("customer_graph_letter_hits_total", description, self._fates[fate], (("result", fate.value),))

    async def _write(self) -> None:
        """One group after the other: what is kept of a letter is known before the next one is judged."""
        while self._waiting:
            group = [hit for _, hit in islice(self._waiting, _AT_ONCE)]
            try:
                await self._write_group(group)
            except GraphError as error:
                self._lose(self._overdue(), type(error).__name__)
                await asyncio.sleep(_PAUSE_S)
            except Exception as error:  # noqa: BLE001  # One group that cannot be written must not stop all others.
                self._lose(len(group), type(error).__name__)
            else:
                self._forget(len(group))

    async def _write_group(self, group: list[Hit]) -> None:
        """Twice is as good as once, where the answer to the first time was lost."""
        judged = await judge(self._graph, group)
        await self._groups.take(judged.told)
        self._fates.update(judged.fates)

    def _overdue(self) -> int:
        now = monotonic()
        return sum(patient_until <= now for patient_until, _ in self._waiting)

    def _lose(self, number: int, why: str) -> None:
        """The oldest of them."""
        if number:
            _log.warning("%d opens and clicks are lost: %s", number, why)
        self._fates[HitFate.LOST] += number
        self._forget(number)

    def _forget(self, number: int) -> None:
        for _ in range(number):
            self._waiting.popleft()
