from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from graph.connection import Graph, Transaction
from graph.errors import GraphError, PartlyWritten
from graph.history.ahead import ahead
from graph.history.row import ROWS_PER_TRANSACTION, RowResult
from graph.history.turns import Work, in_turn
from graph.idempotency import Done, Guard, abandon_batch, begin_batch, finish_batch, patiently, renew_batch
from graph.people.change import ProfileChange

Row = TypeVar("Row")
_Done = tuple[list[RowResult], tuple[ProfileChange, ...]]
# Rows at hand, or rows that are checked while those before them are being written: a wrong one comes as its result.
Rows = Iterable[Row | RowResult] | AsyncIterable[Row | RowResult]
Chunk = Callable[[Transaction, Sequence[Row]], Awaitable[_Done]]

_CHUNK_TIMEOUT_MS = 20_000


async def in_batches(graph: Graph, rows: Rows[Row], guard: Guard | None, now_ms: int, chunk: Chunk[Row]) -> Done:
    """Writes the rows in transactions of bounded size, in their order; the result holds `rows`, as JSON by index.

    Rows that are wrong stand in the result, and so in a replay. Every row is idempotent by its natural key: a batch
    that broke off in the middle, which raises PartlyWritten, is simply sent again.
    """
    if guard is not None:
        earlier = await begin_batch(graph, guard, now_ms)
        if earlier is not None:
            return Done(earlier, replayed=True)
    written = _Written()
    try:
        await _write_all(graph, rows, guard, chunk, written)
        result = {"rows": [row.to_json() for row in sorted(written.results, key=lambda row: row.index)]}
        if guard is not None:
            await finish_batch(graph, guard, result)
    except BaseException as error:
        if guard is not None:
            # Also where the caller went away: nobody shall wait for a lease that nobody holds.
            await asyncio.shield(_abandon(graph, guard))
        if isinstance(error, GraphError) and written.is_partly:
            raise PartlyWritten("a batch broke off after some of its rows") from error
        raise
    return Done(result, tuple(written.changes))


@dataclass(slots=True)
class _Written:
    results: list[RowResult] = field(default_factory=list)
    changes: list[ProfileChange] = field(default_factory=list)
    is_partly: bool = False


async def _write_all(graph: Graph, rows: Rows[Row], guard: Guard | None, chunk: Chunk[Row], written: _Written) -> None:
    def of(part: Sequence[Row]) -> Work[_Done]:
        async def work(transaction: Transaction) -> _Done:
            done = await chunk(transaction, part)
            if guard is not None:
                # At the end: whoever holds it keeps the part behind from beginning.
                await renew_batch(transaction, guard)
            return done

        return work

    async def write(work: Work[_Done]) -> _Done:
        return await patiently(partial(graph.write, work, _CHUNK_TIMEOUT_MS))

    async with aclosing(ahead(_parts(rows, written.results))) as parts:
        works = (of(part) async for part in parts)
        async with aclosing(in_turn(works, write)) as done:
            async for results, changes in done:
                written.is_partly = True
                written.results += results
                written.changes += changes


async def _parts(rows: Rows[Row], wrong: list[RowResult]) -> AsyncIterator[list[Row]]:
    """As many rows as one transaction takes; the results of wrong ones are put aside."""
    part: list[Row] = []
    async for row in rows if isinstance(rows, AsyncIterable) else _at_hand(rows):
        if isinstance(row, RowResult):
            wrong.append(row)
            continue
        part.append(row)
        if len(part) == ROWS_PER_TRANSACTION:
            yield part
            part = []
    if part:
        yield part


async def _at_hand(rows: Iterable[Row | RowResult]) -> AsyncIterator[Row | RowResult]:
    for row in rows:
        yield row


async def _abandon(graph: Graph, guard: Guard) -> None:
    with suppress(GraphError):
        await abandon_batch(graph, guard)
