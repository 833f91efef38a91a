"""Lists that are found by what somebody types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from graph.reading.answer import FORBIDDEN, BadArgument
from graph.reading.arguments import Arguments, Source
from graph.reading.attribute_conditions import (
    PRICE,
    attribute_searched,
    compared,
    key_searched,
    property_searched,
    value_searched,
)
from graph.reading.indexed import LOOKING, Indexed
from graph.reading.listing import Request, where
from graph.reading.order import Order
from graph.reading.page import Page

# Each way of finding gives so many candidates at most; they are sorted and filtered one by one.
MOST_CANDIDATES = 1_000
_CANDIDATES_COST = 1_000
# They are counted without being looked at.
_OVERFLOW_COST = 250
LONGEST_SEARCH = 100
_TEXT = "search"


@dataclass(frozen=True, slots=True)
class Way:
    """One way of finding: Cypher that returns `{v}` for `{value}`, which `value` makes of the text, None for no way.

    It takes MOST_CANDIDATES at most, whichever come first. `more` counts how many there are, as far as one beyond that.
    """

    match: str
    more: str
    value: Callable[[str], str | None]


# Its methods are questions, and those are told apart by what they belong to.
@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """A list of everything, or of what the argument `search` finds, in the same orders and under the same filter.

    With `by_attribute` a search that has the form of an attribute's key, a colon and a value keeps whose attribute has
    this value. No index finds those: it looks at everybody in their order, as a filter does.
    With `is_pii` nobody may search who may not see personal data, nor sort by one of `pii_orders`.
    """

    indexed: Indexed
    ways: tuple[Way, ...]
    by_attribute: bool = False
    is_pii: bool = False
    pii_orders: frozenset[str] = frozenset()

    def order(self, arguments: Arguments) -> Order:
        return self.indexed.order(arguments)

    def scans(self, arguments: Arguments) -> bool:
        if self._by_attribute(arguments):
            return True
        return not arguments.given(_TEXT) and self.indexed.scans(arguments)

    def filtered(self, request: Request) -> list[str]:
        if self._by_attribute(request.arguments):
            return [self._attribute(request), *self.indexed.filtered(request)]
        return [] if request.arguments.given(_TEXT) else self.indexed.filtered(request)

    def ordered(self, request: Request, page: Page) -> str:
        order, v = self.order(request.arguments), request.variable
        self._permit(request, order)
        if self._reads_all(request.arguments):
            if self._by_attribute(request.arguments) and not self.indexed.scans(request.arguments):
                request.look(LOOKING)
            return self.indexed.ordered(request, page)
        conditions = request.keyset(order, page).of_candidates()
        return (
            f"{self._candidates(request)}\nWITH {v}{where(conditions)}\n"
            f"WITH {v} ORDER BY {order.of_candidates(v, backward=page.backward)} LIMIT {request.limit}"
        )

    def mark(self, request: Request, page: Page) -> str | None:
        return self.indexed.mark(request, page) if self._reads_all(request.arguments) else None

    def unordered(self, request: Request) -> str:
        self._permit(request, self.order(request.arguments))
        if self._reads_all(request.arguments):
            return self.indexed.unordered(request)
        return self._candidates(request)

    def overflow(self, request: Request) -> str | None:
        """An expression for whether there were more candidates than are looked at. None where all are looked at."""
        if self._reads_all(request.arguments):
            return None
        request.cost.open(_OVERFLOW_COST)
        ways = [request.filled(way.more, value) for way, value in self._ways(request)]
        counted = "\nUNION ALL\n".join(ways) or "RETURN 0 AS more"
        return f"COUNT {{ CALL () {{\n{counted}\n}} WITH more WHERE more > {MOST_CANDIDATES} RETURN more }} > 0"

    def _reads_all(self, arguments: Arguments) -> bool:
        return not arguments.given(_TEXT) or self._by_attribute(arguments)

    def _by_attribute(self, arguments: Arguments) -> bool:
        return self.by_attribute and arguments.given(_TEXT) and bool(arguments.ask(_TEXT, _asks_for_an_attribute))

    def _attribute(self, request: Request) -> str:
        request.look(PRICE)
        text = request.arguments.source(_TEXT)
        name, key, value = (
            request.draft.parameter(text.then(part)) for part in (property_searched, key_searched, value_searched)
        )
        return compared("equals", request.variable, name=name, key=key, value=value)

    def _permit(self, request: Request, order: Order) -> None:
        if request.draft.caller.sees_pii:
            return
        if order.name in self.pii_orders or (self.is_pii and request.arguments.given(_TEXT)):
            raise no_right_to_look(request.arguments)

    def _candidates(self, request: Request) -> str:
        v = request.variable
        request.cost.open(_CANDIDATES_COST)
        found = [request.filled(way.match, value) for way, value in self._ways(request)]
        union = "\nUNION\n".join(found) or f"UNWIND [] AS {v} RETURN {v}"
        looks = request.draft.named(Source(None, MOST_CANDIDATES))
        conditions = self.indexed.filter.conditions(replace(request, looks=looks), None)
        return f"CALL () {{\n{union}\n}}\nWITH {v}{where(conditions)}"

    def _ways(self, request: Request) -> list[tuple[Way, Source]]:
        """Those that the text has the form for, and what each makes of it."""
        open_ways = request.arguments.ask(_TEXT, self._open_ways)
        if open_ways is None:
            raise request.arguments.bad(f"{_TEXT} must have between 1 and {LONGEST_SEARCH} characters.")
        text = request.arguments.source(_TEXT)
        return [(self.ways[way], text.then(self.ways[way].value)) for way in open_ways]

    def _open_ways(self, text: str) -> tuple[int, ...] | None:
        if not 1 <= len(text) <= LONGEST_SEARCH:
            return None
        return tuple(index for index, way in enumerate(self.ways) if way.value(text) is not None)


def _asks_for_an_attribute(text: str) -> bool:
    # What is too long is refused by the ways of finding.
    return len(text) <= LONGEST_SEARCH and attribute_searched(text)


def no_right_to_look(arguments: Arguments) -> BadArgument:
    """To be raised where somebody is looked for by personal data without the right to see it."""
    return arguments.bad("To look for people by personal data needs the right `profile:pii`.", FORBIDDEN)
