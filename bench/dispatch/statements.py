"""People who can be written to, and what waits for them, made inside the graph as the product's mutations make it."""

from __future__ import annotations

from typing import Final, LiteralString

from graph.statement import Statement

_TIMEOUT_MS = 600_000


def _id(prefix: LiteralString, number: LiteralString) -> LiteralString:
    return f"'{prefix}_' + right('00000000000000000000000000' + toString({number}), 26)"


RESOURCE: Final = Statement(
    "dispatch_resource",
    f"""
    CREATE (r:Resource {{id: {_id("res", "0")}, key: 'dispatch', title: 'Dispatch', channels: ['SMS', 'TELEGRAM'],
        createdAt: datetime({{epochMillis: 0}})}})
    RETURN r.id
    """,
)

# Each has a number and a chat, and has said yes to both.
PEOPLE: Final = Statement(
    "dispatch_people",
    f"""
    MATCH (r:Resource {{key: 'dispatch'}})
    UNWIND range($first, $first + $count - 1) AS person
    WITH r, person, {_id("prf", "person")} AS profileId, datetime({{epochMillis: $now}}) AS at
    CREATE (p:Profile {{id: profileId, status: 'SUBSCRIBED', revision: 1, kind: 'SUBSCRIBER', isIdentified: true,
        isTest: false, createdAt: at, updatedAt: at, firstSeenAt: at, lastSeenAt: at}})
    WITH r, p, person, at
    UNWIND [
        {{place: 0, channel: 'SMS', type: 'PHONE', namespace: '', value: '+1555' + (1000000 + person)}},
        {{place: 1, channel: 'TELEGRAM', type: 'TELEGRAM', namespace: 'telegram', value: toString(5000000 + person)}}
    ] AS way
    WITH r, p, person, at, way, person * 2 + way.place AS number
    CREATE (i:Identifier {{id: {_id("idn", "number")}, key: way.type + ':' + way.namespace + ':' + way.value,
        type: way.type, namespace: way.namespace, value: way.value, masked: '***', createdAt: at}})
    CREATE (i)-[:IDENTIFIES {{since: at, source: 'bench', evidence: 'import'}}]->(p)
    CREATE (s:Subscription {{id: {_id("sub", "number")}, key: p.id + ':' + r.id + ':' + way.channel + ':' + i.id,
        channel: way.channel, status: 'SUBSCRIBED', priority: 0, createdAt: at, updatedAt: at}})
    CREATE (p)-[:HAS_SUBSCRIPTION]->(s), (s)-[:AT]->(i), (s)-[:OF]->(r)
    RETURN count(s)
    """,
    _TIMEOUT_MS,
)

# One to each person, as `sendMessage` queues it.
QUEUE: Final = Statement(
    "dispatch_queue",
    f"""
    UNWIND $rows AS row
    MATCH (s:Subscription {{id: {_id("sub", "row.person * 2 + $place")}}})
    CREATE (o:Outreach {{id: row.outreachId, profileId: {_id("prf", "row.person")}, origin: 'API', state: 'QUEUED',
        createdAt: datetime({{epochMillis: $now}})}})
    CREATE (m:Message:Pending {{id: row.messageId, profileId: o.profileId, state: 'QUEUED', purpose: 'MARKETING',
        channel: s.channel, text: 'Your parcel has left.', isTest: false, createdAt: datetime({{epochMillis: $now}}),
        dueAt: datetime({{epochMillis: $due}}), attemptCount: 0, openCount: 0, clickCount: 0,
        lock: 1}})
    CREATE (m)-[:TO]->(s), (m)-[:PART_OF]->(o)
    RETURN count(m)
    """,
    _TIMEOUT_MS,
)

# So that the next round begins without them.
GIVE_UP: Final = Statement(
    "dispatch_give_up",
    """
    MATCH (m:Pending {channel: $channel})
    SET m.state = 'CANCELLED'
    REMOVE m:Pending, m.claimToken
    RETURN count(m)
    """,
    _TIMEOUT_MS,
)

# How many of them came to which state, and how often they were tried.
OUTCOMES: Final = Statement(
    "dispatch_outcomes",
    """
    UNWIND $ids AS id
    MATCH (m:Message {id: id})
    WITH m.state AS state, count(*) AS number, sum(m.attemptCount) AS tries
    RETURN collect([state, number, tries])
    """,
    _TIMEOUT_MS,
)
# Both are looked up, and not counted.
WAITING: Final = Statement("dispatch_waiting", "MATCH (m:Pending) RETURN count(m)")
RECEIVED: Final = Statement("dispatch_received", "MATCH (:Receipt)-[r:OF]->() RETURN count(r)")
FRESH_FIGURES: Final = Statement("dispatch_fresh_figures", "CALL db.prepareForReplanning(600)", _TIMEOUT_MS)
