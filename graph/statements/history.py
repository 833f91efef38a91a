from __future__ import annotations

from typing import Final

from graph.statement import Statement

PRODUCTS_BY_ID: Final = Statement(
    "products_by_id",
    "UNWIND $ids AS id MATCH (x:Product {id: id}) RETURN collect(x.id)",
)

MERGE_PRODUCTS: Final = Statement(
    "merge_products",
    """
    UNWIND $products AS row
    MERGE (x:Product {sourceKey: row.key})
    ON CREATE SET x.id = row.id, x.source = row.source, x.sku = row.sku, x.name = row.name,
        x.createdAt = datetime({epochMillis: $now})
    FOREACH (name IN CASE WHEN x.name IS NULL AND row.name IS NOT NULL THEN [row.name] ELSE [] END | SET x.name = name)
    RETURN collect([x.sourceKey, x.id])
    """,
)

MESSAGES_BY_ID: Final = Statement(
    "messages_by_id",
    "UNWIND $ids AS id MATCH (m:Message {id: id}) RETURN collect(m.id)",
)

KNOWN_EVENTS: Final = Statement(
    "known_events",
    "UNWIND $keys AS key MATCH (e:Event {sourceKey: key}) RETURN collect([e.sourceKey, e.id, e.contentHash])",
)

CREATE_EVENTS: Final = Statement(
    "create_events",
    """
    UNWIND $events AS row
    MATCH (p:Profile {id: row.profileId})
    CREATE (e:Event {id: row.id, sourceKey: row.key, source: row.source, externalId: row.externalId,
        contentHash: row.contentHash, profileId: row.profileId, type: row.type,
        occurredAt: datetime({epochMillis: row.occurredAt}), receivedAt: datetime({epochMillis: $now}),
        valueMicros: row.valueMicros, properties: row.properties, isTest: row.isTest})-[:BY]->(p)
    WITH e, row
    CALL (e, row) {
        UNWIND row.productIds AS productId
        MATCH (x:Product {id: productId})
        CREATE (e)-[:ABOUT]->(x)
    }
    CALL (e, row) {
        MATCH (m:Message {id: row.messageId})
        CREATE (e)-[:CAUSED_BY]->(m)
    }
    RETURN count(*)
    """,
)

KNOWN_PURCHASES: Final = Statement(
    "known_purchases",
    """
    UNWIND $keys AS key
    MATCH (u:Purchase {sourceKey: key})
    OPTIONAL MATCH (p:Profile {id: u.profileId})
    RETURN collect([u.sourceKey, u.id, coalesce(u.changedAt, u.placedAt).epochMillis,
        coalesce(p.mergedInto, p.id), u.contentHash])
    """,
)

CREATE_PURCHASES: Final = Statement(
    "create_purchases",
    """
    UNWIND $purchases AS row
    MATCH (p:Profile {id: row.profileId})
    CREATE (u:Purchase {id: row.id, sourceKey: row.key, source: row.source, externalId: row.externalId,
        profileId: row.profileId, isTest: row.isTest})-[:BY]->(p)
    SET p:Buyer
    RETURN count(u)
    """,
)

# The lines of a purchase are replaced as a whole: what the shop sends is the order as it is now.
WRITE_PURCHASES: Final = Statement(
    "write_purchases",
    """
    UNWIND $purchases AS row
    MATCH (u:Purchase {sourceKey: row.key})
    SET u.contentHash = row.contentHash, u.kind = row.kind, u.status = row.status,
        u.placedAt = datetime({epochMillis: row.placedAt}),
        u.changedAt = datetime({epochMillis: row.changedAt}), u.currency = row.currency,
        u.totalMicros = row.totalMicros, u.deliveryMicros = row.deliveryMicros,
        u.discountMicros = row.discountMicros
    WITH u, row
    CALL (u) { MATCH (u)-[old:CONTAINS]->() DELETE old }
    CALL (u, row) {
        UNWIND row.lines AS line
        MATCH (x:Product {sourceKey: line.productKey})
        CREATE (u)-[:CONTAINS {position: line.position, quantity: line.quantity,
            unitPriceMicros: line.unitPriceMicros, totalMicros: line.totalMicros, status: line.status,
            productId: CASE WHEN line.isFirst THEN x.id END, placedAt: CASE WHEN line.isFirst THEN u.placedAt END,
            purchaseId: CASE WHEN line.isFirst THEN u.id END}]->(x)
    }
    RETURN count(*)
    """,
)
