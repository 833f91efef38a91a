from __future__ import annotations

from dataclasses import dataclass, field

from graph.reading.arguments import Arguments, Source
from graph.reading.keyset import Branch
from graph.reading.listing import Filters, Request, where
from graph.reading.order import Order, SortKey, SortKind
from graph.reading.page import Page
from graph.reading.period import ends_of, within

# Of a person with twenty members: each gives a page, or a thousand entries, of its own.
_OPENING = 10
_LOOKING = 500
# An index alone answers how many there are.
_COUNTING = 12


@dataclass(frozen=True, slots=True)
class History:
    """What happened to a person, read from the index (profileId, time, id) for each id the person ever had.

    All three properties stand in every WHERE and ORDER BY: without one of them the whole history is read (22 db hits
    against 1,000,041, measured). `typed` names an argument with an index of its own, (profileId, type, time, id).
    Further filters look at what the index gives, entry by entry.
    """

    label: str
    time: str
    typed: str | None = None
    filters: Filters = field(default_factory=dict)

    def order(self, arguments: Arguments) -> Order:
        key = SortKey(f"{{v}}.{self.time}", SortKind.TIME)
        return Order(f"{self.label}.{self.time}", key, descending=True).turned(arguments)

    def scans(self, arguments: Arguments) -> bool:
        return any(arguments.given(name) for name in self.filters)

    def ordered(self, request: Request, page: Page) -> str:
        order, v = self.order(request.arguments), request.variable
        branches = "\nUNION ALL\n".join(self.branches(request, page, v))
        by = order.by(v, down=page.down(order))
        if self.scans(request.arguments):
            request.look(_LOOKING)
        else:
            request.cost.open(_OPENING)
        return (
            f"{self._people(request)}\nCALL ({', '.join(self._imported(request))}) {{\n{branches}\n}}\n"
            f"WITH {v} ORDER BY {by} LIMIT {request.limit}"
        )

    def branches(self, request: Request, page: Page, returned: str) -> list[str]:
        """The page's parts of the index, each with its own LIMIT, for the one id of the person that is bound."""
        order, v = self.order(request.arguments), request.variable
        keyset = request.keyset(order, page)
        fixed, leading = self._fixed(request)
        by = order.by(v, *leading, down=keyset.down)
        match = self._match(request, leading)
        return [
            f"{match}{where([*fixed, *branch])} RETURN {returned} ORDER BY {by} LIMIT {request.limit}"
            for branch in keyset.of_values()
        ]

    def unordered(self, request: Request) -> str:
        request.look(_COUNTING)
        return f"{self._people(request)}\n{self.range(request)}"

    def range(self, request: Request) -> str:
        """All of the index that belongs to the one id of the person that is bound."""
        v = request.variable
        fixed, leading = self._fixed(request)
        conditions = [*fixed, f"{self.at(v)} IS NOT NULL", f"{v}.id IS NOT NULL"]
        return f"{self._match(request, leading)}{where(conditions)}"

    def at(self, variable: str) -> str:
        return f"{variable}.{self.time}"

    def filtered(self, request: Request) -> list[str]:
        return request.conditions(self.filters)

    def _match(self, request: Request, leading: list[str]) -> str:
        index = self.order(request.arguments).index(request.variable, self.label, *leading, seek=True)
        return f"MATCH ({request.variable}:{self.label}){index}"

    def _types(self, request: Request) -> Source | None:
        if self.typed is None or not request.arguments.given(self.typed):
            return None
        # A type named twice must not give its entries twice.
        return request.arguments.source(self.typed, lambda types: sorted(set(types)))

    def _people(self, request: Request) -> str:
        v, types = request.variable, self._types(request)
        people = f"UNWIND {request.parent}.memberIds AS {v}m"
        if types is None:
            return people
        # Each type is a range of the index of its own.
        chosen, looks = request.draft.named(types), request.looks
        request.cost.also(lambda parameters: len(parameters[chosen]) * (parameters[looks] + 5))
        return f"{people}\nUNWIND ${chosen} AS {v}t"

    def _imported(self, request: Request) -> list[str]:
        v = request.variable
        return [f"{v}m"] if self._types(request) is None else [f"{v}m", f"{v}t"]

    def _fixed(self, request: Request) -> tuple[Branch, list[str]]:
        v = request.variable
        conditions, leading = [f"{v}.profileId = {v}m"], [f"{v}.profileId"]
        if self._types(request) is not None:
            conditions.append(f"{v}.type = {v}t")
            leading.append(f"{v}.type")
        ends = request.arguments.ask("during", ends_of)
        during = request.arguments.source("during")
        return [*conditions, *within(request.draft, f"{v}.{self.time}", ends, during)], leading
