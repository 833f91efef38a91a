from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graph.reading.answer import BAD_ARGUMENT, CURSOR_INVALID, BadArgument, Path
from graph.reading.cursor import Cursors, Position
from graph.reading.order import Order

DEFAULT_SIZE = 20
LARGEST_SIZE = 100


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list: `size` entries, read from the end that `backward` says, between two places."""

    size: int
    backward: bool
    after: Position | None
    before: Position | None

    @property
    def start(self) -> Position | None:
        """Where reading begins, exclusive."""
        return self.before if self.backward else self.after

    @property
    def stop(self) -> Position | None:
        """Where reading ends at the latest, exclusive."""
        return self.after if self.backward else self.before

    def down(self, order: Order) -> bool:
        """Whether the entries are read from the greatest to the smallest."""
        return order.descending != self.backward


def page_of(arguments: Mapping[str, object], order: Order, path: Path, cursors: Cursors) -> Page:
    """Raises BadArgument for a size outside 1..100, for both sizes, and for a cursor that is not this list's."""
    first, last = _size(arguments, "first", path), _size(arguments, "last", path)
    if first is not None and last is not None:
        raise BadArgument(BAD_ARGUMENT, "Give either first or last, not both.", path)
    after, before = (_position(arguments.get(name), name, order, path, cursors) for name in ("after", "before"))
    return Page(
        size=first or last or DEFAULT_SIZE,
        backward=last is not None,
        after=after,
        before=before,
    )


def _size(arguments: Mapping[str, object], name: str, path: Path) -> int | None:
    size = arguments.get(name)
    if size is None:
        return None
    if not isinstance(size, int) or not 1 <= size <= LARGEST_SIZE:
        raise BadArgument(BAD_ARGUMENT, f"{name} must be between 1 and {LARGEST_SIZE}.", path)
    return size


def _position(cursor: object, name: str, order: Order, path: Path, cursors: Cursors) -> Position | None:
    if cursor is None:
        return None
    try:
        position = cursors.position(order.name, str(cursor))
    except ValueError as error:
        raise BadArgument(CURSOR_INVALID, f"{name} is not a cursor of this list.", path) from error
    if not order.accepts(position.value):
        raise BadArgument(CURSOR_INVALID, f"{name} is not a cursor of this list.", path)
    return position
