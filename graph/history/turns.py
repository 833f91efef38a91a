"""Transactions that take effect one after the other, while each of them begins as soon as the last is being committed.

A commit is waiting for the disk, and what the next one looks up and works out needs none of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from graph.connection import Transaction
from graph.errors import OutOfTurn

T = TypeVar("T")
Work = Callable[[Transaction], Awaitable[T]]


async def in_turn(works: AsyncIterable[Work[T]], write: Callable[[Work[T]], Awaitable[T]]) -> AsyncGenerator[T, None]:
    """What each of the works returns, once it is committed, in their order.

    `write` runs one in a transaction, and again where that may help. A work holds the locks of all that it changes
    until it is committed, so the next one waits for it wherever both touch the same, and is never committed before it.
    Raises what the first of them raises that cannot be written; none behind that one is written then.
    """
    turn: _Turn[T] | None = None
    try:
        async for work in works:
            before, turn = turn, _Turn(work, write, turn)
            if before is not None:
                yield await before.task
            await turn.is_being_committed()
        if turn is not None:
            yield await turn.task
    finally:
        if turn is not None:
            await turn.stop()


@dataclass(slots=True)
class _Turn(Generic[T]):
    work: Work[T]
    write: Callable[[Work[T]], Awaitable[T]]
    before: _Turn[T] | None
    begins_again: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[T] = field(init=False)
    _commits: asyncio.Event = field(default_factory=asyncio.Event)
    _began: bool = False

    def __post_init__(self) -> None:
        self.task = asyncio.create_task(self._taken())

    async def is_being_committed(self) -> None:
        """Returns also where that will never be, because it failed."""
        await _first_of(self.task, self._commits)

    async def stop(self) -> None:
        """Nothing of it goes on afterwards, whatever became of it, nor of the one before."""
        tasks = [turn.task for turn in (self, self.before) if turn is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _taken(self) -> T:
        while True:
            try:
                return await self.write(self._ordered)
            except OutOfTurn:
                # Whoever is before may have failed for good, which is then said of all behind.
                if self.before is not None:
                    await asyncio.shield(self.before.task)

    async def _ordered(self, transaction: Transaction) -> T:
        if self._began:
            self.begins_again.set()
        self._began = True
        done = await self.work(transaction)
        if self.before is not None:
            await self.before.let_pass()
            self.before = None
        # Whoever begins behind this one has to know of what comes from now on.
        self.begins_again.clear()
        self._commits.set()
        return done

    async def let_pass(self) -> None:
        """Waits until this one is committed. Raises OutOfTurn where it will not be, or begins again.

        Then it may need locks that the one behind holds, who has to let go of them.
        """
        await _first_of(self.task, self.begins_again)
        is_committed = self.task.done() and not self.task.cancelled() and self.task.exception() is None
        if not is_committed:
            raise OutOfTurn("the transaction before this one is not committed yet")


async def _first_of(task: asyncio.Task[T], event: asyncio.Event) -> None:
    waiting = asyncio.create_task(event.wait())
    try:
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
