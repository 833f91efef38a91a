from __future__ import annotations

from typing import Final

from graph.statement import Statement

# Whose a subscription is, also where it was archived or absorbed.
OWNER: Final = Statement(
    "owner_of_any_subscription",
    """
    MATCH (s:Subscription {id: $id})<-[:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]-(p:Profile)
    RETURN coalesce(p.mergedInto, p.id)
    """,
)

# Which subscription speaks today for the one that a confirmation is of; what was done first since it was asked for, or
# null; and what was asked: its wording and its end. Once another one spoke for it, what was done with that one counts.
ASKED: Final = Statement(
    "asked_confirmation",
    """
    MATCH (asked:ConsentRecord {id: $recordId})-[:ABOUT]->(named:Subscription {id: $id})
    MATCH way = (named)-[:ABSORBED_BY*0..200]->(s) WHERE NOT EXISTS { (s)-[:ABSORBED_BY]->() }
    WITH asked, named, s, nodes(way) AS spoke, [null] + [edge IN relationships(way) | edge.at] AS since
    RETURN [s.id, head(COLLECT {
        UNWIND range(0, size(spoke) - 1) AS n
        WITH n, spoke[n] AS each
        MATCH (each)<-[:ABOUT]-(next:ConsentRecord)
        WHERE next.subjectId = each.id AND NOT next.cause IN $noActs
            AND CASE WHEN n = 0 THEN next.seq > asked.seq ELSE next.at >= since[n] END
        RETURN next.cause ORDER BY next.at, next.seq LIMIT 1
    }), named.optInWording, named.consentExpiresAt.epochMillis]
    """,
)

LOCK: Final = Statement(
    "lock_any_subscription",
    "MATCH (s:Subscription {id: $id}) SET s.id = $id RETURN s.id",
)

# Whose it is, what it says, and what stands in the ledger and against it. The survivor of a merge holds what opt-outs
# there are, and a push token is only used for whom it points to.
STATE: Final = Statement(
    "state_of_subscription",
    """
    MATCH (s:Subscription {id: $id})<-[has:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]-(holder:Profile)
    MATCH (p:Profile {id: coalesce(holder.mergedInto, holder.id)})
    MATCH (s)-[:OF]->(r)
    MATCH (s)-[:AT]->(i)
    RETURN {id: s.id, profileId: p.id, resourceId: r.id, channel: s.channel, identifierId: i.id,
        identifierType: i.type, status: s.status, priority: s.priority, isListed: type(has) = 'HAS_SUBSCRIPTION',
        isArchived: s.archivedAt IS NOT NULL, ownsAddress: EXISTS { (i)-[:IDENTIFIES]->(p) },
        suspendedUntil: s.suspendedUntil.epochMillis, consentExpiresAt: s.consentExpiresAt.epochMillis,
        optInAt: s.optInAt.epochMillis,
        details: s {.deviceType, .deviceModel, .deviceOs, .deviceOsVersion, .deviceAppId, .deviceAppVersion,
            .deviceLanguage, .pushProvider, .pushP256dh, .pushAuth},
        optedOutAt: head(COLLECT {
            MATCH (p)-[:OPTED_OUT]->(no:OptOut)
            WHERE (no.resourceId = r.id OR no.channel = s.channel)
                AND NOT r.id IN coalesce(no.liftedForResources, [])
                AND NOT s.channel IN coalesce(no.liftedForChannels, [])
            RETURN no.since.epochMillis ORDER BY no.since DESC LIMIT 1
        }),
        last: head(COLLECT {
            MATCH (s)<-[:ABOUT]-(c:ConsentRecord) WHERE c.subjectId = s.id
            RETURN [c.id, c.at.epochMillis, c.fromStatus, c.cause] ORDER BY c.seq DESC LIMIT 1
        }),
        beforePause: head(COLLECT {
            MATCH (s)<-[:ABOUT]-(c:ConsentRecord) WHERE c.subjectId = s.id AND c.toStatus <> 'SUSPENDED'
            RETURN c.toStatus ORDER BY c.seq DESC LIMIT 1
        })}
    """,
)

SET_PAUSE: Final = Statement(
    "pause_subscription",
    """
    MATCH (s:Subscription {id: $id})
    SET s.status = 'SUSPENDED', s.suspendedUntil = datetime({epochMillis: $until}),
        s.updatedAt = datetime({epochMillis: $now})
    RETURN s.id
    """,
)

SET_CONSENT_END: Final = Statement(
    "set_end_of_consent",
    """
    MATCH (s:Subscription {id: $id})
    SET s.consentExpiresAt = CASE WHEN $until IS NULL THEN null ELSE datetime({epochMillis: $until}) END
    RETURN s.id
    """,
)

# Names that are not in the map stay as they are.
SET_PROPERTIES: Final = Statement(
    "set_properties_of_subscription",
    "MATCH (s:Subscription {id: $id}) SET s += $properties RETURN s.id",
)

PLACES: Final = Statement(
    "places_of_subscriptions",
    """
    MATCH (:Profile {id: $profileId})-[:HAS_SUBSCRIPTION]->(s:Subscription {channel: $channel})
    WHERE EXISTS { (s)-[:OF]->(r:Resource) WHERE r.id = $resourceId }
    RETURN collect([s.id, s.priority])
    """,
)

SET_PLACES: Final = Statement(
    "set_places_of_subscriptions",
    """
    UNWIND $places AS row
    MATCH (s:Subscription {id: row.id})
    SET s.priority = row.priority
    RETURN count(s)
    """,
)

CATEGORIES: Final = Statement(
    "said_about_categories",
    """
    MATCH (s:Subscription {id: $id})
    UNWIND $categoryIds AS categoryId
    MATCH (c:Category {id: categoryId})
    OPTIONAL MATCH (s)-[said:JOINED|LEFT]->(c)
    RETURN collect([c.id, type(said), said.at.epochMillis])
    """,
)

JOIN: Final = Statement(
    "join_categories",
    """
    MATCH (s:Subscription {id: $id})
    UNWIND $categoryIds AS categoryId
    MATCH (c:Category {id: categoryId})
    OPTIONAL MATCH (s)-[left:LEFT]->(c)
    DELETE left
    CREATE (s)-[:JOINED {at: datetime({epochMillis: $now})}]->(c)
    RETURN count(*)
    """,
)

# What a subscribe looks at before it opens anything: the subscription at the address, the person's own status and since
# when, and what they archived at the address; of that the newest, since it says what holds now.
STANDING: Final = Statement(
    "standing_before_subscribe",
    """
    MATCH (p:Profile {id: $profileId})
    OPTIONAL MATCH (present:Subscription {key: $key})
    RETURN [present.id, p.status, head(COLLECT {
        MATCH (p)<-[:ABOUT]-(c:ConsentRecord) WHERE c.subjectId = p.id
        RETURN c.at.epochMillis ORDER BY c.seq DESC LIMIT 1
    }), head(COLLECT {
        UNWIND coalesce(p.memberIds, [p.id]) AS memberId
        MATCH (:Profile {id: memberId})-[:HAD_SUBSCRIPTION]->(s:Subscription {channel: $channel})
        WHERE s.archivedAt IS NOT NULL AND EXISTS { (s)-[:AT]->(i) WHERE i.id = $identifierId }
            AND EXISTS { (s)-[:OF]->(r) WHERE r.id = $resourceId }
        RETURN s.id ORDER BY s.archivedAt DESC, s.id DESC LIMIT 1
    })]
    """,
)

# Another subscription of the person at the same address: one in use, and the newest that was archived after this one.
BESIDE_ARCHIVED: Final = Statement(
    "beside_archived_subscription",
    """
    MATCH (archived:Subscription {id: $id})
    MATCH (p:Profile {id: $profileId})
    RETURN [head(COLLECT { MATCH (present:Subscription {key: $key}) RETURN present.id }), head(COLLECT {
        UNWIND coalesce(p.memberIds, [p.id]) AS memberId
        MATCH (:Profile {id: memberId})-[:HAD_SUBSCRIPTION]->(s:Subscription {channel: archived.channel})
        WHERE s.archivedAt >= archived.archivedAt AND s.id <> archived.id
            AND EXISTS { (s)-[:OF]->()<-[:OF]-(archived) }
            AND EXISTS { (s)-[:AT]->(i) WHERE i.id = $identifierId }
        RETURN s.id ORDER BY s.archivedAt DESC, s.id DESC LIMIT 1
    })]
    """,
)

ARCHIVE: Final = Statement(
    "archive_subscription",
    """
    MATCH (s:Subscription {id: $id})<-[has:HAS_SUBSCRIPTION]-(p:Profile)
    CREATE (p)-[:HAD_SUBSCRIPTION]->(s)
    DELETE has
    SET s.key = null, s.archivedAt = datetime({epochMillis: $now}), s.updatedAt = datetime({epochMillis: $now})
    RETURN s.id
    """,
)

RESTORE: Final = Statement(
    "restore_subscription",
    """
    MATCH (s:Subscription {id: $id})
    MATCH (p:Profile {id: $profileId})
    CALL (s) { MATCH (s)<-[had:HAD_SUBSCRIPTION]-() DELETE had }
    CREATE (p)-[:HAS_SUBSCRIPTION]->(s)
    SET s.key = $key, s.priority = $priority, s.archivedAt = null, s.updatedAt = datetime({epochMillis: $now})
    RETURN s.id
    """,
)

MOVE_ADDRESS: Final = Statement(
    "move_address_of_subscription",
    """
    MATCH (s:Subscription {id: $id})
    MATCH (i:Identifier {id: $identifierId})
    CALL (s) { MATCH (s)-[at:AT]->() DELETE at }
    CREATE (s)-[:AT]->(i)
    SET s.key = $key, s.updatedAt = datetime({epochMillis: $now})
    RETURN s.id
    """,
)

# Who uses a token that was looked at before its lock is looked at again after it.
TOKEN_HOLDERS: Final = Statement(
    "holders_of_token",
    """
    MATCH (i:Identifier {key: $key})<-[:AT]-(s:Subscription)<-[:HAS_SUBSCRIPTION]-(holder:Profile)
    WHERE s.status IN $open
    RETURN collect(DISTINCT coalesce(holder.mergedInto, holder.id))
    """,
)

LOCK_ELSEWHERE: Final = Statement(
    "lock_subscriptions_of_others_at_token",
    """
    MATCH (i:Identifier {id: $identifierId})<-[:AT]-(s:Subscription)<-[:HAS_SUBSCRIPTION]-(holder:Profile)
    WITH s, coalesce(holder.mergedInto, holder.id) AS profileId ORDER BY s.id
    WHERE profileId <> $profileId
    SET s.id = s.id
    RETURN collect([s.id, profileId])
    """,
)

TAKE_FROM_OTHERS: Final = Statement(
    "take_token_from_others",
    """
    MATCH (i:Identifier {id: $identifierId})-[link:IDENTIFIES]->(p:Profile)
    WHERE coalesce(p.mergedInto, p.id) <> $profileId
    WITH link, coalesce(p.mergedInto, p.id) AS profileId
    DELETE link
    RETURN collect(DISTINCT profileId)
    """,
)
