from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from gateway.schema.context import Changes
from graph.clock import Clock
from graph.connection import Graph
from graph.receipts.apply import apply_receipts
from graph.receipts.orphans import keep_orphans
from graph.receipts.receipt import Told
from graph.vocabulary import ChangeKind

_MOST: Final = 100
_WITHIN_S: Final = 0.02
_KINDS: Final = frozenset({ChangeKind.MESSAGE})


class ReceiptGroups:
    """Writes receipts of many requests in one transaction: one by one they cost ten times as much.

    So many wait at most for so long, and whoever brought them is answered once they are committed. At most two groups
    are written at once.
    """

    def __init__(self, graph: Graph, clock: Clock, changes: Changes) -> None:
        self._graph = graph
        self._clock = clock
        self._changes = changes
        self._waiting: list[tuple[Sequence[Told], asyncio.Future[None]]] = []
        # How many receipts these are.
        self._number = 0
        self._full = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        # Beside that one, for full groups alone: small ones are better written together, a little later.
        self._second_writer: asyncio.Task[None] | None = None

    async def take(self, told: Sequence[Told]) -> None:
        """Returns once they are committed. Raises GraphError where that is not certain: they have to come again."""
        if not told:
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((told, done))
        self._number += len(told)
        if self._number >= _MOST:
            self._full.set()
        if _is_idle(self._writer):
            self._writer = asyncio.create_task(self._write())
        elif self._number >= _MOST and _is_idle(self._second_writer):
            self._second_writer = asyncio.create_task(self._write_full())
        # Whoever goes away does not take the others' receipts along.
        await asyncio.shield(done)

    async def _write(self) -> None:
        while self._waiting:
            if self._number < _MOST:
                self._full.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._full.wait(), _WITHIN_S)
            await self._write_group(self._next_group())

    async def _write_full(self) -> None:
        while self._number >= _MOST:
            await self._write_group(self._next_group())

    async def _write_group(self, group: Sequence[tuple[Sequence[Told], asyncio.Future[None]]]) -> None:
        told = [each for given, _ in group for each in given]
        if not told:
            # The other writer took them.
            return
        try:
            now_ms = self._clock.now()
            applied = await apply_receipts(self._graph, told, now_ms)
            # Told at once: what is committed is nothing new when the same receipts come again.
            for each in applied.revisions:
                self._changes.publish(each.profile_id, each.revision, _KINDS)
            if applied.orphans:
                await keep_orphans(self._graph, applied.orphans, now_ms)
        except Exception as error:  # noqa: BLE001  # Whoever waits has to hear of it, whatever it was.
            for _, done in group:
                _fail(done, error)
            return
        for _, done in group:
            if not done.done():
                done.set_result(None)

    def _next_group(self) -> list[tuple[Sequence[Told], asyncio.Future[None]]]:
        """One at least: a provider may bring more in one request than a group has."""
        number, end = 0, 0
        for told, _ in self._waiting:
            if end and number + len(told) > _MOST:
                break
            number, end = number + len(told), end + 1
        group, self._waiting = self._waiting[:end], self._waiting[end:]
        self._number -= number
        return group


def _is_idle(writer: asyncio.Task[None] | None) -> bool:
    return writer is None or writer.done()


def _fail(done: asyncio.Future[None], error: Exception) -> None:
    if not done.done():
        done.set_exception(error)
        # Whoever brought it may be gone, and then nobody asks.
        done.exception()
