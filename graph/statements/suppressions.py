from __future__ import annotations

from typing import Final, LiteralString

from graph.statement import Statement


def stopping(
    resource_id: LiteralString, address: LiteralString = "i", subscription: LiteralString = "s"
) -> LiteralString:
    """Until when each suppression stops the address of a subscription, null for one without an end.

    Each is found by its key: of the address or its domain, for all resources or this one, all channels or this one.
    """
    return f"""COLLECT {{
        UNWIND [{address}.id, {address}.domain] AS stopped
        UNWIND ['', {resource_id}] AS stoppedAt
        UNWIND ['', {subscription}.channel] AS stoppedOn
        MATCH (stop:Suppression {{key: stopped + ':' + stoppedAt + ':' + stoppedOn}})
        RETURN stop.until.epochMillis
    }}"""


# The lock is taken before anything is read that another may have changed.
CLAIM: Final = Statement(
    "claim_suppression",
    """
    MERGE (x:Suppression {key: $key})
    ON CREATE SET x.id = $id
    SET x.kind = $kind
    RETURN [x.id, x.since.epochMillis, x.until.epochMillis, x.reason]
    """,
)

WRITE: Final = Statement(
    "write_suppression",
    """
    MATCH (x:Suppression {key: $key})
    SET x.domain = $domain, x.resourceId = $resourceId, x.channel = $channel, x.reason = $reason,
        x.since = datetime({epochMillis: $since}),
        x.until = CASE WHEN $until IS NULL THEN null ELSE datetime({epochMillis: $until}) END
    WITH x
    OPTIONAL MATCH (i:Identifier {id: $identifierId})
    OPTIONAL MATCH (r:Resource {id: $resourceId})
    FOREACH (_ IN CASE WHEN i IS NULL THEN [] ELSE [1] END | MERGE (x)-[:STOPS]->(i))
    FOREACH (_ IN CASE WHEN r IS NULL THEN [] ELSE [1] END | MERGE (x)-[:OF]->(r))
    RETURN x.id
    """,
)

ID_OF_IDENTIFIER: Final = Statement("id_of_identifier", "MATCH (i:Identifier {key: $key}) RETURN i.id")

ID_BY_KEY: Final = Statement("id_of_suppression", "MATCH (x:Suppression {key: $key}) RETURN x.id")

# Whose page shows it.
OWNERS: Final = Statement(
    "owners_of_suppressed",
    """
    MATCH (x:Suppression {id: $id})
    RETURN COLLECT {
        MATCH (x)-[:STOPS]->(:Identifier)-[:IDENTIFIES]->(p:Profile)
        RETURN DISTINCT coalesce(p.mergedInto, p.id) AS id ORDER BY id
    }
    """,
)

LOCK_STOPPED: Final = Statement(
    "lock_suppressed_identifier",
    """
    MATCH (:Suppression {id: $id})-[:STOPS]->(i:Identifier)
    SET i.type = i.type
    RETURN i.key
    """,
)

DELETE: Final = Statement(
    "delete_suppression",
    """
    MATCH (x:Suppression {id: $id})
    DETACH DELETE x
    RETURN count(x)
    """,
)

# What used to be two properties of the identifier; and the domain, by which a whole domain is stopped. In pages of
# 5,000 in the order of the ids; answers with the last id of a page that was full.
MIGRATE_PAGE: Final = Statement(
    "suppressions_of_page_of_identifiers",
    """
    MATCH (i:Identifier)
    USING INDEX i:Identifier(id)
    WHERE i.id > $after
    WITH i ORDER BY i.id LIMIT 5000
    FOREACH (_ IN CASE WHEN i.type = 'EMAIL' AND i.domain IS NULL THEN [1] ELSE [] END |
        SET i.domain = split(i.key, '@')[-1])
    FOREACH (_ IN CASE WHEN i.suppressedAt IS NULL THEN [] ELSE [1] END |
        MERGE (x:Suppression {key: i.id + '::'})
        ON CREATE SET x.id = 'sup_' + substring(i.id, 4), x.kind = 'ADDRESS', x.since = i.suppressedAt,
            x.reason = coalesce(i.suppressionReason, 'hard bounce')
        MERGE (x)-[:STOPS]->(i)
        REMOVE i.suppressedAt, i.suppressionReason)
    RETURN CASE count(i) WHEN 5000 THEN max(i.id) END
    """,
    120_000,
)
