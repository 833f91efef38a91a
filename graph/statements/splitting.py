"""A merge is played back."""

from __future__ import annotations

from typing import Final

from graph.statement import Statement

MERGE: Final = Statement(
    "merge_to_undo",
    """
    MATCH (g:Merge {id: $id})
    MATCH (g)-[:INTO]->(w)
    MATCH (g)-[:FROM]->(l)
    MATCH (root:Profile {id: coalesce(w.mergedInto, w.id)})
    RETURN {survivorId: w.id, loserId: l.id, memberIds: coalesce(root.memberIds, [root.id]),
        isUndone: g.undoneAt IS NOT NULL, undo: g.undo,
        newestId: head(COLLECT { MATCH (root)<-[:INTO]-(newest:Merge) WHERE newest.undoneAt IS NULL
            RETURN newest.id ORDER BY newest.revision DESC LIMIT 1 })}
    """,
)

GIVE_SHARED_IDENTIFIERS: Final = Statement(
    "give_shared_identifiers",
    """
    MATCH (l:Profile {id: $profileId})
    UNWIND $ids AS id
    MATCH (i:Identifier {id: id})
    WHERE NOT EXISTS { (i)-[:IDENTIFIES]->(l) }
    CREATE (i)-[:IDENTIFIES]->(l)
    RETURN count(*)
    """,
)

PART_SUBSCRIPTIONS: Final = Statement(
    "part_subscriptions",
    """
    MATCH (l:Profile {id: $profileId})
    UNWIND $rows AS row
    MATCH (s:Subscription {id: row.id})
    MATCH (s)<-[had:HAD_SUBSCRIPTION]-(l)
    MATCH (s)-[absorbed:ABSORBED_BY]->(by)
    MATCH (s)-[:AT]->(i)
    MATCH (s)-[:OF]->(r)
    DELETE absorbed
    FOREACH (_ IN CASE WHEN row.isArchived THEN [1] ELSE [] END |
        SET s.archivedAt = coalesce(by.archivedAt, datetime({epochMillis: $now})))
    FOREACH (_ IN CASE WHEN row.isArchived THEN [] ELSE [1] END |
        DELETE had
        CREATE (l)-[:HAS_SUBSCRIPTION]->(s)
        SET s.key = l.id + ':' + r.id + ':' + s.channel + ':' + i.id)
    RETURN count(*)
    """,
)

COPY_OPT_OUTS: Final = Statement(
    "copy_opt_outs",
    """
    MATCH (l:Profile {id: $profileId})
    UNWIND $rows AS row
    MATCH (of:OptOut {id: row.of})
    CREATE (l)-[:OPTED_OUT]->(x:OptOut {id: row.id, key: $profileId + row.subject, resourceId: row.resourceId,
        channel: row.channel, since: datetime({epochMillis: row.since}), actor: of.actor, reason: of.reason,
        evidenceAt: of.evidenceAt, evidenceIp: of.evidenceIp, evidenceUrl: of.evidenceUrl,
        evidenceSource: of.evidenceSource, evidenceWording: of.evidenceWording,
        liftedForChannels: CASE WHEN row.resourceId IS NOT NULL THEN row.lifted END,
        liftedForResources: CASE WHEN row.channel IS NOT NULL THEN row.lifted END})
    WITH x, row
    CALL (x, row) {
        MATCH (r:Resource {id: row.resourceId})
        CREATE (x)-[:OF]->(r)
    }
    RETURN count(*)
    """,
)

# Whose it was may have been merged since.
UNPARK_RELATIONS: Final = Statement(
    "unpark_relations",
    """
    UNWIND $rows AS row
    MATCH (owner:Profile {id: row.from})
    MATCH (root:Profile {id: coalesce(owner.mergedInto, owner.id)})
    WITH root, row.id AS id
    MATCH (x:Relation {id: id})
    MATCH (x)<-[parked:RELATES]-(:Profile {id: $profileId})
    CREATE (root)-[:RELATES]->(x)
    DELETE parked
    RETURN collect(root.id)
    """,
)

# The undo log has done its work, and holds what either side knew of themselves. Whoever followed the merged person saw
# the survivor's revisions: both go on from there.
PART_PROFILES: Final = Statement(
    "part_profiles",
    """
    MATCH (g:Merge {id: $id})
    SET g.undoneAt = datetime({epochMillis: $now})
    REMOVE g.undo
    WITH $from AS loserId
    MATCH (l:Profile {id: loserId})
    MATCH (l)-[merged:MERGED_INTO]->(w:Profile {id: $into})
    DELETE merged
    SET l.revision = w.revision,
        w.memberIds = CASE WHEN size($memberIds) > 1 THEN $memberIds END
    WITH l
    UNWIND $restored AS memberId
    MATCH (member:Profile {id: memberId})
    SET member.mergedInto = CASE WHEN member.id <> l.id THEN l.id END
    RETURN count(member)
    """,
)

CATEGORY_DEFAULTS: Final = Statement(
    "category_defaults",
    "UNWIND $ids AS id MATCH (k:Category {id: id}) RETURN collect([k.id, coalesce(k.joinedByDefault, true)])",
)
