from __future__ import annotations

from typing import Final

from graph.statement import Statement

# Whom the identifiers point to, and of each of these people and of `$ids` how many identifiers of each type they have.
# What one person has is capped, so nobody keeps a counter that all writers would meet at.
OWNERS: Final = Statement(
    "owners_of_identifiers",
    """
    CALL () {
        UNWIND $keys AS key
        MATCH (:Identifier {key: key})-[:IDENTIFIES]->(linked:Profile)
        RETURN key, coalesce(linked.mergedInto, linked.id) AS ownerId
      UNION
        UNWIND $ids AS ownerId
        RETURN null AS key, ownerId
    }
    WITH ownerId, collect(key) AS keys
    MATCH (owner:Profile {id: ownerId})
    RETURN collect([owner.id, keys, COLLECT {
        MATCH (held:Identifier)-[:IDENTIFIES]->(owner)
        WITH held.type AS type, count(held) AS number,
            collect(CASE WHEN held.type IN $onePersonTypes THEN held.key END) AS own
        RETURN [type, number, own]
    }])
    """,
)

HOLDERS: Final = Statement(
    "holders_of_identifier",
    """
    MATCH (:Identifier {key: $key})-[:IDENTIFIES]->(p:Profile)
    RETURN collect(DISTINCT coalesce(p.mergedInto, p.id))
    """,
)

# Writing a property takes the lock, even when its value stays: a lock without a trace. The value must not come from
# the node: `SET p.revision = p.revision` reads before it waits, and writes back a revision that was passed by (seen).
LOCK_PROFILES: Final = Statement(
    "lock_profiles",
    """
    UNWIND $ids AS id
    MATCH (p:Profile {id: id})
    SET p.id = id
    RETURN count(p)
    """,
)

# With whether anybody has it: of what is new, nobody has to look for owners again. The type is set on new ones as well:
# with ON MATCH SET it failed on one that somebody deleted between being found and being locked (seen).
LOCK_IDENTIFIERS: Final = Statement(
    "lock_identifiers",
    """
    UNWIND $identifiers AS row
    MERGE (i:Identifier {key: row.key})
    ON CREATE SET i.id = row.id, i.type = row.type, i.namespace = row.namespace, i.value = row.value,
        i.masked = row.masked, i.reversed = row.reversed, i.domain = row.domain,
        i.createdAt = datetime({epochMillis: $now})
    SET i.type = row.type
    RETURN collect([row.key, i.id, EXISTS { (i)-[:IDENTIFIES]->() }])
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

# With their identifiers, which nobody of them can have yet, and with what is known of them already: to find them again
# for that costs as much as to write it.
CREATE_PROFILES: Final = Statement(
    "create_profiles",
    """
    WITH datetime({epochMillis: $now}) AS now
    UNWIND $profiles AS row
    CREATE (p:Profile {id: row.id, status: 'SUBSCRIBED', revision: 0, isTest: row.isTest,
        kind: 'ANONYMOUS', isIdentified: false, createdAt: now, updatedAt: now, firstSeenAt: now})
    SET p += row.properties
    FOREACH (name IN row.dated | SET p[name] = now)
    WITH p, row, now
    UNWIND row.links AS link
    MATCH (i:Identifier {key: link.key})
    CREATE (i)-[:IDENTIFIES {since: now, source: link.source}]->(p)
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

# Temporal values come as text or as epoch milliseconds: nothing of the driver's own types leaves this room's edge.
PROPERTIES: Final = Statement(
    "profile_properties",
    """
    UNWIND $ids AS id
    MATCH (p:Profile {id: id})
    RETURN collect([p.id, size([name IN keys(p) WHERE name STARTS WITH 'attr_']), [name IN $names | CASE
        WHEN p[name] IS :: DATE THEN toString(p[name])
        WHEN p[name] IS :: ZONED DATETIME THEN p[name].epochMillis
        ELSE p[name] END]])
    """,
)

SET_PROPERTIES: Final = Statement(
    "set_profile_properties",
    """
    UNWIND $rows AS row
    MATCH (p:Profile {id: row.id})
    SET p += row.properties
    FOREACH (name IN row.dated | SET p[name] = datetime({epochMillis: $now}))
    RETURN count(p)
    """,
)

REVISION: Final = Statement("profile_revision", "MATCH (p:Profile {id: $id}) RETURN p.revision")

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
