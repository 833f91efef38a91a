"""How the bench's data is written: as the product writes it, plus what only the peers read.

`…Ms` beside a time is the same instant as a floating-point number, which JavaScript takes as it comes; the edge FOR
leads from a message straight to its person, for systems that walk edges.
"""

from __future__ import annotations

from typing import Final, LiteralString

from graph.statement import Statement

_TIMEOUT_MS = 600_000


def _batch(name: LiteralString, text: LiteralString) -> Statement:
    return Statement(name, text, _TIMEOUT_MS)


BUYERS: Final = _batch(
    "bench_buyers",
    """
    MATCH (i:Identifier)-[:IDENTIFIES]->(p:Profile)
    WITH p, min(i.key) AS key ORDER BY key
    RETURN collect([p.id, p.country])
    """,
)

PROFILES: Final = _batch(
    "bench_profiles",
    """
    UNWIND $rows AS row
    MERGE (p:Profile {id: row.id})
    ON CREATE SET p.status = 'SUBSCRIBED', p.kind = 'ANONYMOUS', p.isIdentified = false,
        p.isTest = false
    WITH p, row, datetime({epochMillis: row.createdMs}) AS created
    SET p.revision = row.revision, p.firstName = row.firstName, p.lastName = row.lastName, p.country = row.country,
        p.locale = row.locale, p.timezone = row.timezone, p.createdAt = created, p.updatedAt = created,
        p.firstSeenAt = created, p.lastSeenAt = created, p.createdAtMs = toFloat(row.createdMs)
    RETURN count(*)
    """,
)

PURCHASE_TIMES: Final = _batch(
    "bench_purchase_times",
    "MATCH (u:Purchase) SET u.placedAtMs = toFloat(u.placedAt.epochMillis) RETURN count(*)",
)

RESOURCES: Final = _batch(
    "bench_resources",
    """
    UNWIND $rows AS row
    CREATE (:Resource {id: row.id, key: row.key, title: row.title, channels: row.channels,
        createdAt: datetime({epochMillis: row.createdMs})})
    RETURN count(*)
    """,
)

IDENTIFIERS: Final = _batch(
    "bench_identifiers",
    """
    UNWIND $rows AS row
    MATCH (p:Profile {id: row.profileId})
    WITH p, row, datetime({epochMillis: row.createdMs}) AS created
    CREATE (i:Identifier {id: row.id, key: row.key, type: row.type, namespace: row.namespace, value: row.value,
        masked: row.masked, reversed: row.reversed, createdAt: created})
    CREATE (i)-[:IDENTIFIES {since: created, source: 'bench', evidence: 'import'}]->(p)
    RETURN count(*)
    """,
)

SUBSCRIPTIONS: Final = _batch(
    "bench_subscriptions",
    """
    UNWIND $rows AS row
    MATCH (p:Profile {id: row.profileId})
    MATCH (i:Identifier {id: row.identifierId})
    MATCH (r:Resource {id: row.resourceId})
    WITH p, i, r, row, datetime({epochMillis: row.createdMs}) AS created
    CREATE (s:Subscription {id: row.id, key: row.key, channel: row.channel, status: row.status,
        priority: row.priority, createdAt: created, updatedAt: created, createdAtMs: toFloat(row.createdMs)})
    CREATE (p)-[:HAS_SUBSCRIPTION]->(s), (s)-[:AT]->(i), (s)-[:OF]->(r)
    RETURN count(*)
    """,
)

EVENTS: Final = _batch(
    "bench_events",
    """
    UNWIND $rows AS row
    MATCH (p:Profile {id: row.profileId})
    WITH p, row, datetime({epochMillis: row.atMs}) AS at
    CREATE (e:Event {id: row.id, sourceKey: row.sourceKey, source: row.source, externalId: row.externalId,
        profileId: row.profileId, type: row.type, occurredAt: at, receivedAt: at, valueMicros: row.valueMicros,
        properties: row.properties, isTest: false, occurredAtMs: toFloat(row.atMs)})
    CREATE (e)-[:BY]->(p)
    RETURN count(*)
    """,
)

OUTREACHES: Final = _batch(
    "bench_outreaches",
    """
    UNWIND $rows AS row
    CREATE (:Outreach {id: row.id, profileId: row.profileId, origin: 'API', state: 'QUEUED',
        createdAt: datetime({epochMillis: row.createdMs})})
    RETURN count(*)
    """,
)

MESSAGES: Final = _batch(
    "bench_messages",
    """
    UNWIND $rows AS row
    MATCH (p:Profile {id: row.profileId})
    MATCH (s:Subscription {id: row.subscriptionId})
    MATCH (o:Outreach {id: row.outreachId})
    WITH p, s, o, row, datetime({epochMillis: row.atMs}) AS at
    CREATE (m:Message {id: row.id, profileId: row.profileId, state: row.state, purpose: 'MARKETING',
        channel: row.channel, subject: row.subject, text: 'An offer', isTest: false, createdAt: at, dueAt: at,
        sentAt: at, attemptCount: 1, createdAtMs: toFloat(row.atMs)})
    CREATE (m)-[:TO]->(s), (m)-[:PART_OF]->(o), (m)-[:FOR]->(p)
    RETURN count(*)
    """,
)

# What the peers' statements can use beyond the product's own indexes.
PEER_INDEXES: Final = (
    _batch("bench_index_country", "CREATE INDEX bench_country IF NOT EXISTS FOR (n:Profile) ON (n.country)"),
    _batch(
        "bench_index_country_created",
        "CREATE INDEX bench_country_created IF NOT EXISTS FOR (n:Profile) ON (n.country, n.createdAt)",
    ),
    _batch(
        "bench_index_country_created_ms",
        "CREATE INDEX bench_country_created_ms IF NOT EXISTS FOR (n:Profile) ON (n.country, n.createdAtMs)",
    ),
    _batch("bench_await_indexes", "CALL db.awaitIndexes(600)"),
    # The planner chooses by these figures, and sees old ones for a while after a load.
    _batch("bench_fresh_figures", "CALL db.prepareForReplanning(600)"),
)
