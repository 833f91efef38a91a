from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graph.reading.cursor import Position
from tests.oracle.asking import Asking, Info, asking
from tests.oracle.ordering import Order

_DEFAULT_SIZE, _LARGEST_SIZE = 20, 100
_LARGEST_COUNT = 10_000

Matches = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Edge:
    cursor: str
    node: Any


@dataclass(frozen=True, slots=True)
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list; `matching` is how many it counts, on all pages."""

    edges: list[Edge]
    page_info: PageInfo
    matching: int

    @property
    def nodes(self) -> list[Any]:
        return [each.node for each in self.edges]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the arguments of a list ask for."""

    size: int
    backward: bool
    after: Position | None
    before: Position | None

    @classmethod
    def of(cls, asked: Asking, order: Order, arguments: Mapping[str, Any]) -> Wanted:
        """The arguments were checked."""
        last = arguments.get("last")
        return cls(
            size=arguments.get("first") or last or _DEFAULT_SIZE,
            backward=last is not None,
            after=_position(asked, order, arguments.get("after")),
            before=_position(asked, order, arguments.get("before")),
        )


def page(
    info: Info,
    things: Iterable[Any],
    order: Order,
    arguments: Mapping[str, Any],
    matches: Matches | None = None,
    lies_in: Matches | None = None,
) -> Page:
    """`matches` is a filter that no index serves: it looks at a bounded number of entries and may end the page.

    `lies_in` is a part of it that an index does serve, but not for counting.
    """
    wanted = Wanted.of(asking(info), order, arguments)
    everything = order.sorted(things)
    kept = everything if lies_in is None else [each for each in everything if lies_in(each)]
    between = [each for each in kept if _lies_between(order, order.place(each), wanted)]
    if wanted.backward:
        between.reverse()
    looked_at, mark = between, None
    if matches is not None:
        bound = asking(info).scan_bound
        looked_at = [each for each in between[:bound] if matches(each)]
        if len(looked_at) <= wanted.size and len(between) >= bound:
            mark = between[bound - 1]
    found, more = looked_at[: wanted.size], len(looked_at) > wanted.size or mark is not None
    if wanted.backward:
        found.reverse()
    return Page(
        [Edge(_cursor(info, order, each), each) for each in found],
        _page_info(info, order, wanted, found, mark, more=more),
        len(kept) if matches is None else sum(1 for each in kept if matches(each)),
    )


def count(found: Page, _info: Info, limit: int) -> dict[str, Any]:
    """A filter looks at 10,000 entries at most, which is more than these worlds have."""
    return {"value": min(found.matching, limit), "exact": found.matching <= limit}


def _page_info(info: Info, order: Order, wanted: Wanted, found: list[Any], mark: Any, *, more: bool) -> PageInfo:
    start = _cursor(info, order, found[0]) if found else None
    end = _cursor(info, order, found[-1]) if found else None
    if wanted.backward:
        start = start if mark is None else _cursor(info, order, mark)
        return PageInfo(wanted.before is not None, more, start, end)
    end = end if mark is None else _cursor(info, order, mark)
    return PageInfo(more, wanted.after is not None, start, end)


def _lies_between(order: Order, place: Position, wanted: Wanted) -> bool:
    if wanted.after is not None and not order.comes_after(place, wanted.after):
        return False
    return wanted.before is None or order.comes_after(wanted.before, place)


def _cursor(info: Info, order: Order, thing: Any) -> str:
    place = order.place(thing)
    return asking(info).cursors.at(order.name, place.value, place.id)


def is_size(value: int) -> bool:
    return 1 <= value <= _LARGEST_SIZE


def is_count(value: int) -> bool:
    return 1 <= value <= _LARGEST_COUNT


def is_place(asked: Asking, order: Order, text: str) -> bool:
    """Whether a cursor is one of lists in this order."""
    try:
        return order.accepts(asked.cursors.position(order.name, text))
    except ValueError:
        return False


def _position(asked: Asking, order: Order, text: str | None) -> Position | None:
    return None if text is None else asked.cursors.position(order.name, text)
