from __future__ import annotations

from typing import Final

from graph.statement import Statement
from graph.statements.suppressions import stopping

CANDIDATES: Final = Statement(
    "send_candidates",
    """
    MATCH (p:Profile {id: $profileId})-[:HAS_SUBSCRIPTION]->(s:Subscription)
    WHERE s.channel IN $channels AND ($subscriptionId IS NULL OR s.id = $subscriptionId)
        AND EXISTS { (s)-[:OF]->(:Resource {id: $resourceId}) }
    MATCH (s)-[:AT]->(i)
    OPTIONAL MATCH (c:Category {id: $categoryId})
    WITH p, s, i, c ORDER BY s.priority, s.id LIMIT 100
    RETURN collect({id: s.id, channel: s.channel, priority: s.priority, createdAt: s.createdAt.epochMillis,
        profileStatus: p.status, subscriptionStatus: s.status, suspendedUntil: s.suspendedUntil.epochMillis,
        consentExpiresAt: s.consentExpiresAt.epochMillis, suppressions: """
    + stopping("$resourceId")
    + """,
        category: CASE WHEN c IS NULL THEN null ELSE {
            mandatory: coalesce(c.mandatory, false), active: coalesce(c.active, true),
            joinedByDefault: coalesce(c.joinedByDefault, true),
            membership: CASE WHEN EXISTS { (s)-[:LEFT]->(c) } THEN 'LEFT'
                             WHEN EXISTS { (s)-[:JOINED]->(c) } THEN 'JOINED' END } END})
    """,
)

QUEUE: Final = Statement(
    "queue_message",
    """
    MATCH (s:Subscription {id: $subscriptionId})
    CREATE (o:Outreach {id: $outreachId, profileId: $profileId, origin: 'API', state: 'QUEUED',
        createdAt: datetime({epochMillis: $now})})
    CREATE (m:Message:Pending {id: $messageId, profileId: $profileId, state: 'QUEUED', purpose: $purpose,
        channel: $channel, categoryId: $categoryId, isTest: $isTest,
        createdAt: datetime({epochMillis: $now}), dueAt: datetime({epochMillis: $dueAt}),
        expiresAt: CASE WHEN $expiresAt IS NOT NULL THEN datetime({epochMillis: $expiresAt}) END,
        attemptCount: 0, openCount: 0, clickCount: 0, lock: 1})
    SET m += $content
    CREATE (m)-[:TO]->(s)
    CREATE (m)-[:PART_OF]->(o)
    RETURN [o.id, m.id]
    """,
)

REFUSE: Final = Statement(
    "refuse_outreach",
    """
    CREATE (o:Outreach {id: $outreachId, profileId: $profileId, origin: 'API', state: 'REFUSED', refusedBy: $refusedBy,
        reason: $reason, createdAt: datetime({epochMillis: $now})})
    RETURN o.id
    """,
)
