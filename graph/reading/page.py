from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from graph.reading.answer import CURSOR_INVALID
from graph.reading.arguments import Arguments, Source
from graph.reading.cursor import Cursors, Position
from graph.reading.order import Order

DEFAULT_SIZE = 20
LARGEST_SIZE = 100


@dataclass(frozen=True, slots=True)
class Place:
    """An end of a page, as values that come with each request. Whether its sort value is null shapes the text."""

    value: Source
    id: Source
    is_null: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list: `size` entries, read from the end that `backward` says, between two places."""

    size: Source
    backward: bool = False
    after: Place | None = None
    before: Place | None = None

    @property
    def start(self) -> Place | None:
        """Where reading begins, exclusive."""
        return self.before if self.backward else self.after

    @property
    def stop(self) -> Place | None:
        """Where reading ends at the latest, exclusive."""
        return self.after if self.backward else self.before

    def sources(self) -> list[Source]:
        """All that comes with each request."""
        return [self.size, *(place.id for place in (self.after, self.before) if place is not None)]

    def down(self, order: Order) -> bool:
        """Whether the entries are read from the greatest to the smallest."""
        return order.descending != self.backward


def whole(size: int) -> Page:
    return Page(Source(None, size))


def page_of(arguments: Arguments, order: Order, cursors: Cursors) -> Page:
    """Raises BadArgument for a size outside 1..100, for both sizes, and for a cursor that is not this list's.

    What comes with each request is checked with each request, by the sources of the page.
    """
    first, last = arguments.given("first"), arguments.given("last")
    if first and last:
        raise arguments.bad("Give either first or last, not both.")
    return Page(
        size=_size(arguments, "last" if last else "first") if first or last else Source(None, DEFAULT_SIZE),
        backward=last,
        after=_place(arguments, "after", order, cursors),
        before=_place(arguments, "before", order, cursors),
    )


def _size(arguments: Arguments, name: str) -> Source:
    def checked(size: object) -> int:
        if not isinstance(size, int) or not 1 <= size <= LARGEST_SIZE:
            raise arguments.bad(f"{name} must be between 1 and {LARGEST_SIZE}.")
        return size

    return arguments.source(name, checked)


def _place(arguments: Arguments, name: str, order: Order, cursors: Cursors) -> Place | None:
    if not arguments.given(name):
        return None
    position = arguments.source(name, _position(arguments, name, order, cursors))
    is_null = order.is_nullable and arguments.ask(name, _stands_at_null(order, cursors))
    return Place(position.then(lambda found: found.value), position.then(lambda found: found.id), bool(is_null))


def _position(arguments: Arguments, name: str, order: Order, cursors: Cursors) -> Callable[[object], Position]:
    def decoded(cursor: object) -> Position:
        try:
            position = cursors.position(order.name, str(cursor))
        except ValueError as error:
            raise arguments.bad(f"{name} is not a cursor of this list.", CURSOR_INVALID) from error
        if not order.accepts(position.value):
            raise arguments.bad(f"{name} is not a cursor of this list.", CURSOR_INVALID)
        return position

    return decoded


def _stands_at_null(order: Order, cursors: Cursors) -> Callable[[object], bool]:
    def asked(cursor: object) -> bool:
        try:
            return cursors.position(order.name, str(cursor)).value is None
        except ValueError:
            # It is refused when its value is taken.
            return False

    return asked
