"""What is left of somebody after the erasure was committed: their history, however long it is."""

from __future__ import annotations

from typing import Final

from graph.connection import Graph
from graph.statements import erasing as statements

# Small, so that nobody waits long for the locks of one batch.
_AT_ONCE: Final = 1_000
_TOMBSTONES_AT_ONCE: Final = 100
_IN_ORDER: Final = (
    statements.DELETE_EVENTS,
    statements.DELETE_MESSAGES,
    statements.DELETE_OUTREACHES,
    statements.UNNAME_PURCHASES,
)


async def clear_remains(graph: Graph, profile_id: str, batches: int | None = None) -> bool:
    """Deletes events and messages, and takes the person from their purchases. True once nothing is left.

    With `batches` it stops after so many; whoever goes on, and however often, ends with the same.
    """
    for statement in _IN_ORDER:
        while batches is None or batches > 0:
            count: int = await graph.change(statement, id=profile_id, limit=_AT_ONCE)
            if count == 0:
                break
            batches = None if batches is None else batches - 1
        else:
            return False
    await graph.change(statements.FINISHED, id=profile_id)
    return True


async def finish_erasures(graph: Graph) -> int:
    """Goes on with every erasure that was broken off, and returns how many they were."""
    finished = 0
    while True:
        ids: list[str] = await graph.read_aside(statements.UNFINISHED, limit=_TOMBSTONES_AT_ONCE)
        for profile_id in ids:
            await clear_remains(graph, profile_id)
        finished += len(ids)
        if len(ids) < _TOMBSTONES_AT_ONCE:
            return finished
