from __future__ import annotations

from typing import Final

from graph.statement import WRITE_TIMEOUT_MS, Statement

# The longest due first, each from an index of its own, which holds only those that may run out at all. One that was
# archived or absorbed has no key: nobody sees it, and it is looked at when it comes back.
DUE: Final = Statement(
    "due_subscriptions",
    """
    CALL () {
        MATCH (s:Subscription)
        USING INDEX SEEK s:Subscription(status, suspendedUntil)
        WHERE s.status = 'SUSPENDED' AND s.suspendedUntil <= datetime({epochMillis: $now}) AND s.key IS NOT NULL
        RETURN s.id AS id LIMIT $limit
        UNION
        MATCH (s:Subscription)
        USING INDEX SEEK s:Subscription(status, consentExpiresAt)
        WHERE s.status = 'SUBSCRIBED' AND s.consentExpiresAt <= datetime({epochMillis: $now}) AND s.key IS NOT NULL
        RETURN s.id AS id LIMIT $limit
    }
    WITH id LIMIT $limit
    RETURN collect(id)
    """,
    WRITE_TIMEOUT_MS,
)

OWNERS: Final = Statement(
    "owners_of_subscriptions",
    """
    UNWIND $ids AS id
    MATCH (p:Profile)-[:HAS_SUBSCRIPTION]->(s:Subscription {id: id})
    RETURN collect([s.id, coalesce(p.mergedInto, p.id)])
    """,
)
