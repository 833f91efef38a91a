from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from graph.connection import Graph
from graph.statements.live import CHANGED_REVISIONS, PERSON_OF_MESSAGE

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


async def person_of_message(graph: Graph, message_id: str) -> str | None:
    """The id of the profile whose revision is raised whenever the message changes; None for an id of no message."""
    profile_id: str | None = await graph.read(PERSON_OF_MESSAGE, id=message_id)
    return profile_id
