from __future__ import annotations

from graph.connection import Graph
from graph.statement import Statement

# What migrations leave behind is no data.
_ANYBODY = Statement("anybody", "RETURN EXISTS { (:Profile) } OR EXISTS { (:Resource) } OR EXISTS { (:Purchase) }")


async def has_data(graph: Graph) -> bool:
    """Whether something is in it that was signed or hashed with a secret, or could have been."""
    found: bool = await graph.read(_ANYBODY)
    return found
