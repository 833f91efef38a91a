"""The outbox: Message nodes with the label Pending.

Every statement that changes messages takes the write lock of each before it looks (`SET m.lock = 1 WITH m WHERE …`).
Looking first gave the same message to 32 of 32 claimants. Callers sort what they pass, so that two batches wait for
each other instead of dead-locking. Leases and nudges are measured by the database's clock, business times by `$now`.
"""

from __future__ import annotations

from typing import Final, LiteralString

from graph.statement import WRITE_TIMEOUT_MS, Statement
from graph.statements.suppressions import stopping

# A subscription that a merge absorbed is spoken for by the one that stayed.
# What was due when it was created is always claimable: the clocks of gateway and worker may differ by some
# milliseconds, and a letter must not wait for the sweeper because of that.
# Whose the subscription is decides, and not under whom the message was written: a split may have parted the two.
# A message that was queued again after it had failed begins to count anew; `earlierAttempts` is what it had by then.
# The address is kept on the message, as the subscription may have another by the time that this one is found dead.
# What is handed over next is marked so at once, which spares a transaction of its own; but not where a lease that runs
# out before anything has left would be the end of the message.
CLAIM: Final = Statement(
    "claim_messages",
    """
    UNWIND $ids AS id
    MATCH (m:Message {id: id})
    SET m.lock = 1
    WITH m
    WHERE m.state IN $claimable AND (m.dueAt <= datetime({epochMillis: $now}) OR m.dueAt <= m.createdAt)
    SET m.state = $claimed, m.claimToken = $token,
        m.dueAt = datetime.truncate('millisecond', datetime.realtime()) + duration({milliseconds: $leaseMs})
    WITH m
    OPTIONAL MATCH (m)-[:TO]->(:Subscription)-[:ABSORBED_BY*0..]->(s) WHERE NOT EXISTS { (s)-[:ABSORBED_BY]->() }
    OPTIONAL MATCH (s)-[:AT]->(i:Identifier)
    OPTIONAL MATCH (s)-[:OF]->(r:Resource)
    OPTIONAL MATCH (owner:Profile)-[:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]->(s)
    OPTIONAL MATCH (member:Profile {id: coalesce(owner.id, m.profileId)})
    OPTIONAL MATCH (p:Profile {id: coalesce(member.mergedInto, member.id)})
    OPTIONAL MATCH (c:Category {id: m.categoryId})
    WITH m, s, i, r, p, c, m.id IN $handed AND coalesce(r.onUnknown, 'RETRY') = 'RETRY' AS isHanded
    SET m.addressId = i.id,
        m.handedAt = CASE WHEN isHanded THEN datetime.truncate('millisecond', datetime.realtime()) END
    RETURN collect({
      id: m.id, isHanded: isHanded,
      channel: m.channel, purpose: m.purpose, attempt: m.attemptCount - coalesce(m.earlierAttempts, 0) + 1,
      addressId: i.id, resourceId: r.id, onUnknown: coalesce(r.onUnknown, 'RETRY'),
      rateMicros: r.rateMicros, burst: r.burst,
      trackOpens: coalesce(r.trackOpens, true), trackClicks: coalesce(r.trackClicks, true),
      subject: m.subject, text: m.text, html: m.html, url: m.url, icon: m.icon, payload: m.payload,
      templateVersionId: m.templateVersionId,
      push: {provider: s.pushProvider, p256dh: s.pushP256dh, auth: s.pushAuth, appId: s.deviceAppId},
      expiresAt: m.expiresAt.epochMillis,
      profileStatus: p.status, subscriptionStatus: s.status,
      suspendedUntil: s.suspendedUntil.epochMillis, consentExpiresAt: s.consentExpiresAt.epochMillis,
      address: i.value, namespace: coalesce(i.namespace, ''), suppressions: """
    + stopping("r.id")
    + """, sender: r.sender, senderName: r.senderName,
      category: CASE WHEN c IS NULL THEN null ELSE {
        mandatory: coalesce(c.mandatory, false), active: coalesce(c.active, true),
        joinedByDefault: coalesce(c.joinedByDefault, true),
        membership: CASE WHEN EXISTS { (s)-[:LEFT]->(c) } THEN 'LEFT'
                         WHEN EXISTS { (s)-[:JOINED]->(c) } THEN 'JOINED' END
      } END
    })
    """,
    timeout_ms=WRITE_TIMEOUT_MS,
)

# What is still to be handed over keeps its lease meanwhile, however slow the provider is with these. A lease of which
# nearly all is left is let be: when it ends is in an index, which is dear to write.
MARK_HANDED: Final = Statement(
    "mark_messages_handed",
    """
    UNWIND $ids AS id
    MATCH (m:Message {id: id})
    SET m.lock = 1
    WITH m
    WHERE m.claimToken = $token AND m.state = $claimed
    WITH m, datetime.truncate('millisecond', datetime.realtime()) AS moment
    SET m.dueAt = CASE WHEN m.dueAt >= moment + duration({milliseconds: $enoughMs}) THEN m.dueAt
            ELSE moment + duration({milliseconds: $leaseMs}) END,
        m.handedAt = CASE WHEN m.id IN $handed THEN moment ELSE m.handedAt END
    RETURN collect(CASE WHEN m.id IN $handed THEN m.id END)
    """,
    timeout_ms=WRITE_TIMEOUT_MS,
)

# Whoever holds the token knows that nothing of them has left.
PUT_OFF: Final = Statement(
    "put_off_messages",
    """
    UNWIND $due AS each
    MATCH (m:Message {id: each.id})
    SET m.lock = 1
    WITH m, each
    WHERE m.claimToken = $token AND m.state = $claimed
    SET m.state = $released, m.dueAt = datetime({epochMillis: each.at})
    REMOVE m.claimToken, m.handedAt, m.nudgedAt
    RETURN collect(m.id)
    """,
    timeout_ms=WRITE_TIMEOUT_MS,
)

# Those whose page changes: whom the messages went to and, where an address is suppressed, all who share it. Each
# message with one of them, who is locked now, and whether that is no longer the right one: they were merged or parted
# meanwhile.
LOCK_PEOPLE: Final = Statement(
    "lock_people_of_messages",
    """
    CALL () {
      UNWIND $ids AS id
      MATCH (m:Message {id: id})
      MATCH (p:Profile {id: m.profileId})
      RETURN id, p.id AS said, coalesce(p.mergedInto, p.id) AS person
      UNION ALL
      UNWIND $suppressing AS id
      MATCH (m:Message {id: id})
      MATCH (:Identifier {id: m.addressId})-[:IDENTIFIES]->(p:Profile)
      RETURN id, p.id AS said, coalesce(p.mergedInto, p.id) AS person
    }
    WITH id, said, person ORDER BY person
    MATCH (p:Profile {id: person})
    SET p.id = person
    WITH id, said, person, p.mergedInto IS NOT NULL AS isMerged
    RETURN collect([id, person, isMerged OR CASE said WHEN person THEN false
      ELSE NOT EXISTS { MATCH (same:Profile {id: said}) WHERE same.mergedInto = person } END])
    """,
    timeout_ms=WRITE_TIMEOUT_MS,
)

FINISH: Final = Statement(
    "finish_messages",
    """
    UNWIND $results AS result
    MATCH (m:Message {id: result.id})
    SET m.lock = 1
    WITH m, result, m.state = $claimed AS isOpen
    WHERE m.claimToken = $token AND (isOpen OR m.state IN $proved)
    SET m.state = CASE WHEN isOpen THEN result.state ELSE m.state END, m.attemptCount = m.attemptCount + 1,
        m.providerId = coalesce(result.providerId, m.providerId),
        m.reason = CASE WHEN isOpen THEN result.reason ELSE m.reason END,
        m.sentAt = CASE WHEN result.accepted THEN coalesce(m.sentAt, datetime({epochMillis: $now})) ELSE m.sentAt END,
        m.dueAt = CASE WHEN result.nextAt IS NULL OR NOT isOpen THEN m.dueAt
            ELSE datetime({epochMillis: result.nextAt}) END
    REMOVE m.claimToken, m.handedAt, m.nudgedAt
    CREATE (a:Attempt {id: result.attemptId, at: datetime({epochMillis: $now}), provider: result.provider,
                       outcome: result.outcome, answer: result.answer,
                       providerKey: m.channel + ':' + result.provider + ':' + result.providerId})-[:OF]->(m)
    SET m += coalesce(result.content, {}),
        a.nextAt = CASE WHEN result.nextAt IS NULL THEN null ELSE datetime({epochMillis: result.nextAt}) END
    FOREACH (_ IN CASE WHEN result.ended THEN [1] ELSE [] END | REMOVE m:Pending)
    RETURN collect(m.id)
    """,
)

SKIP: Final = Statement(
    "skip_messages",
    """
    UNWIND $refusals AS refusal
    MATCH (m:Message {id: refusal.id})
    SET m.lock = 1
    WITH m, refusal
    WHERE m.claimToken = $token AND m.state = $claimed
    SET m.state = refusal.state, m.refusedBy = refusal.gate, m.reason = refusal.reason
    REMOVE m.claimToken, m.handedAt, m.nudgedAt, m:Pending
    RETURN collect(m.id)
    """,
)

# An outreach has ended when none of its messages is in flight any more; it then says what the last one came to.
_SETTLE: Final[LiteralString] = """
    UNWIND $ids AS id
    MATCH (m:Message {id: id})-[:PART_OF]->(o:Outreach)
    WHERE NOT m:Pending AND NOT EXISTS { (o)<-[:PART_OF]-(:Pending) }
    SET o.state = CASE m.state WHEN 'SKIPPED' THEN 'REFUSED' ELSE m.state END, o.refusedBy = m.refusedBy,
        o.reason = m.reason
    RETURN count(o) AS settled
"""
SETTLE_OUTREACHES: Final = Statement("settle_outreaches", _SETTLE, timeout_ms=WRITE_TIMEOUT_MS)

# The same, and the pages of the people are newer. One statement, as it is part of every message's way.
SETTLE_AND_RAISE: Final = Statement(
    "settle_outreaches_and_raise_revisions",
    f"""
    CALL () {{ {_SETTLE} }}
    UNWIND $people AS id
    MATCH (p:Profile {{id: id}})
    SET p.revision = p.revision + 1, p.updatedAt = datetime({{epochMillis: $now}})
    RETURN collect([p.id, p.revision])
    """,
    timeout_ms=WRITE_TIMEOUT_MS,
)

# The oldest first, by the index (channel, dueAt, id): all three stand in WHERE and in ORDER BY, or it would not be used
# for the order, and the alternatives hide in CASE and coalesce, because the planner answers an OR with three searches
# and a sort. Nobody has nudged yet what became due after it was created; what was due at once, its mutation nudged.
# After the lock the nodes are matched anew: otherwise the values that were read before it would be looked at again.
DUE: Final = Statement(
    "due_messages",
    """
    WITH datetime.truncate('millisecond', datetime.realtime()) AS moment, datetime({epochMillis: $now}) AS now,
         duration({milliseconds: $renudgeMs}) AS patience
    CALL (moment, now, patience) {
      WITH moment, now, patience, CASE WHEN moment > now THEN moment ELSE now END AS horizon
      MATCH (waiting:Pending)
      WHERE waiting.channel = $channel AND waiting.dueAt <= horizon AND waiting.id IS NOT NULL
        AND CASE waiting.state WHEN $claimed THEN waiting.dueAt <= moment
            ELSE waiting.state IN $claimable AND waiting.dueAt <= now END
        AND coalesce(waiting.nudgedAt <= moment - patience,
                     waiting.dueAt > waiting.createdAt OR waiting.createdAt <= now - patience)
      RETURN waiting ORDER BY waiting.channel, waiting.dueAt, waiting.id LIMIT $limit
    }
    WITH moment, now, patience, waiting.id AS id ORDER BY id
    MATCH (m:Message {id: id})
    SET m.lock = 1
    WITH m, moment, now, patience
    WHERE CASE m.state WHEN $claimed THEN m.dueAt <= moment ELSE m.state IN $claimable AND m.dueAt <= now END
      AND coalesce(m.nudgedAt <= moment - patience, true)
    SET m.nudgedAt = moment
    RETURN collect([m.id, m.state])
    """,
    timeout_ms=WRITE_TIMEOUT_MS,
)

RECOVER: Final = Statement(
    "recover_messages",
    """
    UNWIND $expired AS each
    MATCH (m:Message {id: each.id})
    SET m.lock = 1
    WITH m, each
    WHERE m.state = $claimed AND m.dueAt <= datetime.realtime()
    WITH m, each, m.handedAt IS NOT NULL AS handed,
         m.handedAt IS NOT NULL AND (m.attemptCount - coalesce(m.earlierAttempts, 0) + 1 >= $maxAttempts
           OR EXISTS { (m)-[:TO]->()-[:OF]->(r:Resource) WHERE r.onUnknown = 'HOLD' }) AS ended
    SET m.state = CASE WHEN ended THEN $unknown ELSE $queued END, m.dueAt = datetime({epochMillis: $now}),
        m.attemptCount = m.attemptCount + CASE WHEN handed THEN 1 ELSE 0 END
    REMOVE m.claimToken, m.handedAt
    FOREACH (_ IN CASE WHEN handed THEN [1] ELSE [] END |
      CREATE (:Attempt {id: each.attemptId, at: datetime({epochMillis: $now}), provider: $provider,
                        outcome: 'UNKNOWN', answer: $answer})-[:OF]->(m))
    FOREACH (_ IN CASE WHEN ended THEN [1] ELSE [] END | REMOVE m:Pending)
    RETURN collect(m.id)
    """,
)
