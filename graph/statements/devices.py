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
    WHERE EXISTS { MATCH (p)<-[link:IDENTIFIES]-(i) WHERE i.type IN $onePersonTypes OR link.verifiedAt IS NOT NULL }
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

# Whoever has the device now must not read what was meant for somebody else. A refusal says more than a suspension.
SUSPEND: Final = Statement(
    "suspend_handed_over",
    """
    UNWIND $ids AS id
    MATCH (s:Subscription {id: id})
    SET s.channel = s.channel
    WITH s, s.status AS before
    WHERE before IN ['SUBSCRIBED', 'UNCONFIRMED'] OR before = 'SUSPENDED' AND s.suspendedUntil IS NOT NULL
    SET s.status = 'SUSPENDED', s.suspendedUntil = null, s.updatedAt = datetime({epochMillis: $now})
    RETURN collect([s.id, before])
    """,
)
