from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graph.reading.keyset import Keyset
from graph.reading.listing import Request, where
from graph.reading.order import Order
from graph.reading.page import Page
from graph.reading.text import filled

_BY_ID = Order("id")


@dataclass(frozen=True, slots=True)
class Indexed:
    """All nodes of a label, in the order of an index on (key, id), or of the unique index on id.

    An index holds only nodes that have all its properties, so those without a key come from the index on id, and only
    when the page is not full without them. `only` are conditions that every listed node meets.
    """

    label: str
    orders: Mapping[str, Order]
    default: str
    only: tuple[str, ...] = ()

    def order(self, arguments: Mapping[str, object]) -> Order:
        asked = arguments.get("orderBy")
        if not isinstance(asked, Mapping):
            return self.orders[self.default].turned(arguments)
        return self.orders[str(asked["field"])].turned(asked)

    def scans(self, arguments: Mapping[str, object]) -> bool:  # noqa: ARG002 (the protocol's signature)
        return False

    def ordered(self, request: Request, page: Page, limit: str) -> str:
        order = self.order(request.arguments)
        keyset = request.keyset(order, page)
        values = self._values(request, order, keyset, limit)
        nulls = keyset.of_nulls() if order.key is not None and order.key.nullable else None
        if nulls is None:
            return values
        without = (
            f"{self._match(request, _BY_ID, nulls)}\n"
            f"WITH {request.variable} ORDER BY {self._id_order(request, order, keyset)} LIMIT {limit}"
        )
        parts = (without, values) if page.backward else (values, without)
        return _one_after_the_other(request.variable, *parts, limit)

    def unordered(self, request: Request) -> str:
        return self._match(request, _BY_ID, [f"{request.variable}.id IS NOT NULL"])

    def filtered(self, request: Request) -> list[str]:  # noqa: ARG002 (the protocol's signature)
        return []

    def _values(self, request: Request, order: Order, keyset: Keyset, limit: str) -> str:
        v = request.variable
        by = order.by(v, down=keyset.down)
        branches = [keyset.of_ids()] if order.key is None else keyset.of_values()
        if not branches:
            return f"UNWIND [] AS {v}"
        matches = [
            f"{self._match(request, order, branch)} RETURN {v} ORDER BY {by} LIMIT {limit}" for branch in branches
        ]
        union = "\nUNION ALL\n".join(matches)
        return f"CALL () {{\n{union}\n}}\nWITH {v} ORDER BY {by} LIMIT {limit}"

    def _match(self, request: Request, order: Order, conditions: list[str]) -> str:
        only = [filled(each, v=request.variable) for each in self.only]
        # All nodes are read from one end of the index, those behind a cursor from the cursor's place.
        seek = f"{order.first(request.variable)} IS NOT NULL" not in conditions
        index = order.index(request.variable, self.label, seek=seek)
        return f"MATCH ({request.variable}:{self.label}){index}{where([*conditions, *only])}"

    @staticmethod
    def _id_order(request: Request, order: Order, keyset: Keyset) -> str:
        return f"{order.id_of(request.variable)} {'DESC' if keyset.down else 'ASC'}"


def _one_after_the_other(variable: str, first: str, second: str, limit: str) -> str:
    """Two lists as one. The second is read only when the first does not fill the page."""
    head, tail = f"{variable}a", f"{variable}b"
    return (
        f"CALL () {{\n{first}\nRETURN collect({variable}) AS {head}\n}}\n"
        f"CALL ({head}) {{\nWITH 1 AS wanted WHERE size({head}) < {limit}\n{second}\n"
        f"RETURN collect({variable}) AS {tail}\n}}\n"
        f"UNWIND {head} + {tail} AS {variable}\nWITH {variable} LIMIT {limit}"
    )
