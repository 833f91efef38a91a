from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph.reading.answer import COST_EXCEEDED, Answer, BadArgument
from graph.reading.arguments import Source, Step, Values
from graph.reading.assemble import Missing, Reading, Row, Trail
from graph.reading.computation import PlacedComputation
from graph.reading.cost import Cost
from graph.reading.draft import Caller, Draft, Rows, Scope
from graph.reading.roots import query_reading
from graph.reading.source_code import Assemble, SourceCode
from graph.selection import Selection
from graph.statement import Statement

# What a read may cost at most, in rows. The dearest that was found takes the graph a good second on a quiet machine.
LARGEST_COST = 50_000
# The graph reads and plans a statement before it knows that it ever saw it.
LONGEST_STATEMENT = 100_000


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole operation: its one statement, None where nothing has to be asked, and how its one record is read.

    It serves all requests whose values answer the questions in `steps` alike. Where it `uses_now`, the statement wants
    the time of the request besides its parameters.
    """

    statement: Statement | None
    constants: Mapping[str, object]
    sources: tuple[tuple[str, Source], ...]
    checks: tuple[Source, ...]
    steps: tuple[Step, ...]
    cost: Cost
    computations: tuple[PlacedComputation, ...]
    reading: Reading
    fast: Assemble
    uses_now: bool = False

    def parameters(self, values: Values) -> dict[str, Any]:
        """Raises BadArgument for a value that the graph cannot be asked with, and for a read that is too dear."""
        parameters: dict[str, Any] = dict(self.constants)
        for name, source in self.sources:
            parameters[name] = source.of(values)
        for check in self.checks:
            check.of(values)
        cost = self.cost.of(parameters)
        if cost > LARGEST_COST:
            message = f"This may read {cost:,} rows; {LARGEST_COST:,} are allowed. Ask for shorter lists."
            raise BadArgument(COST_EXCEEDED, message, ())
        return parameters

    def assemble(self, record: list[Any], parameters: Mapping[str, Any]) -> Answer:
        for computation in self.computations:
            computation.fill(record)
        try:
            return Answer(self.fast(record, parameters))
        except Exception:  # noqa: BLE001  # Whatever the fast way met, the careful one tells what it is.
            return self.assemble_carefully(record, parameters)

    def assemble_carefully(self, record: Row, parameters: Mapping[str, Any]) -> Answer:
        trail = Trail(parameters)
        try:
            data = self.reading.read(record, trail)
        except Missing as missing:
            return Answer(None, (*trail.errors, missing.error))
        return Answer(data if isinstance(data, dict) else None, tuple(trail.errors))


def compiled(selections: Sequence[Selection], caller: Caller, values: Values = ()) -> Plan:
    """Pure: the same selections and answers give the same text.

    Raises BadArgument where no statement could answer, and where it would be too long.
    """
    draft = Draft(caller, values)
    scope = Scope(draft, "")
    reading = query_reading(scope, tuple(selections))
    rows = scope.rows
    statement = _statement(scope) if rows.columns else None
    code = SourceCode()
    return Plan(
        statement,
        constants={name: source.value for name, source in draft.sources.items() if source.slot is None},
        sources=tuple((name, source) for name, source in draft.sources.items() if source.slot is not None),
        checks=tuple(draft.checks),
        steps=tuple(draft.inquiry.steps),
        cost=rows.cost,
        computations=tuple(_placed(rows, ())),
        reading=reading,
        fast=code.compiled(reading.source(code, "r", "None")),
        uses_now=draft.uses_now,
    )


def _statement(scope: Scope) -> Statement:
    text = f"{scope.body()}RETURN {scope.row()} AS data"
    if len(text) > LONGEST_STATEMENT:
        message = (
            f"This needs a statement of {len(text):,} characters; {LONGEST_STATEMENT:,} are allowed. "
            "Ask for less at once."
        )
        raise BadArgument(COST_EXCEEDED, message, ())
    return Statement("read", text)


def _placed(rows: Rows, way: tuple[int, ...]) -> list[PlacedComputation]:
    here = [PlacedComputation(each, way) for each in rows.computations]
    below = [
        placed
        for inner in rows.below
        if inner.position is not None
        for placed in _placed(inner, (*way, inner.position))
    ]
    return [*here, *below]
