from __future__ import annotations

from typing import Final

from graph.statement import Statement

# A batch of 10,000 lines took 0.4 s when measured; a cold plan on a busy machine takes several. These bound the worst.
BULK_TIMEOUT_MS: Final = 120_000
_READ_TIMEOUT_MS: Final = 30_000

# How many lines each has; null for one that somebody changed since it was placed, which an import leaves alone.
KNOWN_PURCHASES: Final = Statement(
    "bulk_known_purchases",
    """
    MATCH (u:Purchase) WHERE u.sourceKey IN $keys
    RETURN collect([u.sourceKey, CASE WHEN u.changedAt = u.placedAt THEN COUNT { (u)-[:CONTAINS]->() } END])
    """,
    _READ_TIMEOUT_MS,
)

# The property is written only to take the lock, and gone before anybody can read it.
LOCK_OWNERS: Final = Statement(
    "bulk_lock_owners",
    """
    UNWIND $keys AS key
    MATCH (i:Identifier {key: key})-[:IDENTIFIES]->(p)
    WITH DISTINCT coalesce(p.mergedInto, p.id) AS id
    ORDER BY id
    MATCH (root:Profile {id: id})
    SET root.lock = true
    REMOVE root.lock
    RETURN count(root)
    """,
    BULK_TIMEOUT_MS,
)

CLAIM_IDENTIFIERS: Final = Statement(
    "bulk_claim_identifiers",
    """
    UNWIND $rows AS row
    MERGE (i:Identifier {key: row.key})
    ON CREATE SET i.id = row.id, i.type = row.type, i.namespace = row.namespace, i.value = row.value,
        i.masked = row.masked, i.reversed = row.reversed, i.domain = row.domain,
        i.createdAt = datetime({epochMillis: $now}), i.synthetic = row.synthetic
    SET i.lock = true
    REMOVE i.lock
    WITH i
    OPTIONAL MATCH (i)-[:IDENTIFIES]->(p)
    WITH i, collect(DISTINCT coalesce(p.mergedInto, p.id)) AS owners
    RETURN collect([i.key, i.id, owners])
    """,
    BULK_TIMEOUT_MS,
)

CREATE_PROFILES: Final = Statement(
    "bulk_create_profiles",
    """
    UNWIND $rows AS row
    MATCH (i:Identifier {key: row.key})
    WITH i, row, datetime({epochMillis: $now}) AS now, datetime({epochMillis: row.firstSeenMs}) AS firstSeen
    CREATE (p:Profile {id: row.id, status: $status, revision: 1, kind: $kind,
        isIdentified: row.isIdentified, isTest: $isTest, country: row.country, createdAt: now, updatedAt: now,
        firstSeenAt: firstSeen, lastSeenAt: datetime({epochMillis: row.lastSeenMs})})
    CREATE (i)-[:IDENTIFIES {since: firstSeen, source: $source, evidence: 'import'}]->(p)
    RETURN count(p)
    """,
    BULK_TIMEOUT_MS,
)

# A name that is there stays. Nothing is written on a product that has one: many transactions meet at popular products.
MERGE_PRODUCTS: Final = Statement(
    "bulk_merge_products",
    """
    UNWIND $rows AS row
    MERGE (x:Product {sourceKey: row.key})
    ON CREATE SET x.id = row.id, x.source = $source, x.sku = row.sku, x.name = row.name,
        x.createdAt = datetime({epochMillis: $now})
    FOREACH (name IN CASE WHEN x.name IS NULL AND row.name IS NOT NULL THEN [row.name] ELSE [] END | SET x.name = name)
    RETURN sum(CASE x.id WHEN row.id THEN 1 ELSE 0 END)
    """,
    BULK_TIMEOUT_MS,
)

# Only a purchase that this transaction made carries this row's id, so only that one gets lines: MERGE on the purchase
# with an unconditional CREATE of its lines would double them when the batch is repeated.
CREATE_PURCHASES: Final = Statement(
    "bulk_create_purchases",
    """
    UNWIND $rows AS row
    MERGE (u:Purchase {sourceKey: row.key})
    ON CREATE SET u.id = row.id
    WITH u, row WHERE u.id = row.id
    MATCH (p:Profile {id: row.profileId})
    WITH u, row, p, datetime({epochMillis: row.placedMs}) AS placed
    SET u.source = $source, u.externalId = row.externalId, u.profileId = row.profileId, u.kind = row.kind,
        u.status = row.status, u.placedAt = placed, u.changedAt = placed, u.currency = row.currency,
        u.totalMicros = row.totalMicros, u.deliveryMicros = 0, u.discountMicros = 0, u.isTest = $isTest
    CREATE (u)-[:BY]->(p)
    SET p:Buyer
    WITH u, row
    CALL (u, row) {
        UNWIND row.lines AS line
        MATCH (x:Product {sourceKey: line[0]})
        CREATE (u)-[:CONTAINS {position: line[1], quantity: line[2], unitPriceMicros: line[3], totalMicros: line[4],
            status: row.lineStatus, productId: CASE WHEN line[5] THEN x.id END,
            placedAt: CASE WHEN line[5] THEN u.placedAt END, purchaseId: CASE WHEN line[5] THEN u.id END}]->(x)
        RETURN count(*) AS lines
    }
    RETURN collect([row.key, lines])
    """,
    BULK_TIMEOUT_MS,
)

COMPLETE_PURCHASES: Final = Statement(
    "bulk_complete_purchases",
    """
    UNWIND $rows AS row
    MATCH (u:Purchase {sourceKey: row.key})
    SET u.id = u.id
    WITH u, row WHERE u.changedAt = u.placedAt AND COUNT { (u)-[:CONTAINS]->() } < size(row.lines)
    SET u.totalMicros = row.totalMicros, u.placedAt = datetime({epochMillis: row.placedMs}),
        u.changedAt = datetime({epochMillis: row.placedMs})
    WITH u, row
    CALL (u) { MATCH (u)-[old:CONTAINS]->() DELETE old }
    CALL (u, row) {
        UNWIND row.lines AS line
        MATCH (x:Product {sourceKey: line[0]})
        CREATE (u)-[:CONTAINS {position: line[1], quantity: line[2], unitPriceMicros: line[3], totalMicros: line[4],
            status: row.lineStatus, productId: CASE WHEN line[5] THEN x.id END,
            placedAt: CASE WHEN line[5] THEN u.placedAt END, purchaseId: CASE WHEN line[5] THEN u.id END}]->(x)
    }
    RETURN collect(row.key)
    """,
    BULK_TIMEOUT_MS,
)

# The country of the newest purchase wins.
SEE_PROFILES: Final = Statement(
    "bulk_see_profiles",
    """
    UNWIND $rows AS row
    MATCH (p:Profile {id: row.id})
    WITH p, row, datetime({epochMillis: row.firstSeenMs}) AS first, datetime({epochMillis: row.lastSeenMs}) AS last
    SET p.firstSeenAt = CASE WHEN p.firstSeenAt <= first THEN p.firstSeenAt ELSE first END,
        p.lastSeenAt = CASE WHEN p.lastSeenAt >= last THEN p.lastSeenAt ELSE last END,
        p.country = CASE WHEN row.isNewest THEN coalesce(row.country, p.country)
            ELSE coalesce(p.country, row.country) END,
        p.revision = p.revision + 1, p.updatedAt = datetime({epochMillis: $now})
    RETURN count(p)
    """,
    BULK_TIMEOUT_MS,
)

# All three properties of the index stand in WHERE and in ORDER BY, or the planner reads a person's whole history. It
# runs before the batch's own purchases exist: a seek that must merge thousands of uncommitted ones is slow (measured).
# The hint is for a graph that is still small, where the planner would rather scan, once for each person.
NEWEST_PURCHASES: Final = Statement(
    "bulk_newest_purchases",
    """
    UNWIND $ids AS id
    CALL (id) {
        MATCH (u:Purchase)
        USING INDEX u:Purchase(profileId, placedAt, id)
        WHERE u.profileId = id AND u.placedAt IS NOT NULL AND u.id IS NOT NULL
        RETURN u.placedAt.epochMillis AS newest
        ORDER BY u.profileId DESC, u.placedAt DESC, u.id DESC LIMIT 1
    }
    RETURN collect([id, newest])
    """,
    BULK_TIMEOUT_MS,
)
