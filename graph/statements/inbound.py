"""What stands at the address that somebody wrote from, and what a STOP said there has ended."""

from __future__ import annotations

from typing import Final

from graph.statement import Statement
from graph.statements.suppressions import stopping

# By our id where the provider carries it, else by the id that the provider gave to a try; only if it went to this
# address. Whose the subscription is decides, and not under whom the message was written: a split may have parted them.
ANSWERED: Final = Statement(
    "answered_message",
    """
    CALL () {
        MATCH (m:Message {id: $messageId}) RETURN m, 0 AS rank
      UNION
        MATCH (:Attempt {providerKey: $providerKey})-[:OF]->(m:Message) RETURN m, 1 AS rank
    }
    MATCH (i:Identifier {id: m.addressId})
    WHERE m.channel = $channel AND i.key IN $keys
    WITH m ORDER BY rank, m.id LIMIT 1
    OPTIONAL MATCH (m)-[:TO]->(:Subscription)-[:ABSORBED_BY*0..200]->(s) WHERE NOT EXISTS { (s)-[:ABSORBED_BY]->() }
    OPTIONAL MATCH (s)-[:OF]->(r:Resource)
    OPTIONAL MATCH (owner:Profile)-[:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]->(s)
    OPTIONAL MATCH (member:Profile {id: coalesce(owner.id, m.profileId)})
    RETURN {id: m.id, profileId: coalesce(member.mergedInto, member.id), subscriptionId: s.id, resourceId: r.id,
        isTest: coalesce(m.isTest, false)}
    """,
)

# Of everybody who shares the address, at whatever resource; what was archived may come back.
PLACES: Final = Statement(
    "places_at_address",
    """
    UNWIND $keys AS key
    MATCH (:Identifier {key: key})<-[:AT]-(s:Subscription {channel: $channel})
    WHERE NOT EXISTS { (s)-[:ABSORBED_BY]->() }
    MATCH (s)-[:OF]->(r:Resource)
    MATCH (s)<-[has:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]-(p:Profile)
    WITH s, r, coalesce(p.mergedInto, p.id) AS ownerId, type(has) = 'HAS_SUBSCRIPTION' AS isListed
    ORDER BY s.id, isListed
    RETURN collect({id: s.id, owner_id: ownerId, resource_id: r.id, priority: s.priority, is_listed: isListed,
        stop_words: coalesce(r.stopWords, []), start_words: coalesce(r.startWords, [])})
    """,
)

HOLDERS: Final = Statement(
    "holders_of_address_since",
    """
    UNWIND $keys AS key
    MATCH (:Identifier {key: key})-[link:IDENTIFIES]->(p:Profile)
    WITH coalesce(p.mergedInto, p.id) AS id, min(link.since.epochMillis) AS since
    RETURN collect([id, since])
    """,
)

# When something was last sent to the address by each of these subscriptions.
LAST_SENT: Final = Statement(
    "last_sent_to_address",
    """
    UNWIND $ids AS id
    MATCH (s:Subscription {id: id})-[:AT]->(i:Identifier)
    RETURN collect([id, head(COLLECT {
        MATCH (s)<-[:TO]-(m:Message) WHERE m.addressId = i.id AND m.sentAt IS NOT NULL
        RETURN m.sentAt.epochMillis ORDER BY m.sentAt DESC LIMIT 1
    })])
    """,
)

# `made` is the last record that is more than a STOP to what was closed: only where that is itself a STOP, one has ended
# the subscription, and nothing else happened since. `saidAt` is when STOP was last said then, by the provider's clock.
STOPPED: Final = Statement(
    "stopped_by_word",
    """
    UNWIND $ids AS id
    MATCH (s:Subscription {id: id})-[:AT]->(i:Identifier)
    MATCH (s)-[:OF]->(r:Resource)
    MATCH (s)<-[:HAS_SUBSCRIPTION]-(holder:Profile)
    MATCH (p:Profile {id: coalesce(holder.mergedInto, holder.id)})
    WITH s, i, r, p, head(COLLECT {
        MATCH (s)<-[:ABOUT]-(c:ConsentRecord)
        WHERE c.subjectId = s.id
            AND NOT (c.source = $source AND c.cause = $cause AND coalesce(c.fromStatus = c.toStatus, false))
        RETURN c {.seq, .source, .cause, .fromStatus, .toStatus} ORDER BY c.seq DESC LIMIT 1
    }) AS made
    WHERE made.source = $source AND made.cause = $cause AND made.toStatus = $stopped
    RETURN collect({id: s.id, before: made.fromStatus, profileStatus: p.status, saidAt: head(COLLECT {
        MATCH (s)<-[:ABOUT]-(c:ConsentRecord) WHERE c.subjectId = s.id AND c.seq >= made.seq
        RETURN c.evidenceAt.epochMillis ORDER BY c.evidenceAt DESC LIMIT 1
    }), suppressions: """
    + stopping("r.id")
    + """})
    """,
)
