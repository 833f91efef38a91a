"""Addresses that messages went to and that turned out to be dead or to have moved, with their subscriptions."""

from __future__ import annotations

from typing import Final

from graph.statement import Statement

LOCK_ADDRESSES: Final = Statement(
    "lock_addresses_of_messages",
    """
    UNWIND $ids AS id
    MATCH (m:Message {id: id})
    MATCH (i:Identifier {id: m.addressId})
    WITH DISTINCT i ORDER BY i.key
    SET i.type = i.type
    RETURN count(i)
    """,
)

LOCK_SUBSCRIPTIONS: Final = Statement(
    "lock_subscriptions_of_messages",
    """
    UNWIND $ids AS id
    MATCH (:Message {id: id})-[:TO]->(s:Subscription)
    WITH DISTINCT s ORDER BY s.id
    SET s.createdAt = s.createdAt
    RETURN count(s)
    """,
)

# Of each the person it belongs to today, and one of the messages. One that was absorbed in a merge is spoken for by
# another.
SUBSCRIPTIONS_OF_MESSAGES: Final = Statement(
    "subscriptions_of_messages",
    """
    UNWIND $ids AS id
    MATCH (m:Message {id: id})-[:TO]->(named:Subscription)
    MATCH (named)-[:ABSORBED_BY*0..200]->(s) WHERE NOT EXISTS { (s)-[:ABSORBED_BY]->() }
    MATCH (s)<-[:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]-(p:Profile)
    WITH s, p, min(m.id) AS messageId ORDER BY s.id
    RETURN collect([s.id, coalesce(p.mergedInto, p.id), messageId])
    """,
)

# A dead address is dead for good: one that was stopped for some time only is stopped without an end from now on.
SUPPRESS: Final = Statement(
    "suppress_addresses_of_messages",
    """
    UNWIND $suppressions AS each
    MATCH (m:Message {id: each.id})
    MATCH (i:Identifier {id: m.addressId})
    MERGE (x:Suppression {key: i.id + '::'})
    ON CREATE SET x.id = each.suppressionId, x.kind = 'ADDRESS'
    WITH x, i, each WHERE x.since IS NULL OR x.until IS NOT NULL
    SET x.since = coalesce(CASE WHEN x.until > datetime({epochMillis: $now}) THEN x.since END,
            datetime({epochMillis: $now})), x.reason = each.reason
    REMOVE x.until
    MERGE (x)-[:STOPS]->(i)
    RETURN count(i)
    """,
)

# A chat that was renewed is the same address with another value.
MOVE: Final = Statement(
    "move_addresses_of_messages",
    """
    UNWIND $moved AS row
    MATCH (m:Message {id: row.id})
    MATCH (i:Identifier {id: m.addressId})
    WITH i, row, i.type + ':' + coalesce(i.namespace, '') + ':' + row.value AS key
    WHERE NOT EXISTS { MATCH (:Identifier {key: key}) }
    SET i.key = key, i.value = row.value, i.masked = row.masked
    RETURN count(i)
    """,
)
