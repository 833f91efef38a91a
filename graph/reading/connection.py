from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from graph.reading.answer import BAD_ARGUMENT, BadArgument, Path
from graph.reading.assemble import Reading, constant, each, guarded, leaf, record
from graph.reading.cut import COUNTS, END, ENTRIES, HAS_NEXT, HAS_PREVIOUS, START, Count, Entries, Place, cut, of_cut
from graph.reading.draft import Scope
from graph.reading.fields import Shape
from graph.reading.listing import Listing, Request, where
from graph.reading.order import Order
from graph.reading.page import Page, page_of
from graph.selection import TYPENAME, Selection, selected_on

# Filters that no index serves look at so many entries a page, and may end it before it is full.
SCAN_BOUND = 1_000
LARGEST_COUNT = 10_000

_PAGE_INFO = {"hasNextPage": HAS_NEXT, "hasPreviousPage": HAS_PREVIOUS, "startCursor": START, "endCursor": END}

ObjectReading = Callable[[Scope, Shape, tuple[Selection, ...], Path], Reading]


@dataclass(frozen=True, slots=True)
class ConnectionPlan:
    """One connection below one node: a subquery for its entries, whatever parts ask for them, and for each count."""

    outer: Scope
    inner: Scope
    shape: Shape
    listing: Listing
    order: Order
    page: Page
    selection: Selection
    object_reading: ObjectReading
    counts: list[Count] = field(default_factory=list)

    def reading(self, path: Path) -> Reading:
        parts = selected_on(self.selection.children, f"{self.shape.name}Connection")
        readings = [(part.response_key, self._part(part, path)) for part in parts]
        names = {part.name for part in parts}
        found = self._entries(look_ahead="pageInfo" in names) if names & {"edges", "nodes", "pageInfo"} else None
        return of_cut(cut(found, self.counts), record(readings))

    def _part(self, part: Selection, path: Path) -> Reading:
        key = part.response_key
        below = (*path, key)
        match part.name:
            case "nodes":
                return guarded(key, each(ENTRIES, self._node(part, below)), required=True)
            case "edges":
                return guarded(key, each(ENTRIES, self._edge(part, below)), required=True)
            case "pageInfo":
                return _page_info(part)
            case "count":
                return self._count(part, below)
            case _:
                return constant(f"{self.shape.name}Connection")

    def _node(self, part: Selection, path: Path) -> Reading:
        return self.object_reading(self.inner, self.shape, part.children, path)

    def _edge(self, part: Selection, path: Path) -> Reading:
        entries: list[tuple[str, Reading]] = []
        for child in selected_on(part.children, f"{self.shape.name}Edge"):
            key = child.response_key
            match child.name:
                case "node":
                    entries.append((key, guarded(key, self._node(child, (*path, key)), required=True)))
                case "cursor":
                    entries.append((key, self._place().cursor()))
                case _:
                    entries.append((key, constant(f"{self.shape.name}Edge")))
        return record(entries)

    def _place(self) -> Place:
        variable, key = self.inner.variable, self.order.key
        value = None if key is None else self.inner.column(key.read(variable))
        identity = self.inner.column(self.order.id_of(variable))
        return Place(self.outer.draft.cursors, self.order, value, identity)

    def _entries(self, *, look_ahead: bool) -> Entries:
        draft, request = self.outer.draft, self._request(self.inner.variable)
        place = self._place() if look_ahead else None
        wanted = draft.parameter(self.page.size + look_ahead)
        scans = self.listing.scans(self.selection.arguments)
        listed = self.listing.ordered(request, self.page, draft.parameter(SCAN_BOUND) if scans else wanted)
        if scans:
            v = self.inner.variable
            listed += f"\nWITH {v}{where(self.listing.filtered(request))}\nWITH {v} LIMIT {wanted}"
        name = draft.name("c")
        self._subquery(f"{listed}\n{self.inner.body()}RETURN collect({self.inner.row()}) AS {name}")
        mark = self._mark(name, wanted) if scans and look_ahead else None
        return Entries(self.outer.column(name), mark, self.page, place)

    def _mark(self, entries: str, wanted: str) -> int:
        """The last place that a filter looked at, null where the page was filled or the list ended."""
        draft = self.outer.draft
        request = self._request(draft.name())
        listed = self.listing.ordered(request, self.page, draft.parameter(SCAN_BOUND))
        key = self.order.key
        value = "null" if key is None else key.read(request.variable)
        place = f"[{value}, {self.order.id_of(request.variable)}]"
        name = draft.name("k")
        self._subquery(
            f"WITH 1 AS wanted WHERE size({entries}) < {wanted}\n{listed}\n"
            f"RETURN collect({place})[{draft.parameter(SCAN_BOUND - 1)}] AS {name}",
            entries,
        )
        return self.outer.column(name)

    def _count(self, part: Selection, path: Path) -> Reading:
        limit = part.arguments.get("limit", LARGEST_COUNT)
        if not isinstance(limit, int) or not 1 <= limit <= LARGEST_COUNT:
            raise BadArgument(BAD_ARGUMENT, f"limit must be between 1 and {LARGEST_COUNT}.", path)
        draft = self.outer.draft
        request = self._request(draft.name())
        listed = self.listing.unordered(request)
        kept = " AND ".join(self.listing.filtered(request))
        counted = f"count(CASE WHEN {kept} THEN 1 END)" if kept else f"count({request.variable})"
        name = draft.name("n")
        self._subquery(
            f"{listed}\nWITH {request.variable} LIMIT {draft.parameter(limit + 1)}\n"
            f"RETURN [{counted}, count({request.variable})] AS {name}"
        )
        value = COUNTS + 2 * len(self.counts)
        self.counts.append(Count(self.outer.column(name), limit))
        return _object(part, "Count", {"value": value, "exact": value + 1})

    def _request(self, variable: str) -> Request:
        return Request(self.outer.draft, self.outer.variable, variable, self.selection.arguments)

    def _subquery(self, body: str, *imported: str) -> None:
        names = ", ".join(name for name in (self.outer.variable, *imported) if name)
        self.outer.clauses.append(f"CALL ({names}) {{\n{body}\n}}")


def connection_reading(
    scope: Scope, shape: Shape, listing: Listing, selection: Selection, path: Path, object_reading: ObjectReading
) -> Reading:
    """Raises BadArgument where the page that is asked for is none."""
    order = listing.order(selection.arguments)
    page = page_of(selection.arguments, order, path, scope.draft.cursors)
    inner = scope.below(scope.draft.name())
    plan = ConnectionPlan(scope, inner, shape, listing, order, page, selection, object_reading)
    return guarded(selection.response_key, plan.reading(path), required=True)


def _page_info(part: Selection) -> Reading:
    return _object(part, "PageInfo", _PAGE_INFO)


def _object(part: Selection, type_name: str, positions: dict[str, int]) -> Reading:
    """An object whose fields are positions of the cut; each part of a connection is a field of its own."""
    entries = [
        (child.response_key, constant(type_name) if child.name == TYPENAME else _position(child, positions))
        for child in selected_on(part.children, type_name)
    ]
    return guarded(part.response_key, record(entries), required=True)


def _position(child: Selection, positions: dict[str, int]) -> Reading:
    return leaf(child.response_key, positions[child.name], None, required=False)
