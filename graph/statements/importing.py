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
    RETURN collect({id: p.id, status: p.status, cause: CASE WHEN p.status <> 'SUBSCRIBED' THEN head(COLLECT {
            MATCH (p)<-[:ABOUT]-(c:ConsentRecord) WHERE c.subjectId = p.id RETURN c.cause ORDER BY c.seq DESC LIMIT 1
        }) END, hasOptOuts: EXISTS { (p)-[:OPTED_OUT]->() }, held: COLLECT {
        UNWIND coalesce(p.memberIds, [p.id]) AS memberId
        MATCH (:Profile {id: memberId})-[has:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]->(s:Subscription)-[:OF]->(r)
        WHERE r.id IN $resourceIds AND (type(has) = 'HAS_SUBSCRIPTION' OR s.archivedAt IS NOT NULL)
        MATCH (s)-[:AT]->(i)
        RETURN {id: s.id, resourceId: r.id, channel: s.channel, key: i.key, isListed: type(has) = 'HAS_SUBSCRIPTION',
            status: s.status, suspendedUntil: s.suspendedUntil.epochMillis,
            consentExpiresAt: s.consentExpiresAt.epochMillis, optInAt: s.optInAt.epochMillis, priority: s.priority,
            joined: COLLECT { MATCH (s)-[:JOINED]->(c) RETURN c.id },
            cause: CASE WHEN s.status <> 'SUBSCRIBED' THEN head(COLLECT {
                MATCH (s)<-[:ABOUT]-(c:ConsentRecord) WHERE c.subjectId = s.id
                RETURN c.cause ORDER BY c.seq DESC LIMIT 1 }) END}
    }})
    """,
)

# Each with the first record of its ledger, which nothing can come before. They come by resource and by person, because
# to look for a node among thousands that are not committed yet costs more than to write one.
CREATE_SUBSCRIPTIONS: Final = Statement(
    "create_imported_subscriptions",
    """
    WITH datetime({epochMillis: $now}) AS now
    UNWIND $resources AS place
    MATCH (r:Resource {id: place.id})
    UNWIND place.people AS person
    MATCH (p:Profile {id: person.id})
    UNWIND person.subscriptions AS row
    MATCH (i:Identifier {id: row.identifierId})
    CREATE (p)-[:HAS_SUBSCRIPTION]->(s:Subscription {id: row.id, key: row.key, channel: row.channel,
        status: row.status, priority: row.priority, createdAt: now, updatedAt: now, optInIp: row.evidenceIp,
        optInUrl: row.evidenceUrl, optInSource: row.evidenceSource, optInWording: row.evidenceWording,
        optInAt: CASE WHEN row.evidenceAt IS NULL THEN null ELSE datetime({epochMillis: row.evidenceAt}) END,
        consentExpiresAt: CASE WHEN row.consentExpiresAt IS NULL THEN null
            ELSE datetime({epochMillis: row.consentExpiresAt}) END})
    CREATE (s)-[:AT]->(i), (s)-[:OF]->(r)
    WITH s, {id: row.recordId, scope: $scope, subjectId: row.id, profileId: person.id, at: $now, toStatus: row.status,
        cause: $cause, source: $source, actor: $actor, evidenceIp: row.evidenceIp, evidenceUrl: row.evidenceUrl,
        evidenceSource: row.evidenceSource, evidenceWording: row.evidenceWording, evidenceAt: row.evidenceAt} AS first
    CREATE """
    + new_record("first", "1")
    + """-[:ABOUT]->(s)
    RETURN count(s)
    """,
)
