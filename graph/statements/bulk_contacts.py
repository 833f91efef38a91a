from __future__ import annotations

from typing import Final

from graph.statement import Statement
from graph.statements.bulk import BULK_TIMEOUT_MS

_READ_TIMEOUT_MS: Final = 30_000

MERGE_RESOURCE: Final = Statement(
    "bulk_merge_resource",
    """
    MERGE (r:Resource {key: $key})
    ON CREATE SET r.id = $id, r.title = $title, r.channels = $channels, r.sender = $sender,
        r.senderName = $senderName, r.requireDoubleOptIn = $requireDoubleOptIn,
        r.raisePriorityOfNew = $raisePriorityOfNew, r.createdAt = datetime({epochMillis: $now}), r.synthetic = true
    WITH r
    CALL (r) {
        UNWIND $categories AS row
        MERGE (c:Category {scopedKey: r.id + ':' + row.key})
        ON CREATE SET c.id = row.id, c.key = row.key, c.title = row.title, c.mandatory = row.mandatory,
            c.active = true, c.joinedByDefault = row.joinedByDefault, c.createdAt = datetime({epochMillis: $now}),
            c.synthetic = true
        MERGE (r)-[:OFFERS]->(c)
    }
    RETURN r.id
    """,
    BULK_TIMEOUT_MS,
)

# Who of these was not given made-up data before; a merged profile's facts are its survivor's affair.
WITHOUT_CONTACTS: Final = Statement(
    "bulk_without_contacts",
    """
    UNWIND $keys AS key
    MATCH (i:Identifier {key: key})-[:IDENTIFIES]->(p)
    WHERE p.synthetic IS NULL AND p.mergedInto IS NULL
    RETURN collect([key, p.id])
    """,
    _READ_TIMEOUT_MS,
)

# What somebody entered stays.
SET_CONTACTS: Final = Statement(
    "bulk_set_contacts",
    """
    UNWIND $rows AS row
    MATCH (p:Profile {id: row.id})
    SET p.synthetic = true, p.firstName = coalesce(p.firstName, row.firstName),
        p.lastName = coalesce(p.lastName, row.lastName), p.sex = coalesce(p.sex, row.sex),
        p.birthDate = coalesce(p.birthDate, date(row.birthDate)), p.locale = coalesce(p.locale, row.locale),
        p.timezone = coalesce(p.timezone, row.timezone), p.city = coalesce(p.city, row.city),
        p.kind = CASE WHEN row.kind = 'SUBSCRIBER' OR p.kind = 'ANONYMOUS' THEN row.kind ELSE p.kind END,
        p.revision = p.revision + 1, p.updatedAt = datetime({epochMillis: $now})
    WITH p, row
    CALL (p, row) {
        UNWIND row.addresses AS address
        MATCH (i:Identifier {key: address})
        MERGE (i)-[link:IDENTIFIES]->(p)
        ON CREATE SET link.since = datetime({epochMillis: row.sinceMs}), link.source = $source,
            link.evidence = 'synthetic', link.synthetic = true
    }
    RETURN count(p)
    """,
    BULK_TIMEOUT_MS,
)

SUPPRESS: Final = Statement(
    "bulk_suppress_identifiers",
    """
    UNWIND $rows AS row
    MATCH (i:Identifier {key: row.key})
    MERGE (x:Suppression {key: i.id + '::'})
    ON CREATE SET x.id = row.id, x.kind = 'ADDRESS', x.since = datetime({epochMillis: row.atMs}),
        x.reason = row.reason, x.synthetic = true
    MERGE (x)-[:STOPS]->(i)
    RETURN count(i)
    """,
    BULK_TIMEOUT_MS,
)

CREATE_SUBSCRIPTIONS: Final = Statement(
    "bulk_create_subscriptions",
    """
    UNWIND $rows AS row
    MERGE (s:Subscription {key: row.key})
    ON CREATE SET s.id = row.id
    WITH s, row WHERE s.id = row.id
    MATCH (p:Profile {id: row.profileId})
    MATCH (i:Identifier {key: row.address})
    MATCH (r:Resource {id: $resourceId})
    SET s.channel = row.channel, s.status = row.status, s.priority = row.priority, s.synthetic = true,
        s.optInAt = datetime({epochMillis: row.optInMs}), s.optInIp = row.optInIp, s.optInUrl = row.optInUrl,
        s.optInSource = row.optInSource, s.optInWording = row.optInWording,
        s.createdAt = datetime({epochMillis: row.createdMs}), s.updatedAt = datetime({epochMillis: row.updatedMs}),
        s.suspendedUntil = CASE WHEN row.suspendedUntilMs IS NULL THEN NULL
            ELSE datetime({epochMillis: row.suspendedUntilMs}) END
    CREATE (p)-[:HAS_SUBSCRIPTION]->(s)
    CREATE (s)-[:AT]->(i)
    CREATE (s)-[:OF]->(r)
    WITH s, r, row
    CALL (s, r, row) {
        UNWIND row.left AS key
        MATCH (r)-[:OFFERS]->(c {key: key})
        CREATE (s)-[:LEFT {at: datetime({epochMillis: row.updatedMs})}]->(c)
    }
    CALL (s, row) {
        UNWIND row.history AS step
        CREATE (:ConsentRecord {id: step.id, scope: 'SUBSCRIPTION', subjectId: row.id, seq: step.seq,
            profileId: row.profileId, at: datetime({epochMillis: step.atMs}), fromStatus: step.fromStatus,
            toStatus: step.toStatus, cause: step.cause, source: $source, actor: step.actor,
            synthetic: true})-[:ABOUT]->(s)
    }
    RETURN count(s)
    """,
    BULK_TIMEOUT_MS,
)

KNOWN_EVENTS: Final = Statement(
    "bulk_known_events",
    "MATCH (e:Event) WHERE e.sourceKey IN $keys RETURN collect(e.sourceKey)",
    _READ_TIMEOUT_MS,
)

CREATE_EVENTS: Final = Statement(
    "bulk_create_events",
    """
    UNWIND $rows AS row
    MERGE (e:Event {sourceKey: row.key})
    ON CREATE SET e.id = row.id
    WITH e, row WHERE e.id = row.id
    MATCH (p:Profile {id: row.profileId})
    SET e.source = $source, e.externalId = row.externalId, e.profileId = row.profileId, e.type = row.type,
        e.occurredAt = datetime({epochMillis: row.occurredMs}), e.receivedAt = datetime({epochMillis: row.receivedMs}),
        e.valueMicros = row.valueMicros, e.properties = row.properties, e.isTest = false, e.synthetic = true
    CREATE (e)-[:BY]->(p)
    WITH e, row
    CALL (e, row) {
        UNWIND row.products AS product
        MATCH (x:Product {sourceKey: product})
        CREATE (e)-[:ABOUT]->(x)
    }
    RETURN collect(row.key)
    """,
    BULK_TIMEOUT_MS,
)
