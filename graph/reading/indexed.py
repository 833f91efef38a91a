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
NULL_BOUND = 1_000


@dataclass(frozen=True, slots=True)
class Indexed:
    """All nodes of a label, in the order of an index on (key, id), or of the unique index on id.

    An index holds only nodes that have all its properties, so those without a key come from the index on id, and only
    when the page is not full without them. Where nearly all have one, that is looking for a needle: a page looks at
    NULL_BOUND and ends there. `only` are conditions that every listed node meets.
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
        without = self._without(request, order, keyset, narrowing)
        if without is None:
            return values
        request.cost.open(LOOKING)
        v, looked = request.variable, f"{request.variable}l"
        kept = f"[each IN {looked} WHERE {self._null('each', order)}][..{limit}]"
        found = f"{without}\nRETURN collect({v}) AS {looked}"
        if page.backward:
            # What has a key comes behind those without: only when all of them were looked at.
            return (
                f"CALL () {{\n{found}\n}}\nWITH {kept} AS {v}a, size({looked}) AS {v}n\n"
                f"CALL ({v}a, {v}n) {{\nWITH 1 AS wanted WHERE size({v}a) < {limit} AND {v}n < {NULL_BOUND}\n{values}\n"
                f"RETURN collect({v}) AS {v}b\n}}\nUNWIND {v}a + {v}b AS {v}\nWITH {v} LIMIT {limit}"
            )
        return (
            f"CALL () {{\n{values}\nRETURN collect({v}) AS {v}a\n}}\n"
            f"CALL ({v}a) {{\nWITH 1 AS wanted WHERE size({v}a) < {limit}\n{found}\n}}\n"
            f"UNWIND {v}a + {kept} AS {v}\nWITH {v} LIMIT {limit}"
        )

    def mark(self, request: Request, page: Page) -> str | None:
        """The place, as a list, where looking for those without a key ended; null where it came to its end.

        None where the page holds none of those. It is asked only of a page that is not full.
        """
        order = self.order(request.arguments)
        narrowing = self.filter.narrowing(request, order)
        without = self._without(request, order, request.keyset(order, page), narrowing)
        if without is None:
            return None
        return f"{without}\nRETURN collect([null, {order.id_of(request.variable)}])[{NULL_BOUND - 1}]"

    def _without(self, request: Request, order: Order, keyset: Keyset, narrowing: Narrowing) -> str | None:
        """Everybody in the order of ids, as many as are looked at for those without a key."""
        # A bound on the key leaves those without one out.
        nulls = keyset.of_nulls() if order.is_nullable and not narrowing.conditions else None
        if nulls is None:
            return None
        return (
            f"{self._match(request, _BY_ID, nulls)}\n"
            f"WITH {request.variable} ORDER BY {self._id_order(request, order, keyset)} LIMIT {NULL_BOUND}"
        )

    @staticmethod
    def _null(variable: str, order: Order) -> str:
        return f"{order.first(variable)} IS NULL"

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
