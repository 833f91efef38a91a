from __future__ import annotations

from dataclasses import dataclass, field

from graph.reading.arguments import Arguments
from graph.reading.listing import EDGE_BOUND, Filters, Request, where
from graph.reading.order import Order
from graph.reading.page import Page
from graph.reading.text import filled


@dataclass(frozen=True, slots=True)
class Edges:
    """A list along edges: few entries by nature, read whole and sorted.

    `match` binds `{v}` from the parent `{p}`; `kept` are further variables that the entries need. No label stands on
    the far end, as the edge's type says it: that spares a lookup for each entry.
    """

    match: str
    by: Order
    kept: tuple[str, ...] = ()
    filters: Filters = field(default_factory=dict)
    # Most lists of this kind are short. One that may hang on a hot node says so: it is read whole for each parent.
    opening: int = 2

    def order(self, arguments: Arguments) -> Order:
        return self.by.turned(arguments)

    def scans(self, arguments: Arguments) -> bool:  # noqa: ARG002  # The protocol's signature.
        return False

    def ordered(self, request: Request, page: Page) -> str:
        order = self.order(request.arguments)
        keyset = request.keyset(order, page)
        names = self._names(request)
        conditions = [*request.conditions(self.filters), *keyset.of_edges()]
        request.cost.open(self.opening)
        return (
            f"{self._match(request)}\nWITH {names} LIMIT {EDGE_BOUND}{where(conditions)}\n"
            f"WITH {names} ORDER BY {order.by(request.variable, down=keyset.down)} LIMIT {request.limit}"
        )

    def unordered(self, request: Request) -> str:
        conditions = request.conditions(self.filters)
        request.cost.open(self.opening)
        return f"{self._match(request)}\nWITH {request.variable} LIMIT {EDGE_BOUND + 1}{where(conditions)}"

    def filtered(self, request: Request) -> list[str]:  # noqa: ARG002  # The protocol's signature.
        return []

    def _match(self, request: Request) -> str:
        return filled(self.match, p=request.parent, v=request.variable)

    def _names(self, request: Request) -> str:
        return ", ".join((request.variable, *(filled(name, v=request.variable) for name in self.kept)))
