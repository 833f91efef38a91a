"""What two people have between them, as a merge or a split reads it. Nothing is written here."""

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

# The newest record that a person or a provider caused: neither a clock that ran out nor another merge is an act.
_RECORD_OF: Final[LiteralString] = """head(COLLECT {
            MATCH ({x})<-[:ABOUT]-(c:ConsentRecord) WHERE c.subjectId = {x}.id AND NOT c.cause IN $noActs
            RETURN [c.id, c.cause] ORDER BY c.seq DESC LIMIT 1 })"""

_SUBSCRIPTION: Final[LiteralString] = """{id: s.id, resourceId: head([(s)-[:OF]->(r) | r.id]), channel: s.channel,
            identifierId: head([(s)-[:AT]->(i) | i.id]), status: s.status, priority: s.priority,
            suspendedUntil: s.suspendedUntil.epochMillis, consentExpiresAt: s.consentExpiresAt.epochMillis,
            categories: [(s)-[m:LEFT|JOINED]->(k) | [k.id, type(m), m.at.epochMillis]],
            optIn: [s.optInAt.epochMillis, s.optInIp, s.optInUrl, s.optInSource, s.optInWording],
            act: {record}, isArchived: type(has) = 'HAD_SUBSCRIPTION', archivedAt: s.archivedAt.epochMillis}""".replace(
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
