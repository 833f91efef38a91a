from __future__ import annotations

from typing import Final

IDENTIFIERS: Final = """
UNWIND $rows AS row
MERGE (i:Identifier {key: row.key})
ON CREATE SET i.id = row.id, i.type = row.type, i.namespace = '', i.value = row.value, i.masked = row.masked,
    i.reversed = row.reversed, i.domain = row.domain, i.createdAt = datetime({epochMillis: $now})
RETURN collect([row.key, i.id, EXISTS { (i)-[:IDENTIFIES]->() }])
"""

PEOPLE: Final = """
WITH datetime({epochMillis: $now}) AS now
UNWIND $rows AS row
CREATE (p:Profile {id: row.id, status: 'SUBSCRIBED', revision: 1, isTest: false, kind: 'SUBSCRIBER',
    isIdentified: false, createdAt: now, updatedAt: now, firstSeenAt: now,
    firstName: row.firstName, lastName: row.lastName, at_firstName: now, at_lastName: now})
WITH p, row, now
UNWIND row.keys AS key
MATCH (i:Identifier {key: key})
CREATE (i)-[:IDENTIFIES {since: now, source: 'import'}]->(p)
RETURN count(p)
"""

RESOURCE: Final = "MATCH (r:Resource {key: $key}) RETURN r.id"

SUBSCRIPTIONS: Final = """
WITH datetime({epochMillis: $now}) AS now
MATCH (r:Resource {id: $resourceId})
UNWIND $rows AS row
MATCH (p:Profile {id: row.profileId})
MATCH (i:Identifier {key: row.identifierKey})
CREATE (p)-[:HAS_SUBSCRIPTION]->(s:Subscription {id: row.id, key: row.key, channel: row.channel, status: 'SUBSCRIBED',
    priority: 0, createdAt: now, updatedAt: now, optInAt: datetime({epochMillis: row.optInAt}), optInSource: 'import',
    optInWording: row.wording})
CREATE (s)-[:AT]->(i)
CREATE (s)-[:OF]->(r)
CREATE (:ConsentRecord {id: row.recordId, scope: 'SUBSCRIPTION', subjectId: row.id, seq: 1, profileId: row.profileId,
    at: now, toStatus: 'SUBSCRIBED', cause: 'import', source: 'import', actor: 'bench',
    evidenceAt: datetime({epochMillis: row.optInAt}), evidenceSource: 'import', evidenceWording: row.wording}
)-[:ABOUT]->(s)
RETURN count(s)
"""

# How many there are of each kind of node, with its properties, and of each kind of edge.
COUNTS: Final = """
CALL () {
    MATCH (n) WHERE n:Profile OR n:Identifier OR n:Subscription OR n:ConsentRecord
    RETURN labels(n)[0] AS kind, count(n) AS number, sum(size(keys(n))) AS properties
  UNION ALL
    MATCH ()-[r:IDENTIFIES|HAS_SUBSCRIPTION|AT|OF|ABOUT]->()
    RETURN type(r) AS kind, count(r) AS number, sum(size(keys(r))) AS properties
}
RETURN collect([kind, number, properties])
"""

# All that is written of one person: nodes and edges in an order that does not come from their ids.
PERSON: Final = """
MATCH (:Identifier {key: $key})-[:IDENTIFIES]->(p:Profile)
RETURN [properties(p),
    COLLECT {
        MATCH (p)<-[link:IDENTIFIES]-(i) WITH link, i ORDER BY i.type
        RETURN [properties(i), properties(link)]
    },
    COLLECT {
        MATCH (p)-[:HAS_SUBSCRIPTION]->(s)-[:AT]->(i), (s)-[:OF]->(r) WITH s, i, r ORDER BY s.channel
        RETURN [properties(s), i.type, r.key, COLLECT { MATCH (s)<-[:ABOUT]-(c) RETURN properties(c) }]
    }]
"""
