from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from graph.reading.assemble import Reading, Row, Trail
from graph.reading.cursor import Cursors, SortValue
from graph.reading.order import Order
from graph.reading.page import Page

# A connection is assembled from a row of its own, which the cut makes of the entries that came: these are its
# positions, and behind them stand a value and its exactness for each count.
ENTRIES, HAS_NEXT, HAS_PREVIOUS, START, END, COUNTS = range(6)

Cut = Callable[[Row], Row]


@dataclass(frozen=True, slots=True)
class Place:
    """Which columns of an entry say its place in the order."""

    cursors: Cursors
    order: Order
    value: int | None
    identity: int

    def of(self, row: Row) -> str:
        return self.at(None if self.value is None else row[self.value], row[self.identity])

    def at(self, value: SortValue, identity: str) -> str:
        return self.cursors.at(self.order.name, value, identity)

    def cursor(self) -> Reading:
        return lambda row, _trail: self.of(row)


@dataclass(frozen=True, slots=True)
class Count:
    """Where a count stands in the parent's row, as [matching, looked at], and how far it was to go."""

    column: int
    limit: int

    def of(self, row: Row) -> tuple[int, bool]:
        matching, looked_at = row[self.column]
        return min(matching, self.limit), looked_at <= self.limit


@dataclass(frozen=True, slots=True)
class Entries:
    """Where the entries stand in the parent's row, one more than the page holds if there are more.

    `mark` is the column of the last place that was looked at, where filtering ended before the page was full.
    """

    column: int
    mark: int | None
    page: Page
    place: Place | None

    def of(self, row: Row) -> tuple[Row, bool, bool, str | None, str | None]:
        rows = row[self.column]
        mark = None if self.mark is None else row[self.mark]
        more = len(rows) > self.page.size or mark is not None
        rows = rows[: self.page.size]
        if self.page.backward:
            rows = rows[::-1]
        start, end = self._ends(rows, mark)
        if self.page.backward:
            return rows, self.page.before is not None, more, start, end
        return rows, more, self.page.after is not None, start, end

    def _ends(self, rows: Row, mark: Row | None) -> tuple[str | None, str | None]:
        if self.place is None:
            return None, None
        start = self.place.of(rows[0]) if rows else None
        end = self.place.of(rows[-1]) if rows else None
        if mark is None:
            return start, end
        # The next page goes on behind what was looked at, which is further than what was found.
        looked_at = self.place.at(mark[0], mark[1])
        return (looked_at, end) if self.page.backward else (start, looked_at)


_NOTHING = ((), False, False, None, None)


def cut(entries: Entries | None, counts: list[Count]) -> Cut:
    def make(row: Row) -> Row:
        found: list[object] = list(_NOTHING if entries is None else entries.of(row))
        for count in counts:
            found.extend(count.of(row))
        return found

    return make


def of_cut(make: Cut, reading: Reading) -> Reading:
    def read(row: Row, trail: Trail) -> object:
        return reading(make(row), trail)

    return read
