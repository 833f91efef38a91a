from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from graph.reading.arguments import Arguments, Source
from graph.reading.keyset import Branch
from graph.reading.links import MEMBERS
from graph.reading.listing import Filters, Request, where
from graph.reading.order import Order, SortKey, SortKind
from graph.reading.page import Page
from graph.reading.period import ends_of, within
from graph.reading.text import filled

# Of a person with as many members as there may be, two hundred: each is a place in the index, and gives entries of its
# own, here in rows for a thousand of a page.
_OPENING = 60
_PAGE = 1_500
# A thousand entries of each member, as far as people have so many.
_LOOKING = 500
# An index alone answers how many there are, a filter looks at each.
_SEEKING = 20
_COUNTING = 12
_COUNTING_SOME = 20
# Each is a place in the index of its own, for each id the person ever had.
MOST_TYPED = 50


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
        elif self._types(request) is None:
            request.cost.open(_OPENING)
            request.look(_PAGE)
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
        request.look(_COUNTING_SOME if self.scans(request.arguments) else _COUNTING)
        return f"{self._people(request, is_counted=True)}\n{self.range(request)}"

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
        arguments, typed = request.arguments, self.typed

        def chosen(types: Iterable[str]) -> list[str]:
            # A type named twice must not give its entries twice.
            found = sorted(set(types))
            if len(found) > MOST_TYPED:
                raise arguments.bad(f"At most {MOST_TYPED} {typed} can be asked for at once.")
            return found

        return arguments.source(typed, chosen)

    def _people(self, request: Request, *, is_counted: bool = False) -> str:
        v, types = request.variable, self._types(request)
        people = f"UNWIND {filled(MEMBERS, v=request.parent)} AS {v}m"
        if types is None:
            return people
        # Each type is a range of the index of its own, and gives a page of its own. What is counted ends where enough
        # of it is found, of whatever type.
        chosen, looks = request.draft.named(types), request.looks
        request.cost.also(
            lambda parameters: (
                len(parameters[chosen]) * (_SEEKING if is_counted else _OPENING + _PAGE * parameters[looks] // 1_000)
            )
        )
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
