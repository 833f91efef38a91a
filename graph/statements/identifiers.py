from __future__ import annotations

from typing import Final

from graph.statement import Statement

# For a value that is blocked and so was not locked with the others; writing its own type back leaves no trace.
LOCK_IDENTIFIER: Final = Statement(
    "lock_identifier",
    """
    MATCH (i:Identifier {key: $key})
    SET i.type = i.type
    RETURN i.id
    """,
)

LIVE_SUBSCRIPTIONS: Final = Statement(
    "live_subscriptions_at_identifier",
    """
    MATCH (i:Identifier {key: $key})<-[:AT]-(s:Subscription)<-[:HAS_SUBSCRIPTION]-(:Profile {id: $profileId})
    WHERE s.status IN $statuses
    WITH s.id AS id ORDER BY id
    RETURN collect(id)
    """,
)

# Also from those who became part of the person, or the person would still be found by it.
UNLINK_IDENTIFIER: Final = Statement(
    "unlink_identifier",
    """
    MATCH (i:Identifier {key: $key})-[link:IDENTIFIES]->(p:Profile)
    WHERE coalesce(p.mergedInto, p.id) = $profileId
    DELETE link
    RETURN count(*)
    """,
)

VERIFY_IDENTIFIER: Final = Statement(
    "verify_identifier",
    """
    MATCH (i:Identifier {key: $key})-[link:IDENTIFIES]->(p:Profile)
    WHERE coalesce(p.mergedInto, p.id) = $profileId
        AND (link.verifiedAt IS NULL OR link.verifiedAt < datetime({epochMillis: $at}))
    SET link.verifiedAt = datetime({epochMillis: $at}), link.evidence = $evidence
    RETURN count(*)
    """,
)
