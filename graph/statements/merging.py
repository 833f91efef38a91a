"""Two people become one. No statement here comes near an event, a purchase or a message: history stays where it is."""

from __future__ import annotations

from typing import Final, LiteralString

from graph.statement import Statement

# The kinds are those that `merge_sides` gave the values.
READ_BACK: Final[LiteralString] = (
    "CASE row.kind WHEN 'DATE' THEN date(row.value) WHEN 'INSTANT' THEN datetime(row.value) ELSE row.value END"
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
    CREATE (s)-[:ABSORBED_BY {at: datetime({epochMillis: $now})}]->(by)
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
