from __future__ import annotations

from typing import Final

from graph.statement import Statement

# An id that was merged away follows to its survivor, and is answered under the id that was asked for.
CHANGED_REVISIONS: Final = Statement(
    "changed_revisions",
    """
    UNWIND $seen AS pair
    MATCH (member:Profile {id: pair[0]})
    MATCH (p:Profile {id: coalesce(member.mergedInto, member.id)})
    WHERE p.revision > pair[1]
    RETURN collect([pair[0], p.revision])
    """,
)
