"""Many people, made inside the graph: each statement makes so many things for each person of a range of numbers.

Ids are numbers in the form of the product's ids, so a second run would meet its own and fail: a graph is built once.
"""

from __future__ import annotations

from typing import Final, LiteralString

from graph.statement import Statement
from graph.statements.purchase_lines import LIST_UNDER_PRODUCTS

_TIMEOUT_MS = 600_000


def _id(prefix: LiteralString, number: LiteralString) -> LiteralString:
    return f"'{prefix}_' + right('00000000000000000000000000' + toString({number}), 26)"


_PEOPLE: Final[LiteralString] = (
    f"UNWIND range($from, $to, $step) AS person WITH person, {_id('prf', 'person')} AS profileId"
)
# Numbers of a person's things: no person has more than ten million of a kind.
_THINGS: Final[LiteralString] = f"""
{_PEOPLE}
MATCH (p:Profile {{id: profileId}})
UNWIND range($first, $first + $each - 1) AS place
WITH p, person, profileId, place, person * 10000000 + place AS number,
    datetime({{epochMillis: 1291161600000 + (person * 7919 + place * 104729) % 10000000000}}) AS at
"""


def _made(name: LiteralString, text: LiteralString) -> Statement:
    return Statement(name, text, _TIMEOUT_MS)


RESOURCES: Final = _made(
    "scale_resources",
    f"""
    UNWIND range(0, 19) AS number
    CREATE (:Resource {{id: {_id("res", "number")}, key: 'site-' + number, title: 'Resource ' + number,
        channels: ['EMAIL'], createdAt: datetime({{epochMillis: 0}})}})
    RETURN count(*)
    """,
)

PRODUCTS: Final = _made(
    "scale_products",
    f"""
    UNWIND range(0, 999) AS number
    CREATE (:Product {{id: {_id("pro", "number")}, sourceKey: 'scale:' + number, source: 'scale', sku: '' + number,
        name: 'Product ' + number, createdAt: datetime({{epochMillis: 0}})}})
    RETURN count(*)
    """,
)

PEOPLE: Final = _made(
    "scale_people",
    f"""
    {_PEOPLE}
    WITH person, profileId, datetime({{epochMillis: 1262304000000 + person * 1000}}) AS at
    CREATE (p:Profile {{id: profileId, status: 'SUBSCRIBED', revision: 1, kind: 'LEAD',
        isIdentified: true, isTest: false, firstName: 'First' + person % 1000, lastName: 'Last' + person % 5000,
        country: ['GB', 'DE', 'FR', 'ES'][person % 4], locale: 'en-GB', timezone: 'Europe/London',
        createdAt: at, updatedAt: at, firstSeenAt: at, lastSeenAt: at}})
    CREATE (i:Identifier {{id: {_id("idn", "person")}, key: 'EMAIL::person' + person + '@example.org', type: 'EMAIL',
        namespace: '', value: 'person' + person + '@example.org', masked: 'p***@example.org', createdAt: at}})
    CREATE (i)-[:IDENTIFIES {{since: at, source: 'scale', evidence: 'import'}}]->(p)
    RETURN count(*)
    """,
)

SUBSCRIPTIONS: Final = _made(
    "scale_subscriptions",
    f"""
    {_THINGS}
    MATCH (r:Resource {{id: {_id("res", "(person + place) % 20")}}})
    MATCH (i:Identifier {{id: {_id("idn", "person")}}})
    CREATE (s:Subscription {{id: {_id("sub", "number")}, key: profileId + ':' + r.id + ':EMAIL:' + i.id,
        channel: 'EMAIL', status: 'SUBSCRIBED', priority: place, createdAt: at, updatedAt: at}})
    CREATE (p)-[:HAS_SUBSCRIPTION]->(s), (s)-[:AT]->(i), (s)-[:OF]->(r)
    RETURN count(*)
    """,
)

EVENTS: Final = _made(
    "scale_events",
    f"""
    {_THINGS}
    CREATE (e:Event {{id: {_id("evt", "number")}, sourceKey: 'scale:' + number, source: 'scale',
        externalId: '' + number, profileId: profileId, type: ['page_view', 'click', 'search'][place % 3],
        occurredAt: at, receivedAt: at, valueMicros: 1250000, properties: '{{}}', isTest: false}})
    CREATE (e)-[:BY]->(p)
    RETURN count(*)
    """,
)

PURCHASES: Final = _made(
    "scale_purchases",
    f"""
    {_THINGS}
    CREATE (u:Purchase {{id: {_id("pur", "number")}, sourceKey: 'scale:' + number, source: 'scale',
        externalId: '' + number, profileId: profileId, kind: 'SALE', status: 'DELIVERED', placedAt: at, changedAt: at,
        currency: 'GBP', totalMicros: 10000000, deliveryMicros: 0, discountMicros: 0, isTest: false}})
    CREATE (u)-[:BY]->(p)
    SET p:Buyer
    WITH u, person, place
    UNWIND range(1, $lines) AS position
    MATCH (x:Product {{id: {_id("pro", "(person + place * 7 + position * 13) % 1000")}}})
    CREATE (u)-[:CONTAINS {{position: position, quantity: 1, unitPriceMicros: 2000000, totalMicros: 2000000,
        status: 'DELIVERED'}}]->(x)
    WITH DISTINCT u
    {LIST_UNDER_PRODUCTS}
    RETURN count(u)
    """,
)

MESSAGES: Final = _made(
    "scale_messages",
    f"""
    {_THINGS}
    MATCH (s:Subscription {{id: {_id("sub", "person * 10000000")}}})
    CREATE (m:Message {{id: {_id("msg", "number")}, profileId: profileId, state: 'DELIVERED', purpose: 'MARKETING',
        channel: 'EMAIL', subject: 'Offer ' + place, text: 'An offer', isTest: false, createdAt: at, dueAt: at,
        sentAt: at, attemptCount: 1}})
    CREATE (m)-[:TO]->(s)
    RETURN count(*)
    """,
)

FRESH_FIGURES: Final = _made("scale_fresh_figures", "CALL db.prepareForReplanning(600)")
