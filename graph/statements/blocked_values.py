from __future__ import annotations

from typing import Final

from graph.statement import Statement

# A look by its unique key for each value that could block one of these: the list may be as long as it likes.
BLOCKED: Final = Statement(
    "blocked_values",
    """
    UNWIND $keys AS key
    MATCH (blocked:BlockedValue {key: key})
    RETURN collect(blocked.key)
    """,
)

FIRST_BLOCKED: Final = Statement(
    "first_blocked_values",
    """
    MATCH (blocked:BlockedValue) WHERE blocked.key > ''
    WITH blocked.key AS key LIMIT $limit
    RETURN collect(key)
    """,
)

BLOCK: Final = Statement(
    "block_value",
    """
    MERGE (blocked:BlockedValue {key: $key})
    ON CREATE SET blocked.id = $id, blocked.type = $type, blocked.value = $value, blocked.blockedBy = $actor,
        blocked.createdAt = datetime({epochMillis: $now})
    RETURN blocked.id
    """,
)

UNBLOCK: Final = Statement(
    "unblock_value",
    """
    MATCH (blocked:BlockedValue {id: $id})
    DELETE blocked
    RETURN count(*)
    """,
)
