from __future__ import annotations

from dataclasses import dataclass

from graph.reading.arguments import Arguments
from graph.reading.keyset import Branch, Keyset
from graph.reading.listing import Request, where
from graph.reading.order import Order
from graph.reading.page import Page

# In rows: what a seek costs, and a thousand entries that are only counted.
_OPENING = 4
_COUNTING = 50


@dataclass(frozen=True, slots=True)
class IndexedEdges:
    """What edges of one type lead from to the parent, in the order of an index on (parent, key, id) of these edges.

    For lists that grow without end on a hot node, where `Edges` would read them whole. An edge that lacks one of the
    properties is not listed. `by` orders the listed nodes and `by_edge`, the same, the edges.
    """

    type: str
    parent: str
    by: Order
    by_edge: Order

    def order(self, arguments: Arguments) -> Order:
        return self.by.turned(arguments)

    def scans(self, arguments: Arguments) -> bool:  # noqa: ARG002  # The protocol's signature.
        return False

    def filtered(self, request: Request) -> list[str]:  # noqa: ARG002  # The protocol's signature.
        return []

    def ordered(self, request: Request, page: Page) -> str:
        order, by_edge = self.order(request.arguments), self.by_edge.turned(request.arguments)
        v, edge = request.variable, _edge(request)
        keyset = Keyset(request.draft, by_edge, page, edge)
        branches = keyset.of_values()
        by = by_edge.by(edge, self._leading(edge), down=keyset.down)
        request.cost.open(_OPENING)
        if len(branches) == 1:
            return f"{self._match(request, branches[0])}\nWITH {v} ORDER BY {by} LIMIT {request.limit}"
        union = "\nUNION ALL\n".join(
            f"{self._match(request, branch)} RETURN {v} ORDER BY {by} LIMIT {request.limit}" for branch in branches
        )
        return (
            f"CALL ({request.parent}) {{\n{union}\n}}\n"
            f"WITH {v} ORDER BY {order.by(v, down=keyset.down)} LIMIT {request.limit}"
        )

    def unordered(self, request: Request) -> str:
        request.look(_COUNTING)
        edge = _edge(request)
        return self._match(
            request, [f"{self.by_edge.first(edge)} IS NOT NULL", f"{self.by_edge.id_of(edge)} IS NOT NULL"]
        )

    def _match(self, request: Request, conditions: Branch) -> str:
        edge = _edge(request)
        index = self.by_edge.index(edge, self.type, self._leading(edge), seek=True)
        fixed = f"{self._leading(edge)} = {request.parent}.id"
        return f"MATCH ({request.variable})-[{edge}:{self.type}]->(){index}{where([fixed, *conditions])}"

    def _leading(self, edge: str) -> str:
        return f"{edge}.{self.parent}"


def _edge(request: Request) -> str:
    return f"{request.variable}e"
