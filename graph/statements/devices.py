"""A browser, a device or a push token comes to somebody else, or to nobody."""

from __future__ import annotations

from typing import Final

from graph.statement import Statement

# Left to itself, the planner looks at all people of a small graph before it looks who is asked for.
IDENTIFIED: Final = Statement(
    "identified_profiles",
    """
    UNWIND $ids AS id
    MATCH (p:Profile {id: id}) USING INDEX SEEK p:Profile(id)
    WHERE EXISTS { MATCH (p)<-[link:IDENTIFIES]-(i) WHERE i.type IN $onePersonTypes OR link.verifiedAt IS NOT NULL
        OR (i.type IN $contactTypes AND NOT EXISTS { (i)-[:IDENTIFIES]->(:Profile {id: $knownId}) }) }
    RETURN collect(p.id)
    """,
)

UNLINK: Final = Statement(
    "unlink_identifiers",
    """
    UNWIND $links AS row
    MATCH (i:Identifier {key: row.key})
    MATCH (i)-[link:IDENTIFIES]->(:Profile {id: row.profileId})
    DELETE link
    RETURN collect([row.key, row.profileId])
    """,
)

# By their ids, with whose they are.
AT_DEVICES: Final = Statement(
    "subscriptions_at_devices",
    """
    UNWIND $links AS row
    MATCH (i:Identifier {key: row.key})
    MATCH (i)<-[:AT]-(s:Subscription)<-[:HAS_SUBSCRIPTION]-(p:Profile {id: row.profileId})
    RETURN collect([s.id, p.id])
    """,
)
