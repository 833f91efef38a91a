from __future__ import annotations

from typing import Final

from graph.statement import Statement

RESOURCE: Final = Statement(
    "resource_with_categories",
    """
    MATCH (r:Resource) WHERE ($id IS NOT NULL AND r.id = $id) OR ($key IS NOT NULL AND r.key = $key)
    RETURN [r.id, r.channels, COLLECT { MATCH (r)-[:OFFERS]->(c:Category) RETURN [c.id, c.key] },
        coalesce(r.requireDoubleOptIn, false), coalesce(r.raisePriorityOfNew, true)]
    """,
)

CREATE_RESOURCE: Final = Statement(
    "create_resource",
    """
    CREATE (r:Resource {id: $id, key: $key, title: $title, channels: $channels, sender: $sender,
        senderName: $senderName, requireDoubleOptIn: $requireDoubleOptIn, raisePriorityOfNew: $raisePriorityOfNew,
        onUnknown: $onUnknown, trackOpens: $trackOpens, trackClicks: $trackClicks, stopWords: $stopWords,
        startWords: $startWords, rateMicros: $rateMicros, burst: $burst,
        createdAt: datetime({epochMillis: $now})})
    FOREACH (row IN $categories |
        CREATE (r)-[:OFFERS]->(:Category {id: row.id, key: row.key, scopedKey: $id + ':' + row.key, title: row.title,
            mandatory: row.mandatory, joinedByDefault: row.joinedByDefault, active: true,
            createdAt: datetime({epochMillis: $now})}))
    RETURN r.id
    """,
)

UPDATE_RESOURCE: Final = Statement(
    "update_resource",
    """
    MATCH (r:Resource) WHERE ($id IS NOT NULL AND r.id = $id) OR ($key IS NOT NULL AND r.key = $key)
    SET r += $properties
    RETURN [r.id, r.channels, r.sender, coalesce(r.stopWords, []), coalesce(r.startWords, [])]
    """,
)

CREATE: Final = Statement(
    "create_subscription",
    """
    MATCH (p:Profile {id: $profileId})
    MATCH (i:Identifier {id: $identifierId})
    MATCH (r:Resource {id: $resourceId})
    CREATE (p)-[:HAS_SUBSCRIPTION]->(s:Subscription {id: $id, key: $key, channel: $channel, status: $status,
        priority: $priority, createdAt: datetime({epochMillis: $now}), updatedAt: datetime({epochMillis: $now})})
    SET s += $details, s.consentExpiresAt = CASE WHEN $consentExpiresAt IS NULL THEN null
        ELSE datetime({epochMillis: $consentExpiresAt}) END
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

SET_STATUS: Final = Statement(
    "set_subscription_status",
    """
    MATCH (s:Subscription {id: $id})
    SET s.status = $status, s.updatedAt = datetime({epochMillis: $now})
    REMOVE s.suspendedUntil
    RETURN s.id
    """,
)
