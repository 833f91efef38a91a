from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from graph.connection import Graph
from graph.statements.live import CHANGED_REVISIONS

# One statement stays short; more ids are asked in several.
_IDS_PER_STATEMENT: Final = 1_000


async def changed_revisions(graph: Graph, seen: Mapping[str, int]) -> dict[str, int]:
    """Of the profiles `{id: revision last seen}` those that have a newer revision now, with it.

    A profile that was merged away answers with its survivor's revision. An id nobody has is left out.
    """
    pairs = sorted(seen.items())
    changed: dict[str, int] = {}
    for start in range(0, len(pairs), _IDS_PER_STATEMENT):
        batch = [[profile_id, revision] for profile_id, revision in pairs[start : start + _IDS_PER_STATEMENT]]
        changed.update(await graph.read_aside(CHANGED_REVISIONS, seen=batch))
    return changed
