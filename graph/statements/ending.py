from __future__ import annotations

from typing import Final

from graph.statement import Statement

# One that was absorbed in a merge is its survivor's; one that was archived is still its person's, and may come back.
OWNER: Final = Statement(
    "owner_of_subscription_left",
    """
    MATCH (named:Subscription {id: $id})
    MATCH (named)-[:ABSORBED_BY*0..200]->(s) WHERE NOT EXISTS { (s)-[:ABSORBED_BY]->() }
    MATCH (p:Profile)-[:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]->(s)
    RETURN [coalesce(p.mergedInto, p.id), s.id]
    """,
)

SUBSCRIPTION_OF_MESSAGE: Final = Statement(
    "subscription_of_message",
    "MATCH (m:Message {id: $id})-[:TO]->(s:Subscription) RETURN s.id",
)

AT_RESOURCE: Final = Statement(
    "subscriptions_at_resource",
    """
    MATCH (:Profile {id: $profileId})-[:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]->(s:Subscription)
    WHERE NOT EXISTS { (s)-[:ABSORBED_BY]->() } AND EXISTS { (s)-[:OF]->(:Resource {id: $resourceId}) }
    RETURN collect(s.id)
    """,
)

ON_CHANNEL: Final = Statement(
    "subscriptions_on_channel",
    """
    MATCH (:Profile {id: $profileId})-[:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]->(s:Subscription {channel: $channel})
    WHERE NOT EXISTS { (s)-[:ABSORBED_BY]->() }
    RETURN collect(s.id)
    """,
)

# Of everybody who shares the address. What was archived may come back, and has to come back complained of.
AT_ADDRESS: Final = Statement(
    "subscriptions_at_address",
    """
    MATCH (:Identifier {key: $key})<-[:AT]-(s:Subscription {channel: $channel})
    MATCH (s)<-[:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]-(p:Profile)
    WHERE NOT EXISTS { (s)-[:ABSORBED_BY]->() }
    RETURN collect([s.id, coalesce(p.mergedInto, p.id)])
    """,
)

# By a property that nothing indexes: written with its own value, it takes the lock and leaves no trace.
LOCK: Final = Statement(
    "lock_subscriptions",
    """
    UNWIND $ids AS id
    MATCH (s:Subscription {id: id})
    SET s.createdAt = s.createdAt
    RETURN count(s)
    """,
)

STANDINGS: Final = Statement(
    "standings_of_subscriptions",
    """
    UNWIND $ids AS id
    MATCH (s:Subscription {id: id})
    WITH s, head(COLLECT {
        MATCH (s)<-[:ABOUT]-(c:ConsentRecord) WHERE c.subjectId = s.id
        RETURN [c.at.epochMillis, c.cause] ORDER BY c.seq DESC LIMIT 1
    }) AS last
    RETURN collect([s.id, s.status, s.suspendedUntil.epochMillis, s.consentExpiresAt.epochMillis, last[0], last[1]])
    """,
)

SET_STATUSES: Final = Statement(
    "set_subscription_statuses",
    """
    UNWIND $rows AS row
    MATCH (s:Subscription {id: row.id})
    SET s.status = row.status, s.updatedAt = datetime({epochMillis: $now})
    REMOVE s.suspendedUntil
    RETURN count(s)
    """,
)

# Whether it may be left, and what was said of it so far: an edge's type, or null; since when, and by which cause.
CATEGORY: Final = Statement(
    "category_of_subscription",
    """
    MATCH (s:Subscription {id: $id})-[:OF]->(:Resource)-[:OFFERS]->(c:Category)
    WHERE c.id = $categoryId OR c.key = $categoryKey
    WITH s, c, head(COLLECT {
        MATCH (s)-[said:LEFT|JOINED]->(c) RETURN [type(said), said.at.epochMillis] LIMIT 1
    }) AS said
    RETURN [c.id, coalesce(c.mandatory, false), said[0], said[1], head(COLLECT {
        MATCH (s)<-[:ABOUT]-(r:ConsentRecord) WHERE r.categoryId = c.id RETURN r.cause ORDER BY r.seq DESC LIMIT 1
    })]
    """,
)

LEAVE_CATEGORY_AGAIN: Final = Statement(
    "leave_category_again",
    """
    MATCH (s:Subscription {id: $id})
    MATCH (s)-[left:LEFT]->(:Category {id: $categoryId})
    SET left.at = datetime({epochMillis: $now}), s.updatedAt = datetime({epochMillis: $now})
    RETURN s.id
    """,
)

LEAVE_CATEGORY: Final = Statement(
    "leave_category",
    """
    MATCH (s:Subscription {id: $id})
    MATCH (c:Category {id: $categoryId})
    OPTIONAL MATCH (s)-[joined:JOINED]->(c)
    DELETE joined
    CREATE (s)-[:LEFT {at: datetime({epochMillis: $now})}]->(c)
    SET s.updatedAt = datetime({epochMillis: $now})
    RETURN s.id
    """,
)

MARK_MESSAGE: Final = Statement(
    "mark_message_that_ended_a_subscription",
    """
    MATCH (m:Message {id: $id})
    SET m.unsubscribedAt = coalesce(m.unsubscribedAt, datetime({epochMillis: $now}))
    RETURN m.id
    """,
)
