"""Two people become one. No statement here comes near an event, a purchase or a message: history stays where it is."""

from __future__ import annotations

from typing import Final, LiteralString

from graph.statement import Statement

# A value's kind says how it is read back, so that it comes back exactly: times cross the driver as text.
_PROPERTIES: Final[LiteralString] = """[name IN keys({x}) WHERE {wanted} | [name,
            CASE WHEN valueType({x}[name]) STARTS WITH 'DATE' THEN 'DATE'
                 WHEN valueType({x}[name]) STARTS WITH 'ZONED DATETIME' THEN 'INSTANT' ELSE 'PLAIN' END,
            CASE WHEN valueType({x}[name]) STARTS WITH 'DATE' OR valueType({x}[name]) STARTS WITH 'ZONED DATETIME'
                 THEN toString({x}[name]) ELSE {x}[name] END,
            CASE WHEN valueType({x}[name]) STARTS WITH 'ZONED DATETIME' THEN {x}[name].epochMillis END]]"""
_OF_PROFILE: Final[LiteralString] = _PROPERTIES.replace("{x}", "p").replace(
    "{wanted}",
    "name IN $declared OR any(prefix IN $prefixes WHERE name STARTS WITH prefix)",
)
_OF_EDGE: Final[LiteralString] = _PROPERTIES.replace("{x}", "link").replace("{wanted}", "true")

READ_BACK: Final[LiteralString] = (
    "CASE row.kind WHEN 'DATE' THEN date(row.value) WHEN 'INSTANT' THEN datetime(row.value) ELSE row.value END"
)

# The newest record that a person or a provider caused: neither a clock that ran out nor another merge is an act.
_RECORD_OF: Final[LiteralString] = """head(COLLECT {
            MATCH ({x})<-[:ABOUT]-(c:ConsentRecord) WHERE c.subjectId = {x}.id AND NOT c.cause IN $noActs
            RETURN [c.id, c.cause] ORDER BY c.seq DESC LIMIT 1 })"""

_SUBSCRIPTION: Final[LiteralString] = """{id: s.id, resourceId: head([(s)-[:OF]->(r) | r.id]), channel: s.channel,
            identifierId: head([(s)-[:AT]->(i) | i.id]), status: s.status, priority: s.priority,
            suspendedUntil: s.suspendedUntil.epochMillis, consentExpiresAt: s.consentExpiresAt.epochMillis,
            categories: [(s)-[m:LEFT|JOINED]->(k) | [k.id, type(m), m.at.epochMillis]],
            optIn: [s.optInAt.epochMillis, s.optInIp, s.optInUrl, s.optInSource, s.optInWording],
            act: {record}, isArchived: type(has) = 'HAD_SUBSCRIPTION'}""".replace(
    "{record}", _RECORD_OF.replace("{x}", "s")
)

ROOTS: Final = Statement(
    "roots_of_profiles",
    """
    UNWIND $ids AS id
    MATCH (p:Profile {id: id})
    MATCH (root:Profile {id: coalesce(p.mergedInto, p.id)})
    WHERE root.erasedAt IS NULL
    RETURN collect([p.id, root.id, coalesce(root.memberIds, [root.id])])
    """,
)

# One entry more than may be moved is enough to see that there are too many.
SIDES: Final = Statement(
    "sides_of_a_merge",
    """
    UNWIND $ids AS id
    MATCH (p:Profile {id: id})
    RETURN collect({id: p.id, revision: p.revision, status: p.status, memberIds: coalesce(p.memberIds, [p.id]),
        properties: """
    + _OF_PROFILE
    + """,
        act: """
    + _RECORD_OF.replace("{x}", "p")
    + """,
        identifiers: COLLECT { MATCH (p)<-[link:IDENTIFIES]-(i)
            RETURN [i.id, i.type, coalesce(i.namespace, ''), """
    + _OF_EDGE
    + """] LIMIT $most + 1 },
        subscriptions: COLLECT { MATCH (p)-[has:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]->(s:Subscription)
            WHERE NOT EXISTS { (s)-[:ABSORBED_BY]->() }
            WITH has, s LIMIT $most + 1
            RETURN """
    + _SUBSCRIPTION
    + """ },
        optOuts: COLLECT { MATCH (p)-[:OPTED_OUT]->(x:OptOut)
            RETURN [x.id, x.resourceId, x.channel, x.since.epochMillis,
                coalesce(x.liftedForChannels, x.liftedForResources, [])] LIMIT $most + 1 },
        relations: COLLECT {
            CALL (p) {
                MATCH (p)-[:RELATES]->(x:Relation)-[:TO]->(other) RETURN [x.id, x.key, other.id, true] AS relation
                UNION ALL
                MATCH (p)<-[:TO]-(x:Relation)<-[:RELATES]-(other) WHERE other.mergedInto IS NULL
                RETURN [x.id, x.key, other.id, false] AS relation
            }
            RETURN relation LIMIT $most + 1 },
        messagesInFlight: COUNT { UNWIND coalesce(p.memberIds, [p.id]) AS memberId
            MATCH (m:Pending {profileId: memberId}) RETURN m.id } })
    """,
)

SUBSCRIPTIONS: Final = Statement(
    "subscriptions_by_id",
    """
    UNWIND $ids AS id
    MATCH (s:Subscription {id: id})<-[has:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]-(p:Profile)
    RETURN collect("""
    + _SUBSCRIPTION
    + ")",
)

LOCK_IDENTIFIERS: Final = Statement(
    "lock_identifiers_of_profiles",
    """
    UNWIND $ids AS id
    MATCH (:Profile {id: id})<-[:IDENTIFIES]-(i)
    WITH DISTINCT i ORDER BY i.key
    SET i.type = i.type
    RETURN count(i)
    """,
)

LOCK_SUBSCRIPTIONS: Final = Statement(
    "lock_subscriptions_of_profiles",
    """
    UNWIND $ids AS id
    MATCH (:Profile {id: id})-[:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]->(s)
    WITH DISTINCT s ORDER BY s.id
    SET s.channel = s.channel
    RETURN count(s)
    """,
)

SET_PROPERTIES: Final = Statement(
    "set_properties_of_profile",
    "UNWIND $rows AS row MATCH (p:Profile {id: $id}) SET p[row.name] = " + READ_BACK + " RETURN count(*)",
)

MOVE_IDENTIFIERS: Final = Statement(
    "move_identifiers",
    """
    MATCH (w:Profile {id: $into})
    UNWIND $ids AS id
    MATCH (i:Identifier {id: id})
    MATCH (i)-[old:IDENTIFIES]->(:Profile {id: $from})
    CREATE (i)-[new:IDENTIFIES]->(w)
    SET new = properties(old)
    DELETE old
    RETURN count(*)
    """,
)

SHARE_IDENTIFIERS: Final = Statement(
    "share_identifiers",
    """
    UNWIND $ids AS id
    MATCH (i:Identifier {id: id})
    MATCH (i)-[old:IDENTIFIES]->(:Profile {id: $from})
    DELETE old
    RETURN count(*)
    """,
)

SET_EDGE_PROPERTIES: Final = Statement(
    "set_properties_of_identifying_edges",
    """
    UNWIND $rows AS row
    MATCH (i:Identifier {id: row.id})
    MATCH (i)-[link:IDENTIFIES]->(:Profile {id: $profileId})
    SET link[row.name] = """
    + READ_BACK
    + " RETURN count(*)",
)

# A key begins with the id of its person.
MOVE_SUBSCRIPTIONS: Final = Statement(
    "move_subscriptions",
    """
    MATCH (w:Profile {id: $into})
    UNWIND $rows AS row
    MATCH (s:Subscription {id: row.id})
    MATCH (s)<-[old:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]-(:Profile {id: $from})
    FOREACH (_ IN CASE WHEN type(old) = 'HAS_SUBSCRIPTION' THEN [1] ELSE [] END |
        CREATE (w)-[:HAS_SUBSCRIPTION]->(s))
    FOREACH (_ IN CASE WHEN type(old) = 'HAD_SUBSCRIPTION' THEN [1] ELSE [] END |
        CREATE (w)-[:HAD_SUBSCRIPTION]->(s))
    DELETE old
    SET s.key = $into + substring(s.key, size($from)), s.priority = coalesce(row.priority, s.priority)
    RETURN count(*)
    """,
)

ABSORB_SUBSCRIPTIONS: Final = Statement(
    "absorb_subscriptions",
    """
    UNWIND $rows AS row
    MATCH (by:Subscription {id: row.by})
    WITH by, row.id AS id
    MATCH (s:Subscription {id: id})
    MATCH (s)<-[old:HAS_SUBSCRIPTION]-(l:Profile {id: $from})
    CREATE (l)-[:HAD_SUBSCRIPTION]->(s)
    CREATE (s)-[:ABSORBED_BY]->(by)
    DELETE old
    REMOVE s.key
    RETURN count(*)
    """,
)

SET_CONSENTS: Final = Statement(
    "set_consents_of_subscriptions",
    """
    UNWIND $rows AS row
    MATCH (s:Subscription {id: row.id})
    SET s.status = row.status, s.updatedAt = datetime({epochMillis: $now}),
        s.suspendedUntil = CASE WHEN row.suspendedUntil IS NOT NULL
            THEN datetime({epochMillis: row.suspendedUntil}) END,
        s.consentExpiresAt = CASE WHEN row.expiresAt IS NOT NULL THEN datetime({epochMillis: row.expiresAt}) END
    RETURN count(*)
    """,
)

SET_MEMBERSHIPS: Final = Statement(
    "set_memberships_of_subscriptions",
    """
    UNWIND $rows AS row
    MATCH (s:Subscription {id: row.id})
    MATCH (k:Category {id: row.categoryId})
    OPTIONAL MATCH (s)-[old:LEFT|JOINED]->(k)
    DELETE old
    FOREACH (_ IN CASE WHEN row.kind = 'LEFT' THEN [1] ELSE [] END |
        CREATE (s)-[:LEFT {at: datetime({epochMillis: row.at})}]->(k))
    FOREACH (_ IN CASE WHEN row.kind = 'JOINED' THEN [1] ELSE [] END |
        CREATE (s)-[:JOINED {at: datetime({epochMillis: row.at})}]->(k))
    RETURN count(*)
    """,
)

SET_PROFILE_STATUS: Final = Statement(
    "set_profile_status", "MATCH (p:Profile {id: $id}) SET p.status = $status RETURN p.id"
)

MOVE_OPT_OUTS: Final = Statement(
    "move_opt_outs",
    """
    MATCH (w:Profile {id: $into})
    UNWIND $ids AS id
    MATCH (x:OptOut {id: id})
    MATCH (x)<-[old:OPTED_OUT]-(:Profile {id: $from})
    CREATE (w)-[:OPTED_OUT]->(x)
    DELETE old
    SET x.key = $into + substring(x.key, size($from))
    RETURN count(*)
    """,
)

SET_OPT_OUTS: Final = Statement(
    "set_opt_outs",
    """
    UNWIND $rows AS row
    MATCH (x:OptOut {id: row.id})
    SET x.since = datetime({epochMillis: row.since}),
        x.liftedForChannels = CASE WHEN x.resourceId IS NOT NULL THEN row.lifted END,
        x.liftedForResources = CASE WHEN x.channel IS NOT NULL THEN row.lifted END
    RETURN count(*)
    """,
)

# The key of a relation names both people by their ids, which occur nowhere else in it.
MOVE_RELATIONS_OUT: Final = Statement(
    "move_relations_out",
    """
    MATCH (w:Profile {id: $into})
    UNWIND $ids AS id
    MATCH (x:Relation {id: id})
    MATCH (x)<-[old:RELATES]-(:Profile {id: $from})
    CREATE (w)-[:RELATES]->(x)
    DELETE old
    SET x.key = replace(x.key, $from, $into)
    RETURN count(*)
    """,
)

MOVE_RELATIONS_IN: Final = Statement(
    "move_relations_in",
    """
    MATCH (w:Profile {id: $into})
    UNWIND $ids AS id
    MATCH (x:Relation {id: id})
    MATCH (x)-[old:TO]->(:Profile {id: $from})
    CREATE (x)-[:TO]->(w)
    DELETE old
    SET x.key = replace(x.key, $from, $into)
    RETURN count(*)
    """,
)

HAND_RELATIONS: Final = Statement(
    "hand_relations_to",
    """
    UNWIND $rows AS row
    MATCH (to:Profile {id: row.to})
    WITH to, row.id AS id, row.from AS fromId
    MATCH (x:Relation {id: id})
    MATCH (x)<-[old:RELATES]-(:Profile {id: fromId})
    CREATE (to)-[:RELATES]->(x)
    DELETE old
    RETURN count(*)
    """,
)

# The greater revision, so that whoever followed either of the two sees the next one; `touch` counts on from there.
JOIN_PROFILES: Final = Statement(
    "join_profiles",
    """
    MATCH (l:Profile {id: $from})
    MATCH (w:Profile {id: $into})
    CREATE (l)-[:MERGED_INTO]->(w)
    SET w.memberIds = $memberIds, w.revision = CASE WHEN l.revision > w.revision THEN l.revision ELSE w.revision END
    FOREACH (_ IN CASE WHEN l:Buyer THEN [1] ELSE [] END | SET w:Buyer)
    CREATE (g:Merge {id: $id, profileId: $into, fromId: $from, at: datetime({epochMillis: $now}), rule: $rule,
        evidence: $evidence, actor: $actor, revision: w.revision + 1, undo: $undo})
    CREATE (g)-[:FROM]->(l)
    CREATE (g)-[:INTO]->(w)
    WITH w
    UNWIND $losers AS memberId
    MATCH (member:Profile {id: memberId})
    SET member.mergedInto = w.id
    RETURN count(member)
    """,
)

# Who has the value, and on whose edge it is verified.
OWNERS_OF_VALUE: Final = Statement(
    "owners_of_value",
    """
    MATCH (i:Identifier {key: $key})-[link:IDENTIFIES]->(p:Profile)
    WITH i, coalesce(p.mergedInto, p.id) AS ownerId, max(link.verifiedAt) AS verifiedAt
    WITH i, collect([ownerId, verifiedAt IS NOT NULL]) AS owners
    RETURN [i.id, i.type, owners]
    """,
)
