"""What people did before they became one, and the keys under which everything of theirs is unique."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from graph.connection import Graph
from tests.graph.merging.people import patient

_WRITE = patient(
    "write_past",
    """
    UNWIND $entries AS row
    MATCH (p:Profile {id: row.profileId})
    WITH p, row, datetime({epochMillis: row.at}) AS at
    FOREACH (_ IN CASE row.kind WHEN 'event' THEN [1] ELSE [] END |
        CREATE (:Event {id: row.id, sourceKey: 'web:' + row.id, source: 'web', externalId: row.id, profileId: p.id,
            type: 'page.viewed', occurredAt: at, receivedAt: at, isTest: false})-[:BY]->(p))
    FOREACH (_ IN CASE row.kind WHEN 'purchase' THEN [1] ELSE [] END |
        CREATE (:Purchase {id: row.id, sourceKey: 'shop:' + row.id, source: 'shop', externalId: row.id, kind: 'SALE',
            status: 'PAID', profileId: p.id, placedAt: at, changedAt: at, currency: 'GBP', totalMicros: 1000000,
            deliveryMicros: 0, discountMicros: 0, isTest: false})-[:BY]->(p))
    FOREACH (_ IN CASE row.kind WHEN 'message' THEN [1] ELSE [] END |
        CREATE (:Message {id: row.id, profileId: p.id, state: 'SENT', purpose: 'MARKETING', channel: 'EMAIL',
            subject: 'Hello', createdAt: at, sentAt: at, isTest: false, attemptCount: 1}))
    RETURN count(*)
    """,
)
_KEYS = patient(
    "keys",
    """
    MATCH (p:Profile {id: $id})
    RETURN [COLLECT { MATCH (p)-[:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]->(s) RETURN [s.id, s.key] ORDER BY s.id },
        COLLECT { MATCH (p)-[:OPTED_OUT]->(x) RETURN x.key ORDER BY x.key },
        COLLECT { MATCH (p)-[:RELATES]->(x) RETURN x.key ORDER BY x.key }]
    """,
)


async def write_past(graph: Graph, dice: Random, ids: Sequence[str], before_ms: int) -> None:
    """Up to three events, purchases and messages of each."""
    entries = [
        {"profileId": profile_id, "kind": kind, "id": f"{kind}_{profile_id}_{number}", "at": dice.randrange(before_ms)}
        for profile_id in ids
        for kind in ("event", "purchase", "message")
        for number in range(dice.randrange(4))
    ]
    if entries:
        await graph.change(_WRITE, entries=entries)


async def keys_of(graph: Graph, profile_id: str) -> list[Any]:
    found: list[Any] = await graph.read(_KEYS, id=profile_id)
    return found
