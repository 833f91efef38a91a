from __future__ import annotations

from typing import Final

from graph.statement import Statement

RESOURCE: Final = Statement(
    "resource_with_categories",
    """
    MATCH (r:Resource) WHERE ($id IS NOT NULL AND r.id = $id) OR ($key IS NOT NULL AND r.key = $key)
    RETURN [r.id, r.channels, COLLECT { MATCH (r)-[:OFFERS]->(c:Category) RETURN [c.id, c.key] }]
    """,
)

CREATE_RESOURCE: Final = Statement(
    "create_resource",
    """
    CREATE (r:Resource {id: $id, key: $key, title: $title, channels: $channels, sender: $sender,
        senderName: $senderName, createdAt: datetime({epochMillis: $now})})
    FOREACH (row IN $categories |
        CREATE (r)-[:OFFERS]->(:Category {id: row.id, key: row.key, scopedKey: $id + ':' + row.key, title: row.title,
            mandatory: row.mandatory, joinedByDefault: row.joinedByDefault, active: true,
            createdAt: datetime({epochMillis: $now})}))
    RETURN r.id
    """,
)

FIND: Final = Statement(
    "find_subscription",
    """
    MATCH (s:Subscription {key: $key})
    SET s.key = s.key
    RETURN [s.id, s.status, s.priority, head(COLLECT {
        MATCH (s)<-[:ABOUT]-(c:ConsentRecord) RETURN c.at.epochMillis ORDER BY c.seq DESC LIMIT 1
    }), s.optInAt.epochMillis]
    """,
)

# A new address goes on top: whoever stood at its place or below moves one down, as far as GraphQL's Int goes.
MAKE_ROOM: Final = Statement(
    "make_room_for_subscription",
    """
    MATCH (:Profile {id: $profileId})-[:HAS_SUBSCRIPTION]->(s:Subscription {channel: $channel})
    WHERE s.priority >= $priority AND s.key <> $key AND EXISTS { (s)-[:OF]->(:Resource {id: $resourceId}) }
    WITH s ORDER BY s.id
    SET s.priority = CASE WHEN s.priority < 2147483647 THEN s.priority + 1 ELSE 2147483647 END
    RETURN count(s)
    """,
)

CREATE: Final = Statement(
    "create_subscription",
    """
    MATCH (p:Profile {id: $profileId})
    MATCH (i:Identifier {id: $identifierId})
    MATCH (r:Resource {id: $resourceId})
    CREATE (p)-[:HAS_SUBSCRIPTION]->(s:Subscription {id: $id, key: $key, channel: $channel, status: 'SUBSCRIBED',
        priority: $priority, createdAt: datetime({epochMillis: $now}), updatedAt: datetime({epochMillis: $now})})
    CREATE (s)-[:AT]->(i)
    CREATE (s)-[:OF]->(r)
    RETURN s.id
    """,
)

SET_EVIDENCE: Final = Statement(
    "set_opt_in_evidence",
    """
    MATCH (s:Subscription {id: $id})
    SET s.optInAt = datetime({epochMillis: $at}), s.optInIp = $ip, s.optInUrl = $url, s.optInSource = $source,
        s.optInWording = $wording
    RETURN s.id
    """,
)

SET_PRIORITY: Final = Statement(
    "set_subscription_priority",
    "MATCH (s:Subscription {id: $id}) SET s.priority = $priority RETURN s.id",
)

SET_STATUS: Final = Statement(
    "set_subscription_status",
    """
    MATCH (s:Subscription {id: $id})
    SET s.status = $status, s.updatedAt = datetime({epochMillis: $now})
    REMOVE s.suspendedUntil
    RETURN s.id
    """,
)

JOIN: Final = Statement(
    "join_categories",
    """
    MATCH (s:Subscription {id: $id})
    UNWIND $categoryIds AS categoryId
    MATCH (c:Category {id: categoryId})
    WHERE NOT EXISTS { (s)-[:JOINED]->(c) }
    OPTIONAL MATCH (s)-[left:LEFT]->(c)
    DELETE left
    CREATE (s)-[:JOINED {at: datetime({epochMillis: $now})}]->(c)
    RETURN count(*)
    """,
)

# A subscription that a merge absorbed is spoken for by the one that stayed: links in letters know only its own id.
PRESENT: Final = Statement(
    "present_subscription",
    """
    MATCH (:Subscription {id: $id})-[:ABSORBED_BY*0..]->(s:Subscription) WHERE NOT EXISTS { (s)-[:ABSORBED_BY]->() }
    MATCH (p:Profile)-[:HAS_SUBSCRIPTION]->(s)
    RETURN [s.id, coalesce(p.mergedInto, p.id)]
    """,
)

LOCK: Final = Statement(
    "lock_subscription",
    "MATCH (s:Subscription {id: $id}) SET s.key = s.key RETURN s.status",
)
