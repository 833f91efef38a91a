from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Row = list[Any]
Compute = Callable[[Sequence[Row]], Sequence[object]]


class Failed:
    """Stands where a computation should have put its value."""


FAILED = Failed()


@dataclass(frozen=True, slots=True)
class Computation:
    """A field that needs Python: `compute` makes one value of each row of `needs`, all rows of an answer at once."""

    compute: Compute
    needs: tuple[int, ...]
    place: int


@dataclass(frozen=True, slots=True)
class PlacedComputation:
    """A computation and the way to its rows: positions of lists, from the record downwards."""

    computation: Computation
    way: tuple[int, ...]

    def fill(self, record: Row) -> None:
        """Puts the values into the rows. Where the function fails for a row, its value is FAILED: all others stand."""
        rows = [record]
        for position in self.way:
            rows = [inner for row in rows for inner in row[position]]
        place = self.computation.place
        for row, value in zip(rows, self._values(rows), strict=True):
            row[place] = value

    def _values(self, rows: Sequence[Row]) -> Sequence[object]:
        values = self._computed(rows)
        if values is not None:
            return values
        # One of them is the cause, which must not cost the others theirs.
        alone = [self._computed([row]) for row in rows] if len(rows) > 1 else []
        return [FAILED if value is None else value[0] for value in alone or [None]]

    def _computed(self, rows: Sequence[Row]) -> Sequence[object] | None:
        try:
            values = self.computation.compute([[row[need] for need in self.computation.needs] for row in rows])
        except Exception:  # noqa: BLE001  # Whatever a computed field does, the rest of the answer stands.
            return None
        # Of too few or too many nobody knows whose they are.
        return values if len(values) == len(rows) else None
