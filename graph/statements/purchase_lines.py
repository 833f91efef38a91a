"""How the purchases of a product are found: by an index on the edges from purchases to products.

An edge is a line, and a purchase may hold a product in several. Only the first of these has the index's properties, so
the index holds a purchase once for each product, and its newest are read without the rest (11 db hits instead of three
for each purchase ever made; docs/performance.md).
"""

from __future__ import annotations

from typing import Final

from graph.statement import Statement

_BACKFILL_TIMEOUT_MS: Final = 600_000

# Of the purchase `u`, as soon as its lines are there. Lines are replaced as a whole, so nothing has to be taken back.
LIST_UNDER_PRODUCTS: Final = """
    CALL (u) {
        MATCH (u)-[line:CONTAINS]->(x)
        WITH x, line ORDER BY line.position
        WITH x, collect(line)[0] AS first
        SET first.productId = x.id, first.placedAt = u.placedAt, first.purchaseId = u.id
    }
"""

LIST_ALL_UNDER_PRODUCTS: Final = Statement(
    "list_all_under_products",
    "MATCH (u:Purchase) WITH u" + LIST_UNDER_PRODUCTS + "RETURN count(u)",
    _BACKFILL_TIMEOUT_MS,
)
