from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graph.reading.assemble import Reading, Row, Trail
from graph.reading.cursor import Cursors, SortValue
from graph.reading.order import Order
from graph.reading.source_code import SourceCode

# A connection is assembled from a row of its own, which the cut makes of the entries that came: these are its
# positions, and behind them stand a value and its exactness for each count.
ENTRIES, HAS_NEXT, HAS_PREVIOUS, START, END, COUNTS = range(6)

Parameters = Mapping[str, Any]


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

    def read(self, row: Row, trail: Trail) -> object:
        del trail
        return self.of(row)

    def source(self, code: SourceCode, row: str, nothing: str) -> str:
        del nothing
        return f"{code.constant(self.of)}({row})"


@dataclass(frozen=True, slots=True)
class Count:
    """Where a count stands in the parent's row, as [matching, looked at].

    Parameters say how many were wanted and how many looked at, each one more than may be answered, to see whether
    there are more.
    """

    column: int
    wanted: str
    looks: str

    def of(self, row: Row, parameters: Parameters) -> tuple[int, bool]:
        matching, looked_at = row[self.column]
        limit = parameters[self.wanted] - 1
        return min(matching, limit), matching <= limit and looked_at < parameters[self.looks]


@dataclass(frozen=True, slots=True)
class Entries:
    """Where the entries stand in the parent's row: as many as the parameter `wanted` says, if there are so many.

    With `looks_ahead` that is one more than the page holds. `mark` is the column of the last place that was looked at,
    where filtering ended before the page was full.
    """

    column: int
    wanted: str
    looks_ahead: bool
    backward: bool
    between: tuple[bool, bool]
    mark: int | None
    place: Place | None

    @property
    def come_as_they_are(self) -> bool:
        return not self.looks_ahead and not self.backward

    def of(self, row: Row, parameters: Parameters) -> tuple[Row, bool, bool, str | None, str | None]:
        rows = row[self.column]
        mark = None if self.mark is None else row[self.mark]
        size = parameters[self.wanted] - self.looks_ahead
        more = len(rows) > size or mark is not None
        rows = rows[:size]
        is_after, is_before = self.between
        if self.backward:
            rows = rows[::-1]
        start, end = self._ends(rows, mark)
        return (rows, is_before, more, start, end) if self.backward else (rows, more, is_after, start, end)

    def _ends(self, rows: Row, mark: Row | None) -> tuple[str | None, str | None]:
        if self.place is None:
            return None, None
        start = self.place.of(rows[0]) if rows else None
        end = self.place.of(rows[-1]) if rows else None
        if mark is None:
            return start, end
        # The next page goes on behind what was looked at, which is further than what was found.
        looked_at = self.place.at(mark[0], mark[1])
        return (looked_at, end) if self.backward else (start, looked_at)


_NOTHING = ((), False, False, None, None)


@dataclass(frozen=True, slots=True)
class Cut:
    """Makes a connection's own row of its parent's row, and reads it."""

    entries: Entries | None
    counts: tuple[Count, ...]
    reading: Reading

    def row(self, row: Row, parameters: Parameters) -> Row:
        found: list[object] = list(_NOTHING if self.entries is None else self.entries.of(row, parameters))
        for count in self.counts:
            found.extend(count.of(row, parameters))
        return found

    def read(self, row: Row, trail: Trail) -> object:
        return self.reading.read(self.row(row, trail.parameters), trail)

    def source(self, code: SourceCode, row: str, nothing: str) -> str:
        if self.entries is not None and self.entries.come_as_they_are and not self.counts:
            # The commonest connection by far asks only for its entries.
            return self.reading.source(code, f"({row}[{self.entries.column}],)", nothing)
        name = code.function(
            [f"c = {code.constant(self.row)}(r, p)", f"return {self.reading.source(code, 'c', nothing)}"]
        )
        return f"{name}({row}, p)"
