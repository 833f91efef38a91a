from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice

from graph.connection import Graph
from graph.statement import Statement

Row = Mapping[str, object]

_ROWS = 10_000


async def write(graph: Graph, statement: Statement, rows: Iterable[Row]) -> int:
    """How many were written; each batch is a transaction of its own."""
    remaining = iter(rows)
    written = 0
    while batch := list(islice(remaining, _ROWS)):
        done = await graph.change(statement, rows=batch)
        if done != len(batch):
            raise RuntimeError(f"{statement.name} wrote {done} of {len(batch)} rows")
        written += len(batch)
    return written
