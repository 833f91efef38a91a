from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from graph.reading.answer import Path
from graph.reading.arguments import Arguments, Source
from graph.reading.assemble import Constant, Each, Guarded, Leaf, Reading, Record, withheld_reading
from graph.reading.cost import Cost
from graph.reading.cut import COUNTS, END, ENTRIES, HAS_NEXT, HAS_PREVIOUS, START, Count, Cut, Entries, Place
from graph.reading.draft import Scope
from graph.reading.indexed import Indexed
from graph.reading.listing import Listing, Request, where
from graph.reading.order import Order
from graph.reading.page import Page, page_of
from graph.reading.searched import Searched
from graph.selection import TYPENAME, Selection, selected_on

# Filters that no index serves look at so many entries a page, and may end it before it is full.
SCAN_BOUND = 1_000
LARGEST_COUNT = 10_000

_PAGE_INFO = {"hasNextPage": HAS_NEXT, "hasPreviousPage": HAS_PREVIOUS, "startCursor": START, "endCursor": END}

NodeReading = Callable[[Scope, tuple[Selection, ...], Path], Reading]


@dataclass(frozen=True, slots=True)
class ConnectionPlan:
    """One connection below one node: a subquery for its entries, whatever parts ask for them, and for each count."""

    outer: Scope
    inner: Scope
    cost: Cost
    type_name: str
    listing: Listing
    order: Order
    page: Page
    selection: Selection
    arguments: Arguments
    node_reading: NodeReading
    counts: list[Count] = field(default_factory=list)

    def reading(self, path: Path) -> Reading:
        parts = selected_on(self.selection.children, f"{self.type_name}Connection")
        readings = tuple((part.response_key, self._part(part, path)) for part in parts)
        names = {part.name for part in parts}
        found = self._entries(look_ahead="pageInfo" in names) if names & {"edges", "nodes", "pageInfo"} else None
        if found is None and not self.counts:
            self._check()
        # Not every page needs both its cursors as parameters: one that cannot hold anything needs none.
        self.outer.draft.check(*self.page.sources())
        return Cut(found, tuple(self.counts), Record(readings))

    def _check(self) -> None:
        """Arguments are refused whether or not anything is asked for below; what they would read costs nothing then."""
        draft = self.outer.draft
        looks = draft.named(Source(None, 1))
        request = Request(draft, self.outer.variable, draft.name(), self.arguments, Cost(0), looks)
        self.listing.unordered(request)
        self.listing.filtered(request)

    def _part(self, part: Selection, path: Path) -> Reading:
        key = part.response_key
        below = (*path, key)
        if part.withheld is not None:
            return withheld_reading(part, part.withheld)
        match part.name:
            case "nodes":
                return Guarded(key, Each(ENTRIES, self._node(part, below)), required=True)
            case "edges":
                return Guarded(key, Each(ENTRIES, self._edge(part, below)), required=True)
            case "pageInfo":
                return _object(part, "PageInfo", _PAGE_INFO)
            case "count":
                return self._count(part, below)
            case _:
                return Constant(f"{self.type_name}Connection")

    def _node(self, part: Selection, path: Path) -> Reading:
        return self.node_reading(self.inner, part.children, path)

    def _edge(self, part: Selection, path: Path) -> Reading:
        entries: list[tuple[str, Reading]] = []
        for child in selected_on(part.children, f"{self.type_name}Edge"):
            key = child.response_key
            if child.withheld is not None:
                entries.append((key, withheld_reading(child, child.withheld)))
                continue
            match child.name:
                case "node":
                    entries.append((key, Guarded(key, self._node(child, (*path, key)), required=True)))
                case "cursor":
                    entries.append((key, self._place()))
                case _:
                    entries.append((key, Constant(f"{self.type_name}Edge")))
        return Record(tuple(entries))

    def _place(self) -> Place:
        variable, key = self.inner.variable, self.order.key
        value = None if key is None else self.inner.column(key.read(variable))
        identity = self.inner.column(self.order.id_of(variable))
        return Place(self.outer.draft.caller.cursors, self.order, value, identity)

    def _entries(self, *, look_ahead: bool) -> Entries:
        draft = self.outer.draft
        place = self._place() if look_ahead else None
        wanted = draft.named(self.page.size.then(lambda size: size + 1) if look_ahead else self.page.size)
        self.cost.size = wanted
        scans = self.listing.scans(self.arguments)
        request = self._request(self.inner.variable, self._bound() if scans else wanted)
        listed = self.listing.ordered(request, self.page)
        if scans:
            v = self.inner.variable
            listed += f"\nWITH {v}{where(self.listing.filtered(request))}\nWITH {v} LIMIT ${wanted}"
        name = draft.name("c")
        self._subquery(f"{listed}\n{self.inner.body()}RETURN collect({self.inner.row()}) AS {name}")
        marks = self._marks(name, wanted, scans=scans) if look_ahead else []
        mark = self.outer.column(marks[0] if len(marks) == 1 else f"coalesce({', '.join(marks)})") if marks else None
        between = (self.page.after is not None, self.page.before is not None)
        column = self.outer.listed(self.inner, name)
        return Entries(column, wanted, look_ahead, self.page.backward, between, mark, place)

    def _marks(self, entries: str, wanted: str, *, scans: bool) -> list[str]:
        """Where the last place stands that was looked at, by what may end a page before it is full: the first holds."""
        draft, marks = self.outer.draft, []
        if scans:
            request = self._request(draft.name(), self._bound())
            key = self.order.key
            value = "null" if key is None else key.read(request.variable)
            place = f"[{value}, {self.order.id_of(request.variable)}]"
            listed = self.listing.ordered(request, self.page)
            marks.append(f"{listed}\nRETURN collect({place})[{draft.constant(SCAN_BOUND - 1)}]")
        if self.order.is_nullable and isinstance(self.listing, Indexed | Searched):
            among_nulls = self.listing.mark(self._request(draft.name(), wanted), self.page)
            marks += [] if among_nulls is None else [among_nulls]
        return [self._mark(each, entries, wanted) for each in marks]

    def _mark(self, place: str, entries: str, wanted: str) -> str:
        """Asked for only where the page is not full."""
        name = self.outer.draft.name("k")
        self._subquery(f"WITH 1 AS wanted WHERE size({entries}) < ${wanted}\n{place} AS {name}", entries)
        return name

    def _count(self, part: Selection, path: Path) -> Reading:
        draft = self.outer.draft
        wanted = draft.named(_one_more(draft.arguments(part, path)))
        # What an index gives is counted as far as it is asked for. A filter may let few of many through: it looks at
        # as many as ever, so that a small limit is reached where so many are.
        looks = draft.named(Source(None, LARGEST_COUNT + 1)) if self.listing.scans(self.arguments) else wanted
        request = self._request(draft.name(), looks)
        listed = self.listing.unordered(request)
        kept = " AND ".join(self.listing.filtered(request))
        counted = f"count(CASE WHEN {kept} THEN 1 END)" if kept else f"count({request.variable})"
        name = draft.name("n")
        self._subquery(
            f"{listed}\nWITH {request.variable} LIMIT ${looks}\n"
            f"RETURN [{counted}, {self._looked_at(request, looks)}] AS {name}"
        )
        value = COUNTS + 2 * len(self.counts)
        self.counts.append(Count(self.outer.column(name), wanted, looks))
        return _object(part, "Count", {"value": value, "exact": value + 1})

    def _looked_at(self, request: Request, looks: str) -> str:
        """How many; of a search that had more to choose from than it looks at, as if it had looked at its bound."""
        counted = f"count({request.variable})"
        overflow = self.listing.overflow(request) if isinstance(self.listing, Searched) else None
        return counted if overflow is None else f"CASE WHEN {overflow} THEN ${looks} ELSE {counted} END"

    def _bound(self) -> str:
        return self.outer.draft.named(Source(None, SCAN_BOUND))

    def _request(self, variable: str, looks: str) -> Request:
        return Request(self.outer.draft, self.outer.variable, variable, self.arguments, self.cost, looks)

    def _subquery(self, body: str, *imported: str) -> None:
        names = ", ".join(name for name in (self.outer.variable, *imported) if name)
        self.outer.clause(f"CALL ({names}) {{\n{body}\n}}")


def connection_reading(
    scope: Scope, type_name: str, listing: Listing, selection: Selection, path: Path, node_reading: NodeReading
) -> Reading:
    """Raises BadArgument where the page that is asked for is none."""
    arguments = scope.draft.arguments(selection, path)
    order = listing.order(arguments)
    page = page_of(arguments, order, scope.draft.caller.cursors)
    cost = Cost(0)
    inner = scope.below(scope.draft.name(), cost)
    plan = ConnectionPlan(scope, inner, cost, type_name, listing, order, page, selection, arguments, node_reading)
    return Guarded(selection.response_key, plan.reading(path), required=True)


def _one_more(arguments: Arguments) -> Source:
    """How many a count wants: one more than its limit, to see whether there are more."""

    def wanted(given: object) -> int:
        limit = LARGEST_COUNT if given is None else given
        if not isinstance(limit, int) or not 1 <= limit <= LARGEST_COUNT:
            raise arguments.bad(f"limit must be between 1 and {LARGEST_COUNT}.")
        return limit + 1

    return arguments.source("limit", wanted)


def _object(part: Selection, type_name: str, positions: dict[str, int]) -> Reading:
    """An object whose fields are positions of the cut; each part of a connection is a field of its own."""
    entries = tuple(
        (child.response_key, Constant(type_name) if child.name == TYPENAME else _position(child, positions))
        for child in selected_on(part.children, type_name)
    )
    return Guarded(part.response_key, Record(entries), required=True)


def _position(child: Selection, positions: dict[str, int]) -> Reading:
    return Leaf(child.response_key, positions[child.name], None, required=False)
