"""Many people at once, as an import brings them."""

from __future__ import annotations

from typing import Final

from graph.statement import Statement
from graph.statements.consent import new_record

# Of each person what bars them as a whole, and what they have or had at these resources.
STANDINGS: Final = Statement(
    "standings_before_import",
    """
    UNWIND $ids AS id
    MATCH (p:Profile {id: id})
    RETURN collect([p.id, p.status, EXISTS { (p)-[:OPTED_OUT]->() }, COLLECT {
        UNWIND coalesce(p.memberIds, [p.id]) AS memberId
        MATCH (:Profile {id: memberId})-[has:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]->(s:Subscription)-[:OF]->(r)
        WHERE r.id IN $resourceIds AND (type(has) = 'HAS_SUBSCRIPTION' OR s.archivedAt IS NOT NULL)
        MATCH (s)-[:AT]->(i)
        RETURN {id: s.id, resourceId: r.id, channel: s.channel, key: i.key, isListed: type(has) = 'HAS_SUBSCRIPTION',
            status: s.status, suspendedUntil: s.suspendedUntil.epochMillis,
            consentExpiresAt: s.consentExpiresAt.epochMillis, optInAt: s.optInAt.epochMillis, priority: s.priority,
            joined: COLLECT { MATCH (s)-[:JOINED]->(c) RETURN c.id }}
    }])
    """,
)

# Each with the first record of its ledger, which nothing can come before.
CREATE_SUBSCRIPTIONS: Final = Statement(
    "create_imported_subscriptions",
    """
    WITH datetime({epochMillis: $now}) AS now
    UNWIND $rows AS row
    MATCH (p:Profile {id: row.profileId})
    MATCH (i:Identifier {id: row.identifierId})
    MATCH (r:Resource {id: row.resourceId})
    CREATE (p)-[:HAS_SUBSCRIPTION]->(s:Subscription {id: row.id, key: row.key, channel: row.channel,
        status: row.status, priority: row.priority, createdAt: now, updatedAt: now, optInIp: row.optInIp,
        optInUrl: row.optInUrl, optInSource: row.optInSource, optInWording: row.optInWording,
        optInAt: CASE WHEN row.optInAt IS NULL THEN null ELSE datetime({epochMillis: row.optInAt}) END,
        consentExpiresAt: CASE WHEN row.consentExpiresAt IS NULL THEN null
            ELSE datetime({epochMillis: row.consentExpiresAt}) END})
    CREATE (s)-[:AT]->(i), (s)-[:OF]->(r)
    WITH s, row.record AS first
    CREATE """
    + new_record("first", "1")
    + """-[:ABOUT]->(s)
    RETURN count(s)
    """,
)

SET_STATUSES_OF_PROFILES: Final = Statement(
    "set_statuses_of_profiles",
    """
    UNWIND $rows AS row
    MATCH (p:Profile {id: row.id})
    SET p.status = row.status
    RETURN count(p)
    """,
)
