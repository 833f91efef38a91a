"""What somebody did, for templates that name it: `p` is the person, and `wanted` the words of `Past` that are named.

Both are read from the index by each id the person ever had, as the histories of a profile are: so many of the newest
entries of each, and nothing of what is behind them. Where nothing is wanted no id is looked at.
"""

from __future__ import annotations

from typing import Final, LiteralString

_VIEWED: Final[LiteralString] = """
    CALL (p, wanted) {
        UNWIND CASE WHEN 'VIEWED_PRODUCTS' IN wanted THEN coalesce(p.memberIds, [p.id]) ELSE [] END AS member
        UNWIND ['product.viewed', 'page.viewed'] AS type
        CALL (member, type) {
            MATCH (e:Event)
            USING INDEX SEEK e:Event(profileId, type, occurredAt, id)
            WHERE e.profileId = member AND e.type = type AND e.occurredAt IS NOT NULL AND e.id IS NOT NULL
            RETURN e ORDER BY e.profileId DESC, e.type DESC, e.occurredAt DESC, e.id DESC LIMIT 50
        }
        WITH e ORDER BY e.occurredAt DESC, e.id DESC LIMIT 50
        MATCH (e)-[:ABOUT]->(x)
        WITH x, max(e.occurredAt) AS at ORDER BY at DESC, x.id LIMIT 10
        RETURN collect({source: x.source, sku: x.sku, name: x.name, productCategory: x.productCategory,
            viewedAt: at.epochMillis}) AS viewedProducts
    }
    """

# What was called off or paid back is no purchase to remind anybody of. Where nothing else is among the newest of
# somebody, that one counts as having bought nothing.
_BOUGHT: Final[LiteralString] = """
    CALL (p, wanted) {
        UNWIND CASE WHEN 'LAST_PURCHASE' IN wanted THEN coalesce(p.memberIds, [p.id]) ELSE [] END AS member
        CALL (member) {
            MATCH (u:Purchase)
            USING INDEX SEEK u:Purchase(profileId, placedAt, id)
            WHERE u.profileId = member AND u.placedAt IS NOT NULL AND u.id IS NOT NULL
            RETURN u ORDER BY u.profileId DESC, u.placedAt DESC, u.id DESC LIMIT 20
        }
        WITH u WHERE u.kind = 'SALE' AND NOT u.status IN ['CANCELLED', 'REFUNDED']
        WITH u ORDER BY u.placedAt DESC, u.id DESC LIMIT 1
        CALL (u) {
            MATCH (u)-[line:CONTAINS]->(x)
            WITH line, x ORDER BY line.position, x.id LIMIT 100
            RETURN collect({position: line.position, source: x.source, sku: x.sku, name: x.name,
                productCategory: x.productCategory, quantity: line.quantity, unitPrice: line.unitPriceMicros,
                total: line.totalMicros, lineStatus: line.status}) AS lines
        }
        RETURN head(collect({source: u.source, externalId: u.externalId, purchaseStatus: u.status,
            placedAt: u.placedAt.epochMillis, currency: u.currency, total: u.totalMicros,
            delivery: coalesce(u.deliveryMicros, 0), discount: coalesce(u.discountMicros, 0),
            lines: lines})) AS lastPurchase
    }
    """

PAST: Final[LiteralString] = _VIEWED + _BOUGHT
