from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph.reading.answer import Answer
from graph.reading.assemble import Missing, Reading, Row, Trail, missing_value
from graph.reading.cursor import Cursors
from graph.reading.draft import Draft, Scope
from graph.reading.roots import query_reading
from graph.selection import Selection
from graph.statement import Statement


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole operation: its one statement, None where nothing has to be asked, and how its one record is read."""

    statement: Statement | None
    parameters: Mapping[str, object]
    reading: Reading

    def assemble(self, row: Row) -> Answer:
        trail = Trail()
        try:
            data = self.reading(row, trail)
        except Missing as missing:
            return Answer(None, (*trail.errors, missing_value(missing)))
        return Answer(data if isinstance(data, dict) else None, tuple(trail.errors))


def compiled(selections: Sequence[Selection], cursors: Cursors) -> Plan:
    """Pure: the same selections give the same text. Raises BadArgument where no statement could answer."""
    draft = Draft(cursors)
    scope = Scope(draft, "")
    reading = query_reading(scope, tuple(selections))
    statement = Statement("read", f"{scope.body()}RETURN {scope.row()} AS data") if scope.columns else None
    return Plan(statement, draft.parameters, reading)
