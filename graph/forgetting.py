from __future__ import annotations

from graph.connection import Graph
from graph.statements import idempotency as statements

# Small, so that nobody waits long for the locks of one batch.
_AT_ONCE = 1_000


async def forget_expired(graph: Graph, now_ms: int) -> int:
    """Deletes the idempotency keys that nobody may repeat any more, and returns how many they were."""
    forgotten = 0
    while True:
        count: int = await graph.change(statements.FORGET, now=now_ms, limit=_AT_ONCE)
        forgotten += count
        if count < _AT_ONCE:
            return forgotten
