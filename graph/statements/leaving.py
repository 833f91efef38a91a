"""Where a link in a letter leads. What a merge absorbed is spoken for by the one that stayed, at the same address."""

from __future__ import annotations

from typing import Final

from graph.statement import Statement

PLACE: Final = Statement(
    "place_of_leave_link",
    """
    MATCH (s:Subscription {id: $id})-[:AT]->(i:Identifier)
    MATCH (s)-[:OF]->(r:Resource)
    RETURN [i.masked, r.title]
    """,
)

SHARING: Final = Statement(
    "subscriptions_at_address_of_resource",
    """
    MATCH (named:Subscription {id: $id})-[:AT]->(i:Identifier)
    MATCH (named)-[:OF]->(r:Resource)
    MATCH (i)<-[:AT]-(s:Subscription)
    WHERE EXISTS { (s)-[:OF]->(r) } AND NOT EXISTS { (s)-[:ABSORBED_BY]->() }
    MATCH (s)<-[:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]-(p:Profile)
    RETURN collect([s.id, coalesce(p.mergedInto, p.id)])
    """,
)
