from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graph.connection import Graph
from graph.reading.reader import Reader
from graph.selection import Selection


@dataclass(frozen=True, slots=True)
class Listed:
    """The purchases of a product, newest first and by their numbers, and how many there are said to be."""

    newest_first: tuple[str, ...]
    count: int
    is_exact: bool = True


async def listed_under(graph: Graph, source: str, sku: str) -> Listed:
    """As anybody who asks the API is told."""
    shown = (
        Selection("nodes", "nodes", {}, (Selection("id", "id"), Selection("externalId", "externalId"))),
        Selection("count", "count", {}, (Selection("value", "value"), Selection("exact", "exact"))),
    )
    purchases = Selection("purchases", "purchases", {"first": 50}, shown)
    product = Selection("product", "product", {"by": {"sku": {"source": source, "sku": sku}}}, (purchases,))
    answer = await Reader(graph).answer((product,))
    assert answer.errors == ()
    found: dict[str, Any] = answer.data["product"]["purchases"]  # type: ignore[index]  # Plain JSON.
    assert len({each["id"] for each in found["nodes"]}) == len(found["nodes"])
    numbers = tuple(each["externalId"] for each in found["nodes"])
    return Listed(numbers, found["count"]["value"], found["count"]["exact"])
