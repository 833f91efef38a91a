"""What providers tell of messages. A receipt is found by the provider's own key, so that it counts once."""

from __future__ import annotations

from typing import Final

from graph.statement import WRITE_TIMEOUT_MS, Statement

# By our id where the provider carries it, else by the id that the provider gave to a try. `isSoft` where an address has
# failures to forget.
MESSAGES: Final = Statement(
    "messages_of_receipts",
    """
    CALL () {
      UNWIND $byId AS row
      MATCH (m:Message {id: row.messageId}) WHERE m.channel = row.channel
      RETURN row.key AS key, m
      UNION ALL
      UNWIND $byProviderKey AS row
      MATCH (:Attempt {providerKey: row.providerKey})-[:OF]->(m:Message) WHERE m.channel = row.channel
      RETURN row.key AS key, head(collect(m)) AS m
    }
    OPTIONAL MATCH (i:Identifier {id: m.addressId})
    RETURN collect([key, m.id, i.softBouncedAt IS NOT NULL])
    """,
    WRITE_TIMEOUT_MS,
)

# Messages are locked in order before receipts are. Answers with the receipts that no message has yet, and with what is
# known of each message.
CLAIM: Final = Statement(
    "claim_receipts",
    """
    CALL () {
      UNWIND $messageIds AS id
      MATCH (m:Message {id: id})
      SET m.lock = 1
      RETURN collect([m.id, {state: m.state, sent_at: m.sentAt.epochMillis, delivered_at: m.deliveredAt.epochMillis,
        opened_at: m.openedAt.epochMillis, first_clicked_at: m.firstClickedAt.epochMillis,
        complained_at: m.complainedAt.epochMillis, bounced_at: m.bouncedAt.epochMillis,
        bounce_reason: CASE WHEN m.bouncedAt IS NOT NULL THEN m.bounceReason END,
        seen_opens: coalesce(m.seenOpens, m.openCount, 0), clicks: coalesce(m.clickCount, 0)}]) AS standings
    }
    CALL () {
      UNWIND $receipts AS row
      MERGE (r:Receipt {key: row.key})
      ON CREATE SET r.id = row.id
      WITH r, row WHERE NOT EXISTS { (r)-[:OF]->() }
      RETURN collect(row.key) AS fresh
    }
    RETURN {fresh: fresh, standings: standings}
    """,
    WRITE_TIMEOUT_MS,
)

# What is known of messages from now on, and the receipts that said it. A worker that holds a message keeps its token,
# so that it can still say how its try ended.
WRITE: Final = Statement(
    "write_receipts",
    """
    CALL () {
      UNWIND $standings AS row
      MATCH (m:Message {id: row.id})
      SET m.state = row.state, m.seenOpens = row.seen_opens, m.openCount = row.openCount, m.clickCount = row.clicks,
        m.bounceReason = row.bounce_reason, m.reason = row.bounce_reason,
        m.sentAt = CASE WHEN row.sent_at IS NOT NULL THEN datetime({epochMillis: row.sent_at}) END,
        m.deliveredAt = CASE WHEN row.delivered_at IS NOT NULL THEN datetime({epochMillis: row.delivered_at}) END,
        m.openedAt = CASE WHEN row.opened_at IS NOT NULL THEN datetime({epochMillis: row.opened_at}) END,
        m.firstClickedAt = CASE WHEN row.first_clicked_at IS NOT NULL
            THEN datetime({epochMillis: row.first_clicked_at}) END,
        m.complainedAt = CASE WHEN row.complained_at IS NOT NULL THEN datetime({epochMillis: row.complained_at}) END,
        m.bouncedAt = CASE WHEN row.bounced_at IS NOT NULL THEN datetime({epochMillis: row.bounced_at}) END
      REMOVE m:Pending, m.nudgedAt
      RETURN count(m) AS changed
    }
    UNWIND $receipts AS row
    MATCH (r:Receipt {key: row.key})
    MATCH (m:Message {id: row.messageId})
    CREATE (r)-[:OF]->(m)
    SET r.provider = row.provider, r.eventType = row.kind, r.applied = row.applied, r.reason = row.reason,
        r.raw = row.raw, r.at = datetime({epochMillis: row.at}), r.receivedAt = datetime({epochMillis: $now})
    REMOVE r:Orphan, r.told, r.lookAt
    RETURN count(r)
    """,
    WRITE_TIMEOUT_MS,
)

# What came before its message was known to have been taken, or is about somebody else's message at the same account.
KEEP_ORPHANS: Final = Statement(
    "keep_orphans_of_receipts",
    """
    UNWIND $rows AS row
    MERGE (r:Receipt {key: row.key})
    ON CREATE SET r:Orphan, r.id = row.id, r.told = row.told, r.receivedAt = datetime({epochMillis: $now}),
        r.lookAt = datetime({epochMillis: $lookAt})
    RETURN count(r)
    """,
    WRITE_TIMEOUT_MS,
)

ORPHANS: Final = Statement(
    "orphans_of_receipts",
    """
    MATCH (r:Orphan) WHERE r.lookAt <= datetime({epochMillis: $now})
    WITH r ORDER BY r.lookAt LIMIT $limit
    RETURN collect([r.key, r.told, r.receivedAt.epochMillis])
    """,
)

POSTPONE_ORPHANS: Final = Statement(
    "postpone_orphans_of_receipts",
    """
    UNWIND $rows AS row
    MATCH (r:Receipt {key: row.key}) WHERE r:Orphan
    SET r.lookAt = datetime({epochMillis: row.lookAt})
    RETURN count(r)
    """,
    WRITE_TIMEOUT_MS,
)

DROP_ORPHANS: Final = Statement(
    "drop_orphans_of_receipts",
    """
    UNWIND $keys AS key
    MATCH (r:Receipt {key: key}) WHERE r:Orphan
    DELETE r
    RETURN count(*)
    """,
    WRITE_TIMEOUT_MS,
)

# The addresses that messages went to, with the times at which they failed.
SOFT_BOUNCES: Final = Statement(
    "soft_bounces_of_messages",
    """
    UNWIND $ids AS id
    MATCH (m:Message {id: id})
    MATCH (i:Identifier {id: m.addressId})
    RETURN collect([m.id, i.id, coalesce(i.softBouncedAt, [])])
    """,
)

WRITE_SOFT_BOUNCES: Final = Statement(
    "write_soft_bounces",
    """
    UNWIND $rows AS row
    MATCH (i:Identifier {id: row.id})
    SET i.softBouncedAt = row.times
    RETURN count(i)
    """,
)

# Of messages that were reported as unwanted the address that they went to.
ADDRESSES: Final = Statement(
    "addresses_of_messages",
    """
    UNWIND $ids AS id
    MATCH (m:Message {id: id})
    MATCH (i:Identifier {id: m.addressId})
    RETURN collect([m.id, {type: i.type, namespace: coalesce(i.namespace, ''), value: i.value}])
    """,
)
