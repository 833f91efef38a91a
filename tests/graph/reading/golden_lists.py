"""For each other kind of list: a document, its statement and the parameters."""

from __future__ import annotations

from collections.abc import Mapping

from tests.graph.reading.places import CURSORS

_PURCHASE = CURSORS.at("Purchase.placedAt", 7000, "pur_7")

STATEMENTS: dict[str, tuple[str, str, Mapping[str, object]]] = {
    "the timeline, of two kinds": (
        """profile(by: {id: "prf_1"}) { timeline(kinds: [EVENT, MESSAGE], first: 2) { nodes { id ... on
        Event { eventType } } } }""",
        """
CALL () {
MATCH (v0o:Profile {id: $p0}) OPTIONAL MATCH (v0w:Profile {id: v0o.mergedInto}) WITH *, \
coalesce(v0w, v0o) AS v0
CALL (v0) {
UNWIND coalesce(v0.memberIds, [v0.id]) AS v1m
CALL (v1m) {
MATCH (v1:Event) USING INDEX SEEK v1:Event(profileId, occurredAt, id) WHERE v1.profileId = v1m AND \
v1.occurredAt IS NOT NULL AND v1.id IS NOT NULL RETURN v1, v1.occurredAt AS v1t, 'EVENT' AS v1k \
ORDER BY v1.profileId DESC, v1.occurredAt DESC, v1.id DESC LIMIT $p1
UNION ALL
MATCH (v1:Message) USING INDEX SEEK v1:Message(profileId, createdAt, id) WHERE v1.profileId = v1m \
AND v1.createdAt IS NOT NULL AND v1.id IS NOT NULL RETURN v1, v1.createdAt AS v1t, 'MESSAGE' AS \
v1k ORDER BY v1.profileId DESC, v1.createdAt DESC, v1.id DESC LIMIT $p1
}
WITH v1, v1t, v1k ORDER BY v1t DESC, v1.id DESC LIMIT $p1
CALL (v1, v1k) {
WITH 1 AS wanted WHERE v1k = 'EVENT'
RETURN collect([v1.id, v1.type]) AS c2
}
CALL (v1, v1k) {
WITH 1 AS wanted WHERE v1k = 'PURCHASE'
RETURN collect([v1.id]) AS c3
}
CALL (v1, v1k) {
WITH 1 AS wanted WHERE v1k = 'MESSAGE'
RETURN collect([v1.id]) AS c4
}
CALL (v1, v1k) {
WITH 1 AS wanted WHERE v1k = 'CONSENT'
RETURN collect([v1.id]) AS c5
}
CALL (v1, v1k) {
WITH 1 AS wanted WHERE v1k = 'MERGE'
RETURN collect([v1.id]) AS c6
}
RETURN collect([c2, c3, c4, c5, c6, v1k]) AS c7
}
RETURN collect([c7]) AS c8
}
RETURN [c8] AS data""",
        {"p0": "prf_1", "p1": 2},
    ),
    "the newest purchases of a product, and how many there are": (
        """product(by: {id: "pro_1"}) { purchases(first: 2) { nodes { id profile { id } } count { value } } }""",
        """
CALL () {
MATCH (v0:Product {id: $p0})
CALL (v0) {
MATCH (v3)-[v3e:CONTAINS]->() USING INDEX SEEK v3e:CONTAINS(productId, placedAt, purchaseId) WHERE \
v3e.productId = v0.id AND v3e.placedAt IS NOT NULL AND v3e.purchaseId IS NOT NULL
WITH v3 LIMIT $p1
RETURN [count(v3), count(v3)] AS n4
}
CALL (v0) {
MATCH (v1)-[v1e:CONTAINS]->() USING INDEX SEEK v1e:CONTAINS(productId, placedAt, purchaseId) WHERE \
v1e.productId = v0.id AND v1e.placedAt IS NOT NULL AND v1e.purchaseId IS NOT NULL
WITH v1 ORDER BY v1e.productId DESC, v1e.placedAt DESC, v1e.purchaseId DESC LIMIT $p2
OPTIONAL CALL (v1) { MATCH (v1)-[:BY]->(v2o) OPTIONAL MATCH (v2w:Profile {id: v2o.mergedInto}) \
RETURN coalesce(v2w, v2o) AS v2 LIMIT 1 }
RETURN collect([v1.id, v2.id]) AS c5
}
RETURN collect([n4, c5]) AS c6
}
RETURN [c6] AS data""",
        {"p0": "pro_1", "p1": 10001, "p2": 2},
    ),
    "the purchases of a product behind a cursor": (
        f"""product(by: {{id: "pro_1"}}) {{ purchases(first: 2, after: "{_PURCHASE}") {{ nodes {{ id }} }} }}""",
        """
CALL () {
MATCH (v0:Product {id: $p0})
CALL (v0) {
CALL (v0) {
MATCH (v1)-[v1e:CONTAINS]->() USING INDEX SEEK v1e:CONTAINS(productId, placedAt, purchaseId) WHERE \
v1e.productId = v0.id AND v1e.placedAt = datetime({epochMillis: $p2}) AND v1e.purchaseId < $p3 \
RETURN v1 ORDER BY v1e.productId DESC, v1e.placedAt DESC, v1e.purchaseId DESC LIMIT $p1
UNION ALL
MATCH (v1)-[v1e:CONTAINS]->() USING INDEX SEEK v1e:CONTAINS(productId, placedAt, purchaseId) WHERE \
v1e.productId = v0.id AND v1e.placedAt < datetime({epochMillis: $p2}) AND v1e.purchaseId IS NOT \
NULL RETURN v1 ORDER BY v1e.productId DESC, v1e.placedAt DESC, v1e.purchaseId DESC LIMIT $p1
}
WITH v1 ORDER BY v1.placedAt DESC, v1.id DESC LIMIT $p1
RETURN collect([v1.id]) AS c2
}
RETURN collect([c2]) AS c3
}
RETURN [c3] AS data""",
        {"p0": "pro_1", "p1": 2, "p2": 7000, "p3": "pur_7"},
    ),
    "products found by words": (
        'products(search: "lamp", first: 2) { nodes { id } }',
        """
CALL () {
CALL () {
CALL db.index.fulltext.queryNodes('words_of_Product_name', $p1, {limit: 1000}) YIELD node AS v0 \
WITH v0 RETURN v0
UNION
MATCH (v0:Product) WHERE v0.sku STARTS WITH $p2 RETURN v0 LIMIT 1000
}
WITH v0
WITH v0
WITH v0 ORDER BY v0.name IS NULL ASC, v0.name ASC, v0.id ASC LIMIT $p0
RETURN collect([v0.id]) AS c1
}
RETURN [c1] AS data""",
        {"p0": 2, "p1": "+lamp*", "p2": "lamp", "p3": 1000},
    ),
    "messages, filtered": (
        """messages(filter: {states: [SENT], channel: EMAIL, resource: {key: "news"}, during: {from: 5}},
        first: 2) { nodes { id } }""",
        """
CALL () {
MATCH (v0:Message) USING INDEX SEEK v0:Message(state, createdAt, id) WHERE v0.state = $p3 AND \
v0.createdAt >= datetime({epochMillis: $p2}) AND v0.createdAt IS NOT NULL AND v0.id IS NOT NULL
WITH v0 ORDER BY v0.state DESC, v0.createdAt DESC, v0.id DESC LIMIT $p1
WITH v0 WHERE v0.channel = $p4 AND EXISTS { MATCH (v0)-[:TO]->()-[:OF]->(v0r) WHERE v0r.key = $p5 }
WITH v0 LIMIT $p0
RETURN collect([v0.id]) AS c1
}
RETURN [c1] AS data""",
        {"p0": 2, "p1": 1000, "p2": 5, "p3": "SENT", "p4": "EMAIL", "p5": "news"},
    ),
    "messages in some states": (
        """messages(filter: {states: [UNKNOWN, FAILED, UNKNOWN]}, first: 2) { nodes { id } }""",
        """
CALL () {
UNWIND $p1 AS v0l
CALL (v0l) {
MATCH (v0:Message) USING INDEX SEEK v0:Message(state, createdAt, id) WHERE v0.state = v0l AND \
v0.createdAt IS NOT NULL AND v0.id IS NOT NULL RETURN v0 ORDER BY v0.state DESC, v0.createdAt DESC, \
v0.id DESC LIMIT $p0
}
WITH v0 ORDER BY v0.createdAt DESC, v0.id DESC LIMIT $p0
RETURN collect([v0.id]) AS c1
}
RETURN [c1] AS data""",
        {"p0": 2, "p1": ["FAILED", "UNKNOWN"]},
    ),
    "subscriptions to a resource": (
        """profile(by: {id: "prf_1"}) { subscriptions(resource: {key: "news"}, channel: EMAIL, first: 2) {
        nodes { id } } }""",
        """
CALL () {
MATCH (v0o:Profile {id: $p0}) OPTIONAL MATCH (v0w:Profile {id: v0o.mergedInto}) WITH *, \
coalesce(v0w, v0o) AS v0
CALL (v0) {
MATCH (v0)-[:HAS_SUBSCRIPTION]->(v1)
WITH v1 LIMIT 10000 WHERE v1.channel = $p2 AND EXISTS { MATCH (v1)-[:OF]->(v1r) WHERE v1r.key = \
$p3 }
WITH v1 ORDER BY v1.priority ASC, v1.id ASC LIMIT $p1
RETURN collect([v1.id]) AS c2
}
RETURN collect([c2]) AS c3
}
RETURN [c3] AS data""",
        {"p0": "prf_1", "p1": 2, "p2": "EMAIL", "p3": "news"},
    ),
    "a computed field": (
        'profile(by: {id: "prf_1"}) { id effectiveTimezone { zone source } }',
        """
CALL () {
MATCH (v0o:Profile {id: $p0}) OPTIONAL MATCH (v0w:Profile {id: v0o.mergedInto}) WITH *, \
coalesce(v0w, v0o) AS v0
RETURN collect([v0.id, v0.timezone, v0.tracked_timezone, v0.country, null]) AS c1
}
RETURN [c1] AS data""",
        {"p0": "prf_1"},
    ),
    "a history filtered, and where looking ended": (
        'profile(by: {id: "prf_1"}) { messages(states: [SENT], first: 2) { pageInfo { endCursor } } }',
        """
CALL () {
MATCH (v0o:Profile {id: $p0}) OPTIONAL MATCH (v0w:Profile {id: v0o.mergedInto}) WITH *, \
coalesce(v0w, v0o) AS v0
CALL (v0) {
UNWIND coalesce(v0.memberIds, [v0.id]) AS v1m
CALL (v1m) {
MATCH (v1:Message) USING INDEX SEEK v1:Message(profileId, createdAt, id) WHERE v1.profileId = v1m \
AND v1.createdAt IS NOT NULL AND v1.id IS NOT NULL RETURN v1 ORDER BY v1.profileId DESC, \
v1.createdAt DESC, v1.id DESC LIMIT $p2
}
WITH v1 ORDER BY v1.createdAt DESC, v1.id DESC LIMIT $p2
WITH v1 WHERE v1.state IN $p3
WITH v1 LIMIT $p1
RETURN collect([v1.createdAt.epochMillis, v1.id]) AS c2
}
CALL (v0, c2) {
WITH 1 AS wanted WHERE size(c2) < $p1
UNWIND coalesce(v0.memberIds, [v0.id]) AS v3m
CALL (v3m) {
MATCH (v3:Message) USING INDEX SEEK v3:Message(profileId, createdAt, id) WHERE v3.profileId = v3m \
AND v3.createdAt IS NOT NULL AND v3.id IS NOT NULL RETURN v3 ORDER BY v3.profileId DESC, \
v3.createdAt DESC, v3.id DESC LIMIT $p4
}
WITH v3 ORDER BY v3.createdAt DESC, v3.id DESC LIMIT $p4
RETURN collect([v3.createdAt.epochMillis, v3.id])[$p5] AS k4
}
RETURN collect([k4, c2]) AS c5
}
RETURN [c5] AS data""",
        {"p0": "prf_1", "p1": 3, "p2": 1000, "p3": ["SENT"], "p4": 1000, "p5": 999},
    ),
    "events of some types": (
        """profile(by: {id: "prf_1"}) { events(types: ["view", "click", "view"], first: 2) { nodes { id } } }""",
        """
CALL () {
MATCH (v0o:Profile {id: $p0}) OPTIONAL MATCH (v0w:Profile {id: v0o.mergedInto}) WITH *, \
coalesce(v0w, v0o) AS v0
CALL (v0) {
UNWIND coalesce(v0.memberIds, [v0.id]) AS v1m
UNWIND $p2 AS v1t
CALL (v1m, v1t) {
MATCH (v1:Event) USING INDEX SEEK v1:Event(profileId, type, occurredAt, id) WHERE v1.profileId = \
v1m AND v1.type = v1t AND v1.occurredAt IS NOT NULL AND v1.id IS NOT NULL RETURN v1 ORDER BY \
v1.profileId DESC, v1.type DESC, v1.occurredAt DESC, v1.id DESC LIMIT $p1
}
WITH v1 ORDER BY v1.occurredAt DESC, v1.id DESC LIMIT $p1
RETURN collect([v1.id]) AS c2
}
RETURN collect([c2]) AS c3
}
RETURN [c3] AS data""",
        {"p0": "prf_1", "p1": 2, "p2": ["click", "view"]},
    ),
}
