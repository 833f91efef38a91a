from __future__ import annotations

from graph.connection import Graph
from graph.rehearsal import rehearse_writes
from graph.statement import Statement

NODES = Statement("nodes", "MATCH (n) WHERE NOT n:SchemaVersion AND NOT n:MigrationLock RETURN count(n)")


async def test_a_rehearsal_runs_every_write_and_leaves_nothing_behind(graph: Graph) -> None:
    await rehearse_writes(graph, 1_790_000_000_000)
    await rehearse_writes(graph, 1_790_000_000_000)

    assert await graph.read(NODES) == 0
