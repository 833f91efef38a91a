"""Lists whose entries are of several types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from graph.reading.answer import Path
from graph.reading.assemble import Reading, Row, Trail
from graph.reading.draft import Scope
from graph.reading.fields import Shape
from graph.reading.source_code import SourceCode
from graph.selection import Selection

# What an entry is called in the statement, and its type.
KINDS: Mapping[str, Mapping[str, str]] = {
    "TimelineEntry": {
        "EVENT": "Event",
        "PURCHASE": "Purchase",
        "MESSAGE": "Message",
        "CONSENT": "ConsentRecord",
        "MERGE": "Merge",
    }
}

ObjectReading = Callable[[Scope, Shape, tuple[Selection, ...], Path], Reading]


@dataclass(frozen=True, slots=True)
class Variant:
    """An entry that tells its kind, and holds the row of that kind alone, in a list of its own."""

    kind: int
    readings: Mapping[str, tuple[int, Reading]]

    def read(self, row: Row, trail: Trail) -> object:
        position, reading = self.readings[row[self.kind]]
        return reading.read(row[position][0], trail)

    def source(self, code: SourceCode, row: str, nothing: str) -> str:
        del nothing
        branches = [
            f"{reading.source(code, f'{row}[{position}][0]', code.give_up)} if {row}[{self.kind}] == {kind!r} else"
            for kind, (position, reading) in self.readings.items()
        ]
        return f"({' '.join(branches)} {code.give_up})"


def variant_reading(
    scope: Scope,
    kinds: Mapping[str, Shape],
    selections: tuple[Selection, ...],
    path: Path,
    object_reading: ObjectReading,
) -> Reading:
    """Each kind is read by a subquery that gives a row only for entries of that kind."""
    v = scope.variable
    readings: dict[str, tuple[int, Reading]] = {}
    for kind, shape in kinds.items():
        inner = scope.alternative()
        reading = object_reading(inner, shape, selections, path)
        name = scope.draft.name("c")
        scope.clause(
            f"CALL ({v}, {v}k) {{\nWITH 1 AS wanted WHERE {v}k = '{kind}'\n"
            f"{inner.body()}RETURN collect({inner.row()}) AS {name}\n}}"
        )
        readings[kind] = (scope.listed(inner, name), reading)
    return Variant(scope.column(f"{v}k"), readings)
