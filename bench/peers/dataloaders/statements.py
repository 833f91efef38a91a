"""One statement for each loader: a page for every key at once. Histories are walked along the edges."""

from __future__ import annotations

from typing import Final, LiteralString

PROFILE: Final = "MATCH (x:Profile {id: $id}) RETURN x"
PURCHASE: Final = "MATCH (x:Purchase {id: $id}) RETURN x"
PROFILES: Final = """
MATCH (x:Profile)
WHERE x.country = $country AND x.createdAt IS NOT NULL
    AND EXISTS { MATCH (x)<-[:BY]-(u:Purchase) WHERE u.totalMicros > $over }
RETURN x ORDER BY x.country DESC, x.createdAt DESC, x.id DESC LIMIT $first
"""

_OF_PROFILE: Final = "UNWIND $keys AS key MATCH (p:Profile {id: key})"

SUBSCRIPTIONS: Final = f"""
{_OF_PROFILE}
CALL (p) {{ MATCH (p)-[:HAS_SUBSCRIPTION]->(x) RETURN x ORDER BY x.priority, x.id LIMIT $first }}
RETURN key, collect(x) AS found
"""


def _newest(match: LiteralString, time: LiteralString) -> LiteralString:
    page: LiteralString = f"CALL (p) {{ MATCH {match} RETURN x ORDER BY x.{time} DESC, x.id DESC LIMIT $first }}"
    return f"{_OF_PROFILE} {page} RETURN key, collect(x) AS found"


EVENTS: Final = _newest("(p)<-[:BY]-(x:Event)", "occurredAt")
PURCHASES: Final = _newest("(p)<-[:BY]-(x:Purchase)", "placedAt")
MESSAGES: Final = _newest("(p)<-[:FOR]-(x:Message)", "createdAt")

LINES: Final = """
UNWIND $keys AS key MATCH (p:Purchase {id: key})
CALL (p) { MATCH (p)-[line:CONTAINS]->(product) RETURN line, product ORDER BY line.position LIMIT $first }
RETURN key, collect({position: line.position, quantity: line.quantity, unitPriceMicros: line.unitPriceMicros,
    product: product}) AS found
"""
PRODUCT_PURCHASES: Final = """
UNWIND $keys AS key MATCH (p:Product {id: key})
CALL (p) {
    MATCH (p)<-[:CONTAINS]-(x:Purchase)
    RETURN DISTINCT x ORDER BY x.placedAt DESC, x.id DESC LIMIT $first
}
RETURN key, collect(x) AS found
"""

BUYER: Final = "UNWIND $keys AS key MATCH (:Purchase {id: key})-[:BY]->(x) RETURN key, x AS found"
ADDRESS: Final = "UNWIND $keys AS key MATCH (:Subscription {id: key})-[:AT]->(x) RETURN key, x AS found"
RESOURCE: Final = "UNWIND $keys AS key MATCH (:Subscription {id: key})-[:OF]->(x) RETURN key, x AS found"
