"""What is erased leaves the label by which it is read: nothing that asks for a Profile can come upon a tombstone."""

from __future__ import annotations

from typing import Final, LiteralString

from graph.statement import WRITE_TIMEOUT_MS, Statement

# The whole family of a merge, by any of its ids; the survivor comes first.
FAMILY: Final = Statement(
    "family_of_profile",
    """
    MATCH (member:Profile {id: $id})
    MATCH (p:Profile {id: coalesce(member.mergedInto, member.id)})
    RETURN [p.id] + [each IN coalesce(p.memberIds, []) WHERE each <> p.id]
    """,
)

TOMBSTONE: Final = Statement(
    "tombstone",
    "MATCH (t:ErasedProfile {id: $id}) RETURN [t.survivorId, t.receiptId, t.erasedAt.epochMillis]",
)

# Also those that the person has no more, where a subscription still is at them. With whether others have each of them;
# a subscription at an address counts as well.
ADDRESSES: Final = Statement(
    "addresses_of_family",
    """
    UNWIND $ids AS id
    MATCH (p:Profile {id: id})
    CALL (p) {
        MATCH (i:Identifier)-[:IDENTIFIES]->(p) RETURN i
        UNION
        MATCH (p)-[:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]->()-[:AT]->(i:Identifier) RETURN i
    }
    WITH DISTINCT i ORDER BY i.key
    SET i.type = i.type
    RETURN collect([i.id, i.key,
        EXISTS { MATCH (i)-[:IDENTIFIES]->(other:Profile) WHERE NOT other.id IN $ids }
        OR EXISTS { MATCH (i)<-[:AT]-()<-[:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]-(other:Profile)
                    WHERE NOT other.id IN $ids }])
    """,
)

REMEMBER_ADDRESSES: Final = Statement(
    "remember_erased_addresses",
    """
    UNWIND $hashes AS hash
    MERGE (a:ErasedAddress {hash: hash})
    SET a.erasedAt = datetime({epochMillis: $now})
    RETURN count(a)
    """,
)

IS_REMEMBERED: Final = Statement(
    "erased_addresses",
    "UNWIND $hashes AS hash MATCH (a:ErasedAddress {hash: hash}) RETURN collect([a.hash, a.erasedAt.epochMillis])",
)

# The ledger outlives the person: its records say what was allowed and when, and no longer to whom or from where.
REDACT_LEDGER: Final = Statement(
    "redact_ledger",
    """
    UNWIND $ids AS id
    MATCH (p:Profile {id: id})
    CALL (p) {
        MATCH (p)<-[:ABOUT]-(c:ConsentRecord) RETURN c
        UNION
        MATCH (p)-[:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]->()<-[:ABOUT]-(c:ConsentRecord) RETURN c
    }
    WITH p, c ORDER BY c.id
    CALL (p, c) {
        MATCH (c)-[about:ABOUT]->() DELETE about
        CREATE (c)-[:ABOUT]->(p)
    }
    REMOVE c:ConsentRecord, c.evidenceIp, c.evidenceUrl, c.evidenceSource, c.evidenceWording, c.reason
    SET c:ErasedConsentRecord
    RETURN count(c)
    """,
    WRITE_TIMEOUT_MS,
)

DELETE_SUBSCRIPTIONS: Final = Statement(
    "delete_subscriptions_of_family",
    """
    UNWIND $ids AS id
    MATCH (:Profile {id: id})-[:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]->(s)
    WITH DISTINCT s ORDER BY s.id
    DETACH DELETE s
    RETURN count(*)
    """,
    WRITE_TIMEOUT_MS,
)

# Undo logs of merges hold what the sides had.
DELETE_ABOUT: Final = Statement(
    "delete_what_is_about_family",
    """
    UNWIND $ids AS id
    MATCH (p:Profile {id: id})
    CALL (p) {
        MATCH (p)-[:OPTED_OUT]->(x) RETURN x
        UNION
        MATCH (p)<-[:FROM|INTO]-(x:Merge) RETURN x
        UNION
        MATCH (p)-[:RELATES]->(x:Relation) RETURN x
        UNION
        MATCH (p)<-[:TO]-(x:Relation) RETURN x
    }
    WITH DISTINCT x
    DETACH DELETE x
    RETURN count(*)
    """,
)

DELETE_ADDRESSES: Final = Statement(
    "delete_addresses",
    """
    UNWIND $ids AS id
    MATCH (i:Identifier {id: id})
    CALL (i) { MATCH (i)<-[:STOPS]-(x:Suppression) DETACH DELETE x }
    CALL (i) {
        MATCH (i)<-[:ABOUT]-(c:ConsentRecord)
        REMOVE c:ConsentRecord, c.evidenceIp, c.evidenceUrl, c.evidenceSource, c.evidenceWording, c.reason
        SET c:ErasedConsentRecord
    }
    DETACH DELETE i
    RETURN count(*)
    """,
)

# What is queued leaves no more: a worker that holds one finds it gone when it records what came of it.
CANCEL_MESSAGES: Final = Statement(
    "cancel_messages_of_family",
    """
    UNWIND $ids AS id
    MATCH (m:Message) WHERE m.profileId = id AND m.createdAt IS NOT NULL AND m.id IS NOT NULL AND m:Pending
    WITH m ORDER BY m.id
    REMOVE m:Pending, m.subject, m.text, m.html, m.url, m.icon, m.payload, m.data
    SET m.state = $cancelled
    RETURN count(m)
    """,
    WRITE_TIMEOUT_MS,
)

# A split leaves a letter with whom it was written under, and gives its address back to whom it is: neither what it said
# nor what a server answered about the address may stay. Only a merge that was undone can have made any. Merges and
# messages are named by their edges alone: with their labels, old figures may lead the planner to look at all of them,
# and so may what is asked of an owner before the WITH.
_FOREIGN: Final[LiteralString] = """
    UNWIND $ids AS id
    MATCH (owner:Profile {id: id})
    WITH owner WHERE EXISTS { MATCH (owner)<-[:FROM|INTO]-(g) WHERE g.undoneAt IS NOT NULL }
    MATCH (owner)-[:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]->()<-[:TO]-(m)
    WHERE NOT m.profileId IN $ids
    """

OWNERS_OF_FOREIGN_MESSAGES: Final = Statement(
    "owners_of_foreign_messages",
    _FOREIGN
    + """
    WITH DISTINCT m.profileId AS profileId
    MATCH (p:Profile {id: profileId})
    RETURN collect(DISTINCT coalesce(p.mergedInto, p.id))
    """,
    WRITE_TIMEOUT_MS,
)

# Answers with those that were still open.
EMPTY_FOREIGN_MESSAGES: Final = Statement(
    "empty_foreign_messages",
    _FOREIGN
    + """
    WITH DISTINCT m ORDER BY m.id
    SET m.lock = 1
    WITH m, m:Pending AS isOpen
    REMOVE m:Pending, m.subject, m.text, m.html, m.url, m.icon, m.payload, m.data, m.reason, m.addressId
    SET m.state = CASE WHEN isOpen THEN $cancelled ELSE m.state END
    WITH m, isOpen
    CALL (m) { MATCH (m)<-[:OF]-(try) REMOVE try.answer, try.reason, try.raw }
    RETURN collect(CASE WHEN isOpen THEN m.id END)
    """,
    WRITE_TIMEOUT_MS,
)

# A history of any length goes after the answer; until then the tombstone says that something is left. Whoever listens
# under the id of a merged one knows the survivor's revision, so that all of them get one that is newer than any.
BURY: Final = Statement(
    "bury_profiles",
    """
    UNWIND $ids AS id
    MATCH (p:Profile {id: id})
    WITH max(p.revision) + 1 AS revision
    UNWIND $ids AS id
    MATCH (p:Profile {id: id})
    CALL (p) { MATCH (p)-[edge:IDENTIFIES|MERGED_INTO]-() DELETE edge }
    SET p = {id: p.id, survivorId: $ids[0], revision: revision, isTest: coalesce(p.isTest, false),
        receiptId: $receiptId, erasedAt: datetime({epochMillis: $now}), isUnfinished: true}
    REMOVE p:Profile, p:Buyer
    SET p:ErasedProfile
    RETURN collect([p.id, revision])
    """,
)

UNFINISHED: Final = Statement(
    "unfinished_erasures",
    "MATCH (t:ErasedProfile {isUnfinished: true}) WITH t.id AS id ORDER BY id LIMIT $limit RETURN collect(id)",
)

FINISHED: Final = Statement(
    "finish_erasure",
    "MATCH (t:ErasedProfile {id: $id}) REMOVE t.isUnfinished RETURN t.id",
)

DELETE_EVENTS: Final = Statement(
    "delete_events",
    """
    MATCH (e:Event) WHERE e.profileId = $id AND e.occurredAt IS NOT NULL AND e.id IS NOT NULL
    WITH e LIMIT $limit
    DETACH DELETE e
    RETURN count(*)
    """,
    WRITE_TIMEOUT_MS,
)

DELETE_MESSAGES: Final = Statement(
    "delete_messages",
    """
    MATCH (m:Message) WHERE m.profileId = $id AND m.createdAt IS NOT NULL AND m.id IS NOT NULL
    WITH m LIMIT $limit
    OPTIONAL MATCH (m)<-[:OF]-(try)
    DETACH DELETE try, m
    RETURN count(DISTINCT m)
    """,
    WRITE_TIMEOUT_MS,
)

DELETE_OUTREACHES: Final = Statement(
    "delete_outreaches",
    """
    MATCH (o:Outreach {profileId: $id})
    WITH o LIMIT $limit
    DETACH DELETE o
    RETURN count(*)
    """,
    WRITE_TIMEOUT_MS,
)

# What was sold stays, and for how much; not to whom, and under no number that another system knows.
UNNAME_PURCHASES: Final = Statement(
    "unname_purchases",
    """
    MATCH (u:Purchase) WHERE u.profileId = $id AND u.placedAt IS NOT NULL AND u.id IS NOT NULL
    WITH u LIMIT $limit
    CALL (u) { MATCH (u)-[by:BY]->() DELETE by }
    CALL (u) { MATCH (u)-[line:CONTAINS]->() REMOVE line.productId, line.placedAt, line.purchaseId }
    SET u = {id: u.id, kind: u.kind, status: u.status, currency: u.currency, totalMicros: u.totalMicros,
        deliveryMicros: u.deliveryMicros, discountMicros: u.discountMicros, placedAt: u.placedAt, isTest: u.isTest}
    REMOVE u:Purchase
    SET u:ErasedPurchase
    RETURN count(u)
    """,
    WRITE_TIMEOUT_MS,
)
