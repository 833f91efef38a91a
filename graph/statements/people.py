from __future__ import annotations

from typing import Final

from graph.statement import Statement

OWNERS: Final = Statement(
    "owners_of_identifiers",
    """
    UNWIND $keys AS key
    MATCH (:Identifier {key: key})-[:IDENTIFIES]->(linked:Profile)
    WITH DISTINCT key, coalesce(linked.mergedInto, linked.id) AS ownerId
    MATCH (owner:Profile {id: ownerId})
    RETURN collect([key, owner.id, COLLECT {
        MATCH (one:Identifier)-[:IDENTIFIES]->(owner) WHERE one.type IN $onePersonTypes RETURN one.key
    }])
    """,
)

# Writing a property takes the lock, even when its value stays: a lock without a trace.
LOCK_PROFILES: Final = Statement(
    "lock_profiles",
    """
    UNWIND $ids AS id
    MATCH (p:Profile {id: id})
    SET p.revision = p.revision
    RETURN count(p)
    """,
)

LOCK_IDENTIFIERS: Final = Statement(
    "lock_identifiers",
    """
    UNWIND $identifiers AS row
    MERGE (i:Identifier {key: row.key})
    ON CREATE SET i.id = row.id, i.type = row.type, i.namespace = row.namespace, i.value = row.value,
        i.masked = row.masked, i.reversed = row.reversed, i.domain = row.domain,
        i.createdAt = datetime({epochMillis: $now})
    SET i.type = row.type
    RETURN collect([row.key, i.id])
    """,
)

FORGET_UNUSED_IDENTIFIERS: Final = Statement(
    "forget_unused_identifiers",
    """
    UNWIND $keys AS key
    MATCH (i:Identifier {key: key})
    WHERE NOT EXISTS { (i)--() }
    DELETE i
    RETURN count(*)
    """,
)

CREATE_PROFILES: Final = Statement(
    "create_profiles",
    """
    UNWIND $profiles AS row
    CREATE (p:Profile {id: row.id, status: 'SUBSCRIBED', revision: 0, isTest: row.isTest,
        kind: 'ANONYMOUS', isIdentified: false,
        createdAt: datetime({epochMillis: $now}), updatedAt: datetime({epochMillis: $now}),
        firstSeenAt: datetime({epochMillis: $now})})
    RETURN count(p)
    """,
)

LINK_IDENTIFIERS: Final = Statement(
    "link_identifiers",
    """
    UNWIND $links AS row
    MATCH (p:Profile {id: row.profileId})
    MATCH (i:Identifier {key: row.key})
    WHERE NOT EXISTS { (i)-[:IDENTIFIES]->(p) }
    CREATE (i)-[:IDENTIFIES {since: datetime({epochMillis: $now}), source: row.source}]->(p)
    RETURN collect(row.profileId)
    """,
)

# Kind and isIdentified are kept with the profile, so that nobody has to count edges to show or filter them.
TOUCH_PROFILES: Final = Statement(
    "touch_profiles",
    """
    UNWIND $ids AS id
    MATCH (p:Profile {id: id})
    SET p.revision = p.revision + 1, p.updatedAt = datetime({epochMillis: $now}),
        p.isIdentified = EXISTS {
            MATCH (p)<-[link:IDENTIFIES]-(i:Identifier) WHERE i.type = 'EXTERNAL' OR link.verifiedAt IS NOT NULL },
        p.kind = CASE
            WHEN p.status = 'SUBSCRIBED'
                AND EXISTS { MATCH (p)-[:HAS_SUBSCRIPTION]->(s:Subscription) WHERE s.status = 'SUBSCRIBED' }
                THEN 'SUBSCRIBER'
            WHEN EXISTS { MATCH (p)<-[:IDENTIFIES]-(i:Identifier) WHERE i.type IN $contactTypes } THEN 'LEAD'
            ELSE 'ANONYMOUS' END
    RETURN collect([p.id, p.revision])
    """,
)

FIELDS: Final = Statement(
    "profile_fields",
    """
    MATCH (p:Profile {id: $id})
    RETURN p {.firstName, .lastName, birthDate: toString(p.birthDate), .sex, .locale, .timezone, .country, .city}
    """,
)

SET_FIELDS: Final = Statement(
    "set_profile_fields",
    """
    MATCH (p:Profile {id: $id})
    SET p += $fields
    RETURN p.id
    """,
)

SEEN: Final = Statement(
    "profiles_seen",
    """
    UNWIND $seen AS row
    MATCH (p:Profile {id: row.id})
    WITH p, datetime({epochMillis: row.first}) AS first, datetime({epochMillis: row.last}) AS last
    SET p.firstSeenAt = CASE WHEN p.firstSeenAt <= first THEN p.firstSeenAt ELSE first END,
        p.lastSeenAt = CASE WHEN p.lastSeenAt >= last THEN p.lastSeenAt ELSE last END
    RETURN count(p)
    """,
)

SURVIVOR: Final = Statement(
    "survivor",
    """
    MATCH (p:Profile {id: $id})
    MATCH (survivor:Profile {id: coalesce(p.mergedInto, p.id)})
    RETURN survivor.id
    """,
)
