"""Where a link in a letter leads: to an address and a resource, whosever subscriptions are there by now."""

from __future__ import annotations

from typing import Final

from graph.statement import Statement

PLACE: Final = Statement(
    "place_of_leave_link",
    """
    MATCH (i:Identifier {id: $identifierId})
    MATCH (r:Resource {id: $resourceId})
    RETURN [i.masked, r.title]
    """,
)

SHARING: Final = Statement(
    "subscriptions_at_address_of_resource",
    """
    MATCH (:Identifier {id: $identifierId})<-[:AT]-(s:Subscription)
    WHERE EXISTS { (s)-[:OF]->(:Resource {id: $resourceId}) } AND NOT EXISTS { (s)-[:ABSORBED_BY]->() }
    MATCH (s)<-[:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]-(p:Profile)
    RETURN collect([s.id, coalesce(p.mergedInto, p.id)])
    """,
)
