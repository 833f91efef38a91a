from __future__ import annotations

from graph.connection import Graph
from graph.statement import Statement

_COUNTS = Statement(
    "counts",
    """
    RETURN {sales: COUNT { (:Purchase {kind: 'SALE'}) }, returns: COUNT { (:Purchase {kind: 'RETURN'}) },
        products: COUNT { (:Product) }, profiles: COUNT { (:Profile) }, identifiers: COUNT { (:Identifier) },
        external: COUNT { (:Identifier {type: 'EXTERNAL', namespace: 'online-retail'}) },
        custom: COUNT { (:Identifier {type: 'CUSTOM', namespace: 'online-retail'}) },
        lines: COUNT { (:Purchase)-[:CONTAINS]->(:Product) }, by: COUNT { (:Purchase)-[:BY]->(:Profile) },
        identifies: COUNT { (:Identifier)-[:IDENTIFIES]->(:Profile) }}
    """,
    60_000,
)
_SUMS = Statement(
    "sums",
    """
    MATCH (u:Purchase)
    CALL (u) { MATCH (u)-[c:CONTAINS]->() RETURN sum(c.totalMicros) AS lines,
        sum(CASE WHEN c.quantity < 0 THEN 1 ELSE 0 END) AS negative,
        sum(CASE WHEN c.totalMicros <> c.quantity * c.unitPriceMicros THEN 1 ELSE 0 END) AS wrong }
    RETURN {total: sum(u.totalMicros), wrongTotals: sum(CASE WHEN u.totalMicros <> lines THEN 1 ELSE 0 END),
        negativeLines: sum(negative), wrongLines: sum(wrong), currencies: collect(DISTINCT u.currency)}
    """,
    60_000,
)
_REVISIONS = Statement(
    "revisions",
    "MATCH (p:Profile) WITH p ORDER BY p.id RETURN collect([p.id, p.revision, p.updatedAt.epochMillis])",
    60_000,
)
_SIZE = Statement("size", "MATCH (n) RETURN [count(n), COUNT { ()-->() }]", 60_000)
# A purchase has many lines, and the heap of a test's graph is small.
_DELETE_SOME = (
    Statement("delete_purchases", "MATCH (n:Purchase) WITH n LIMIT 500 DETACH DELETE n RETURN count(n)", 60_000),
    Statement("delete_events", "MATCH (n:Event) WITH n LIMIT 2000 DETACH DELETE n RETURN count(n)", 60_000),
)


async def counts(graph: Graph) -> dict[str, int]:
    found: dict[str, int] = await graph.read(_COUNTS)
    return found


async def sums(graph: Graph) -> dict[str, object]:
    found: dict[str, object] = await graph.read(_SUMS)
    return found


async def state(graph: Graph) -> tuple[object, object]:
    """Everything an import could change: how many nodes and edges there are, and each profile's revision."""
    return await graph.read(_SIZE), await graph.read(_REVISIONS)


async def delete_histories(graph: Graph) -> None:
    """After a test with the whole shop: what is left is little enough for the next test's setup to delete at once."""
    for statement in _DELETE_SOME:
        while await graph.change(statement):
            pass
