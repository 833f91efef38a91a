from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph.reading.arguments import Arguments
from graph.reading.history import History
from graph.reading.links import MEMBERS
from graph.reading.listing import Request
from graph.reading.order import Order, SortKey, SortKind
from graph.reading.page import Page
from graph.reading.text import filled

# Of a person with as many members as there may be, two hundred, each of whom gives a page of each kind.
_OPENING = 235
_LOOKING = 23_500
_COUNTING = 60


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """Several histories of a person as one list, by time and then by id.

    Each history gives as many entries as the page may need, in the order of its own index; so the merged list costs
    the same however long the histories are. The statement knows an entry's time as `{v}t` and its kind as `{v}k`.
    """

    histories: Mapping[str, History]

    def order(self, arguments: Arguments) -> Order:
        return Order("Profile.timeline", SortKey("{v}t", SortKind.TIME), descending=True).turned(arguments)

    def scans(self, arguments: Arguments) -> bool:
        del arguments
        return False

    def filtered(self, request: Request) -> list[str]:
        del request
        return []

    def ordered(self, request: Request, page: Page) -> str:
        order, v = self.order(request.arguments), request.variable
        branches = [
            branch
            for kind, history in self._chosen(request.arguments)
            for branch in history.branches(request, page, f"{v}, {history.at(v)} AS {v}t, '{kind}' AS {v}k")
        ]
        by = order.by(v, down=page.down(order))
        request.cost.open(_OPENING)
        request.look(_LOOKING)
        return f"{self._united(request, branches)}\nWITH {v}, {v}t, {v}k ORDER BY {by} LIMIT {request.limit}"

    def unordered(self, request: Request) -> str:
        v = request.variable
        request.look(_COUNTING)
        branches = [
            f"{history.range(request)} RETURN {v}, null AS {v}t, null AS {v}k"
            for _, history in self._chosen(request.arguments)
        ]
        return self._united(request, branches)

    def _chosen(self, arguments: Arguments) -> list[tuple[str, History]]:
        kinds = arguments.ask("kinds", _each_once)
        return [(kind, history) for kind, history in self.histories.items() if kinds is None or kind in kinds]

    def _united(self, request: Request, branches: Sequence[str]) -> str:
        v = request.variable
        if not branches:
            return f"UNWIND [] AS {v}\nWITH {v}, null AS {v}t, null AS {v}k"
        union = "\nUNION ALL\n".join(branches)
        return f"UNWIND {filled(MEMBERS, v=request.parent)} AS {v}m\nCALL ({v}m) {{\n{union}\n}}"


def _each_once(kinds: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if kinds is None else tuple(sorted(set(kinds)))
