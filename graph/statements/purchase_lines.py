"""How the purchases of a product are found: by an index on the edges from purchases to products.

An edge is a line, and a purchase may hold a product in several. Only the first of these has the index's properties, so
the index holds a purchase once for each product, and its newest are read without the rest (docs/performance.md).
"""

from __future__ import annotations

from typing import Final

from graph.statement import Statement

# A page of 5,000 purchases takes about a second; a cold plan on a busy machine takes several. This bounds the worst.
_PAGE_TIMEOUT_MS: Final = 120_000

# Of the purchase `u`, whose lines were written without the properties. Who writes lines now gives the first of each
# product its properties at once, which costs less.
LIST_UNDER_PRODUCTS: Final = """
    CALL (u) {
        MATCH (u)-[line:CONTAINS]->(x)
        WITH x, line ORDER BY line.position
        WITH x, collect(line)[0] AS first
        SET first.productId = x.id, first.placedAt = u.placedAt, first.purchaseId = u.id
    }
"""

# Purchases that were written without it, 5,000 at a time in the order of their ids. Answers with the last id of a page
# that was full. The hint is for a graph whose planner would rather sort all purchases for each page.
LIST_PAGE_UNDER_PRODUCTS: Final = Statement(
    "list_page_under_products",
    """
    MATCH (u:Purchase)
    USING INDEX u:Purchase(id)
    WHERE u.id > $after
    WITH u ORDER BY u.id LIMIT 5000
    """
    + LIST_UNDER_PRODUCTS
    + "RETURN CASE count(u) WHEN 5000 THEN max(u.id) END",
    _PAGE_TIMEOUT_MS,
)

# As above, all in one transaction: for the small graphs that tests and benchmarks write by themselves.
LIST_ALL_UNDER_PRODUCTS: Final = Statement(
    "list_all_under_products",
    "MATCH (u:Purchase) WITH u" + LIST_UNDER_PRODUCTS + "RETURN count(u)",
    _PAGE_TIMEOUT_MS,
)
