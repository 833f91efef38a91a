from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from graph.connection import Graph, Transaction
from graph.errors import ConstraintViolated
from graph.history.row import ROWS_PER_TRANSACTION, RowResult
from graph.idempotency import Done, Guard, begin_batch, finish_batch
from graph.people.change import ProfileChange

Row = TypeVar("Row")
Chunk = Callable[[Transaction, Sequence[Row]], Awaitable[tuple[list[RowResult], tuple[ProfileChange, ...]]]]


async def in_batches(graph: Graph, rows: Sequence[Row], guard: Guard | None, now_ms: int, chunk: Chunk[Row]) -> Done:
    """Writes the rows in transactions of bounded size; the result holds `rows`, as JSON of RowResult.

    Every row is idempotent by its natural key, so a batch that broke off in the middle is simply sent again.
    """
    if guard is not None:
        earlier = await begin_batch(graph, guard, now_ms)
        if earlier is not None:
            return Done(earlier, replayed=True)
    results: list[RowResult] = []
    changes: list[ProfileChange] = []
    for start in range(0, len(rows), ROWS_PER_TRANSACTION):
        part_results, part_changes = await _written(graph, rows[start : start + ROWS_PER_TRANSACTION], chunk)
        results += part_results
        changes += part_changes
    result = {"rows": [row.to_json() for row in results]}
    if guard is not None:
        await finish_batch(graph, guard, result)
    return Done(result, tuple(changes))


async def _written(
    graph: Graph, part: Sequence[Row], chunk: Chunk[Row]
) -> tuple[list[RowResult], tuple[ProfileChange, ...]]:
    async def work(transaction: Transaction) -> tuple[list[RowResult], tuple[ProfileChange, ...]]:
        return await chunk(transaction, part)

    try:
        return await graph.write(work, timeout_ms=20_000)
    except ConstraintViolated:
        # Somebody else wrote one of these keys between our look and our commit; the second look sees it.
        return await graph.write(work, timeout_ms=20_000)
