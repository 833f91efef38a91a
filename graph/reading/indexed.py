from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graph.reading.arguments import Arguments
from graph.reading.keyset import Branch, Keyset
from graph.reading.listing import Request, where
from graph.reading.narrowing import NO_FILTER, Filter, Narrowing
from graph.reading.order import Order
from graph.reading.page import Page
from graph.reading.text import filled

_BY_ID = Order("id")
# In rows, for a thousand entries that are only looked at, and only counted.
LOOKING = 250
_COUNTING = 100


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
    filter: Filter = NO_FILTER

    def order(self, arguments: Arguments) -> Order:
        field, direction = arguments.ask("orderBy", _order_asked)
        return self.orders[field or self.default].towards(direction)

    def scans(self, arguments: Arguments) -> bool:
        return self.filter.scans(arguments, self.order(arguments))

    def filtered(self, request: Request) -> list[str]:
        return self.filter.conditions(request, self.order(request.arguments))

    def ordered(self, request: Request, page: Page) -> str:
        order = self.order(request.arguments)
        narrowing = self.filter.narrowing(request, order)
        limit = request.limit
        if self.scans(request.arguments):
            request.look(LOOKING)
        keyset = request.keyset(order, page)
        values = self._values(request, order, keyset, narrowing, limit)
        # A bound on the key leaves those without one out.
        nulls = keyset.of_nulls() if order.is_nullable and not narrowing.conditions else None
        if nulls is None:
            return values
        without = (
            f"{self._match(request, _BY_ID, nulls)}\n"
            f"WITH {request.variable} ORDER BY {self._id_order(request, order, keyset)} LIMIT {limit}"
        )
        parts = (without, values) if page.backward else (values, without)
        return _one_after_the_other(request.variable, *parts, limit)

    def unordered(self, request: Request) -> str:
        order = self.order(request.arguments)
        narrowing = self.filter.narrowing(request, order)
        request.look(_COUNTING)
        if not narrowing.fixed:
            return self._match(request, _BY_ID, [f"{request.variable}.id IS NOT NULL"])
        conditions = self._bounded(order, request, narrowing)
        return f"{narrowing.unwound}{self._match(request, order, conditions, *narrowing.leading)}"

    def _values(self, request: Request, order: Order, keyset: Keyset, narrowing: Narrowing, limit: str) -> str:
        v = request.variable
        leading = narrowing.leading
        branches = [keyset.of_ids()] if order.key is None else keyset.of_values()
        if not branches:
            return f"UNWIND [] AS {v}"
        by = order.by(v, *leading, down=keyset.down)
        if len(branches) == 1 and not narrowing.unwound:
            # One range of an index is in order already. Sorted again it would be read to its end, where a condition
            # that comes behind may have found enough long before.
            match = self._match(request, order, [*narrowing.fixed, *branches[0]], *leading)
            return f"{match}\nWITH {v} ORDER BY {by} LIMIT {limit}"
        matches = [
            f"{self._match(request, order, [*narrowing.fixed, *branch], *leading)} RETURN {v} ORDER BY {by} "
            f"LIMIT {limit}"
            for branch in branches
        ]
        union = "\nUNION ALL\n".join(matches)
        imported = narrowing.variable if narrowing.unwound else ""
        return (
            f"{narrowing.unwound}CALL ({imported}) {{\n{union}\n}}\n"
            f"WITH {v} ORDER BY {order.by(v, down=keyset.down)} LIMIT {limit}"
        )

    def _bounded(self, order: Order, request: Request, narrowing: Narrowing) -> Branch:
        v = request.variable
        key = [] if narrowing.conditions else [f"{order.first(v)} IS NOT NULL"]
        return [*narrowing.fixed, *key, f"{order.id_of(v)} IS NOT NULL"]

    def _match(self, request: Request, order: Order, conditions: list[str], *leading: str) -> str:
        v = request.variable
        only = [filled(each, v=v) for each in self.only]
        # All nodes are read from one end of the index, those behind a cursor from the cursor's place.
        seek = bool(leading) or f"{order.first(v)} IS NOT NULL" not in conditions
        index = order.index(v, self.label, *leading, seek=seek)
        return f"MATCH ({v}:{self.label}){index}{where([*conditions, *only])}"

    @staticmethod
    def _id_order(request: Request, order: Order, keyset: Keyset) -> str:
        return f"{order.id_of(request.variable)} {'DESC' if keyset.down else 'ASC'}"


def _order_asked(order_by: Mapping[str, str] | None) -> tuple[str | None, str | None]:
    return (order_by["field"], order_by.get("direction")) if order_by else (None, None)


def _one_after_the_other(variable: str, first: str, second: str, limit: str) -> str:
    """Two lists as one. The second is read only when the first does not fill the page."""
    head, tail = f"{variable}a", f"{variable}b"
    return (
        f"CALL () {{\n{first}\nRETURN collect({variable}) AS {head}\n}}\n"
        f"CALL ({head}) {{\nWITH 1 AS wanted WHERE size({head}) < {limit}\n{second}\n"
        f"RETURN collect({variable}) AS {tail}\n}}\n"
        f"UNWIND {head} + {tail} AS {variable}\nWITH {variable} LIMIT {limit}"
    )
