"""For each way to list people: a document, its statement and the parameters."""

from __future__ import annotations

from collections.abc import Mapping

STATEMENTS: dict[str, tuple[str, str, Mapping[str, object]]] = {
    "people of some countries": (
        """profiles(filter: {countries: ["GB", "DE", "GB"], createdAt: {from: 5}}, first: 2) { nodes { id } }""",
        """
CALL () {
UNWIND $p2 AS v0l
CALL (v0l) {
MATCH (v0:Profile) USING INDEX SEEK v0:Profile(country, createdAt, id) WHERE v0.country = v0l AND \
v0.createdAt >= datetime({epochMillis: $p1}) AND v0.createdAt IS NOT NULL AND v0.id IS NOT NULL \
AND v0.mergedInto IS NULL RETURN v0 ORDER BY v0.country DESC, v0.createdAt DESC, v0.id DESC LIMIT \
$p0
}
WITH v0 ORDER BY v0.createdAt DESC, v0.id DESC LIMIT $p0
RETURN collect([v0.id]) AS c1
}
RETURN [c1] AS data""",
        {"p0": 2, "p1": 5, "p2": ["DE", "GB"]},
    ),
    "people who bought": (
        """profiles(filter: {purchase: {totalOver: {amount: "12.5", currency: "GBP"}, during: {from: 5,
        before: 9}, timesAtLeast: 1}}, first: 2) { nodes { id } }""",
        """
CALL () {
MATCH (v0:Profile) USING INDEX v0:Profile(createdAt, id) WHERE v0.createdAt IS NOT NULL AND v0.id \
IS NOT NULL AND v0.mergedInto IS NULL
WITH v0 ORDER BY v0.createdAt DESC, v0.id DESC LIMIT $p1
WITH v0 WHERE (v0:Buyer AND EXISTS { UNWIND coalesce(v0.memberIds, [v0.id]) AS v0um MATCH \
(v0u:Purchase) USING INDEX SEEK v0u:Purchase(profileId, currency, totalMicros) WHERE v0u.profileId \
= v0um AND v0u.currency = $p4 AND v0u.totalMicros > $p5 AND v0u.placedAt >= datetime({epochMillis: \
$p2}) AND v0u.placedAt < datetime({epochMillis: $p3}) RETURN v0u })
WITH v0 LIMIT $p0
RETURN collect([v0.id]) AS c1
}
RETURN [c1] AS data""",
        {"p0": 2, "p1": 1000, "p2": 5, "p3": 9, "p4": "GBP", "p5": 12500000},
    ),
    "people who bought so many times": (
        "profiles(filter: {purchase: {timesAtLeast: 2, timesAtMost: 5}}, first: 2) { nodes { id } }",
        """
CALL () {
MATCH (v0:Profile) USING INDEX v0:Profile(createdAt, id) WHERE v0.createdAt IS NOT NULL AND v0.id \
IS NOT NULL AND v0.mergedInto IS NULL
WITH v0 ORDER BY v0.createdAt DESC, v0.id DESC LIMIT $p1
WITH v0 WHERE $p2 <= COUNT { UNWIND coalesce(v0.memberIds, [v0.id]) AS v0um MATCH (v0u:Purchase) \
USING INDEX SEEK v0u:Purchase(profileId, placedAt, id) WHERE v0u.profileId = v0um AND v0u.placedAt \
IS NOT NULL AND v0u.id IS NOT NULL RETURN v0u LIMIT $p3 } <= $p4
WITH v0 LIMIT $p0
RETURN collect([v0.id]) AS c1
}
RETURN [c1] AS data""",
        {"p0": 2, "p1": 1000, "p2": 2, "p3": 6, "p4": 5},
    ),
    "people with a subscription, and without": (
        """profiles(filter: {subscription: {channel: EMAIL, resource: {key: "news"}, statuses: [SUBSCRIBED],
        exists: true}, not: {subscription: {channel: SMS, exists: true}}}, first: 2) { nodes { id } }""",
        """
CALL () {
MATCH (v0:Profile) USING INDEX v0:Profile(createdAt, id) WHERE v0.createdAt IS NOT NULL AND v0.id \
IS NOT NULL AND v0.mergedInto IS NULL
WITH v0 ORDER BY v0.createdAt DESC, v0.id DESC LIMIT $p1
WITH v0 WHERE EXISTS { MATCH (v0)-[:HAS_SUBSCRIPTION]->(v0s) WHERE v0s.channel = $p2 AND \
v0s.status IN $p3 AND EXISTS { MATCH (v0s)-[:OF]->(v0sr) WHERE v0sr.key = $p4 } } AND NOT \
coalesce((EXISTS { MATCH (v0)-[:HAS_SUBSCRIPTION]->(v0s) WHERE v0s.channel = $p5 }), false)
WITH v0 LIMIT $p0
RETURN collect([v0.id]) AS c1
}
RETURN [c1] AS data""",
        {"p0": 2, "p1": 1000, "p2": "EMAIL", "p3": ["SUBSCRIBED"], "p4": "news", "p5": "SMS"},
    ),
    "people by an attribute": (
        """profiles(filter: {attribute: {key: "tier", equals: "gold", over: 5, exists: true}}, first: 2) {
        nodes { id } }""",
        """
CALL () {
MATCH (v0:Profile) USING INDEX v0:Profile(createdAt, id) WHERE v0.createdAt IS NOT NULL AND v0.id \
IS NOT NULL AND v0.mergedInto IS NULL
WITH v0 ORDER BY v0.createdAt DESC, v0.id DESC LIMIT $p1
WITH v0 WHERE (v0[$p2] IS NOT NULL AND EXISTS { MATCH (v0d:AttributeDefinition {key: $p3}) WHERE \
CASE v0d.type WHEN 'TAGS' THEN $p4.TAGS IN v0[$p2] ELSE CASE v0d.type WHEN 'DATE' THEN \
toString(v0[$p2]) WHEN 'DATETIME' THEN v0[$p2].epochMillis ELSE v0[$p2] END = $p4[v0d.type] END \
}) AND (v0[$p2] IS NOT NULL AND EXISTS { MATCH (v0d:AttributeDefinition {key: $p3}) WHERE CASE \
v0d.type WHEN 'DATE' THEN toString(v0[$p2]) WHEN 'DATETIME' THEN v0[$p2].epochMillis ELSE v0[$p2] \
END > $p5[v0d.type] }) AND v0[$p2] IS NOT NULL
WITH v0 LIMIT $p0
RETURN collect([v0.id]) AS c1
}
RETURN [c1] AS data""",
        {
            "p0": 2,
            "p1": 1000,
            "p2": "attr_tier",
            "p3": "tier",
            "p4": {
                "STRING": "gold",
                "ENUM": "gold",
                "TAGS": "gold",
                "INTEGER": None,
                "DECIMAL": None,
                "BOOLEAN": None,
                "DATE": None,
                "DATETIME": None,
            },
            "p5": {
                "STRING": None,
                "ENUM": None,
                "TAGS": None,
                "INTEGER": 5,
                "DECIMAL": 5000000,
                "BOOLEAN": None,
                "DATE": None,
                "DATETIME": None,
            },
        },
    ),
    "people searched by an attribute": (
        """profiles(search: "tier: gold ", first: 2) { nodes { id } }""",
        """
CALL () {
MATCH (v0:Profile) USING INDEX v0:Profile(createdAt, id) WHERE v0.createdAt IS NOT NULL AND v0.id \
IS NOT NULL AND v0.mergedInto IS NULL
WITH v0 ORDER BY v0.createdAt DESC, v0.id DESC LIMIT $p1
WITH v0 WHERE (v0[$p2] IS NOT NULL AND EXISTS { MATCH (v0d:AttributeDefinition {key: $p3}) WHERE \
CASE v0d.type WHEN 'TAGS' THEN $p4.TAGS IN v0[$p2] ELSE CASE v0d.type WHEN 'DATE' THEN \
toString(v0[$p2]) WHEN 'DATETIME' THEN v0[$p2].epochMillis ELSE v0[$p2] END = $p4[v0d.type] END \
})
WITH v0 LIMIT $p0
RETURN collect([v0.id]) AS c1
}
RETURN [c1] AS data""",
        {
            "p0": 2,
            "p1": 1000,
            "p2": "attr_tier",
            "p3": "tier",
            "p4": {
                "STRING": "gold",
                "ENUM": "gold",
                "TAGS": "gold",
                "INTEGER": None,
                "DECIMAL": None,
                "BOOLEAN": None,
                "DATE": None,
                "DATETIME": None,
            },
        },
    ),
    "attributes of a person": (
        """node(id: "prf_1") { ... on Profile { attribute(key: "tier") { value }
        attributes(keys: ["vip"]) { key updatedAt } } }""",
        """
CALL () {
MATCH (v0o:Profile {id: $p0}) OPTIONAL MATCH (v0w:Profile {id: v0o.mergedInto}) WITH *, \
coalesce(v0w, v0o) AS v0
OPTIONAL CALL (v0) { MATCH (v1:AttributeDefinition {key: $p1}) WITH v1, v0['attr_' + v1.key] AS \
v1a, v0['at_attr_' + v1.key] AS v1t WHERE v1a IS NOT NULL RETURN v1, v1a, v1t LIMIT 1 }
CALL (v0) {
UNWIND [v2m IN keys(v0) WHERE v2m STARTS WITH 'attr_'] AS v2n MATCH (v2:AttributeDefinition {key: \
substring(v2n, 5)}) WITH v2, v0['attr_' + v2.key] AS v2a, v0['at_attr_' + v2.key] AS v2t
WITH v2, v2a, v2t LIMIT 10000 WHERE v2.key IN $p3 AND v2.key IS NOT NULL
WITH v2, v2a, v2t ORDER BY v2.key ASC LIMIT $p2
RETURN collect([v2.key, v2t.epochMillis]) AS c3
}
RETURN collect([[v1.type, CASE v1.type WHEN 'DATE' THEN toString(v1a) WHEN 'DATETIME' THEN \
v1a.epochMillis ELSE v1a END], v1.key, c3]) AS c4
}
RETURN [c4] AS data""",
        {"p0": "prf_1", "p1": "tier", "p2": 200, "p3": ["vip"]},
    ),
    "conditions in each other": (
        """profiles(filter: {any: [{kinds: [LEAD]}, {not: {isTest: true, statuses: [SUBSCRIBED]}}], all:
        [{hasIdentifier: EMAIL}]}, first: 2) { nodes { id } pageInfo { endCursor } }""",
        """
CALL () {
MATCH (v0:Profile) USING INDEX v0:Profile(createdAt, id) WHERE v0.createdAt IS NOT NULL AND v0.id \
IS NOT NULL AND v0.mergedInto IS NULL
WITH v0 ORDER BY v0.createdAt DESC, v0.id DESC LIMIT $p1
WITH v0 WHERE ((v0.kind IN $p2) OR (NOT coalesce((coalesce(v0.isTest, false) = $p3 AND v0.status \
IN $p4), false))) AND (EXISTS { MATCH (v0)<-[:IDENTIFIES]-(v0i) WHERE v0i.type = $p5 })
WITH v0 LIMIT $p0
RETURN collect([v0.id, v0.createdAt.epochMillis]) AS c1
}
CALL (c1) {
WITH 1 AS wanted WHERE size(c1) < $p0
MATCH (v2:Profile) USING INDEX v2:Profile(createdAt, id) WHERE v2.createdAt IS NOT NULL AND v2.id \
IS NOT NULL AND v2.mergedInto IS NULL
WITH v2 ORDER BY v2.createdAt DESC, v2.id DESC LIMIT $p6
RETURN collect([v2.createdAt.epochMillis, v2.id])[$p7] AS k3
}
RETURN [k3, c1] AS data""",
        {"p0": 3, "p1": 1000, "p2": ["LEAD"], "p3": True, "p4": ["SUBSCRIBED"], "p5": "EMAIL", "p6": 1000, "p7": 999},
    ),
    "a filter's count": (
        "profiles(filter: {kinds: [LEAD]}) { count(limit: 9) { value } }",
        """
CALL () {
MATCH (v1:Profile) USING INDEX v1:Profile(id) WHERE v1.id IS NOT NULL AND v1.mergedInto IS NULL
WITH v1 LIMIT $p1
RETURN [count(CASE WHEN v1.kind IN $p2 THEN 1 END), count(v1)] AS n2
}
RETURN [n2] AS data""",
        {"p0": 10, "p1": 10001, "p2": ["LEAD"]},
    ),
    "people found by words or by address": (
        """profiles(search: "Ann", orderBy: {field: LAST_NAME, direction: ASC}, first: 2) { nodes { id } }""",
        """
CALL () {
CALL () {
CALL db.index.fulltext.queryNodes('words_of_Profile_names', $p1, {limit: 1000}) YIELD node AS v0 \
WITH v0 WHERE v0.mergedInto IS NULL RETURN v0
UNION
MATCH (v0i:Identifier) WHERE v0i.key STARTS WITH $p2 WITH v0i LIMIT 1000 MATCH \
(v0i)-[:IDENTIFIES]->(v0o) WITH v0o LIMIT 1000 OPTIONAL MATCH (v0w:Profile {id: v0o.mergedInto}) \
WITH DISTINCT coalesce(v0w, v0o) AS v0 RETURN v0
}
WITH v0
WITH v0
WITH v0 ORDER BY v0.lastName IS NULL ASC, v0.lastName ASC, v0.id ASC LIMIT $p0
RETURN collect([v0.id]) AS c1
}
RETURN [c1] AS data""",
        {"p0": 2, "p1": "+ann*", "p2": "EMAIL::ann", "p3": 1000},
    ),
    "whether somebody may be written to": (
        """profile(by: {id: "prf_1"}) { reach(resource: {key: "shop"}, category: {key: "tips"}, purpose: MARKETING,
        at: 5) { reachable verdicts { rank subscription { id } } } }""",
        """
CALL () {
MATCH (v0o:Profile {id: $p0}) OPTIONAL MATCH (v0w:Profile {id: v0o.mergedInto}) WITH *, \
coalesce(v0w, v0o) AS v0
CALL (v0) {
MATCH (v0)-[:HAS_SUBSCRIPTION]->(v1)
WITH v1 LIMIT 10000 WHERE EXISTS { MATCH (v1)-[:OF]->(v1r) WHERE v1r.key = $p2 }
WITH v1 ORDER BY v1.priority ASC, v1.id ASC LIMIT $p1
RETURN collect([null, null, null, null, null, v1.status, v1.suspendedUntil.epochMillis, \
v1.consentExpiresAt.epochMillis, head(COLLECT { MATCH (v1)-[:AT]->(v1i) MATCH (v1)-[:OF]->(v1r) RETURN \
COLLECT { UNWIND [v1i.id, v1i.domain] AS stopped UNWIND ['', v1r.id] AS stoppedAt UNWIND \
['', v1.channel] AS stoppedOn MATCH (stop:Suppression {key: stopped + ':' + stoppedAt + ':' + \
stoppedOn}) RETURN stop.until.epochMillis } }), \
head(COLLECT { MATCH (v1)-[:OF]->()-[:OFFERS]->(v1c) WHERE v1c.key = $p3 RETURN {mandatory: \
coalesce(v1c.mandatory, false), active: coalesce(v1c.active, true), joinedByDefault: \
coalesce(v1c.joinedByDefault, true), membership: CASE WHEN EXISTS { (v1)-[:LEFT]->(v1c) } THEN \
'LEFT' WHEN EXISTS { (v1)-[:JOINED]->(v1c) } THEN 'JOINED' END} LIMIT 1 }), v1.id]) AS c2
}
RETURN collect([c2, v0.status, $p5, coalesce($p4, $now), null]) AS c3
}
RETURN [c3] AS data""",
        {"p0": "prf_1", "p1": 100, "p2": "shop", "p3": "tips", "p4": 5, "p5": "MARKETING"},
    ),
}
