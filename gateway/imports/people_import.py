from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Final

from gateway.imports.given_row import RowRules
from gateway.imports.people_list import ListForm, attribute_types, people_rows
from gateway.imports.people_rows import lines_of_file
from gateway.imports.progress import OnLines
from graph.clock import Clock, SystemClock
from graph.connection import Graph
from graph.history.row import ROWS_PER_TRANSACTION, RowResult
from graph.importing.profiles import import_profiles
from graph.importing.row import ImportedProfile, ImportTerms
from graph.vocabulary import RowOutcome, UserErrorCode


@dataclass(slots=True)
class PeopleSummary:
    """What an import of people came to. `left_out` counts what was wrong with rows that were kept all the same."""

    outcomes: Counter[RowOutcome] = field(default_factory=Counter)
    left_out: Counter[UserErrorCode] = field(default_factory=Counter)
    refused: Counter[UserErrorCode] = field(default_factory=Counter)
    rejects: list[RowResult] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rows(self) -> int:
        return self.outcomes.total()

    @property
    def kept(self) -> int:
        return self.rows - self.outcomes[RowOutcome.REFUSED]

    def add(self, result: RowResult) -> None:
        self.outcomes[result.outcome] += 1
        codes = [error.code for error in result.user_errors]
        if result.outcome is RowOutcome.REFUSED:
            # A row counts once, by what is named first.
            self.refused.update(codes[:1])
            self.rejects.append(result)
        else:
            self.left_out.update(codes)

    def text(self) -> Iterator[str]:
        """The lines a person reads at the end."""
        of = self.outcomes
        yield f"rows       {self.rows:,} read, {self.kept:,} kept, {of[RowOutcome.REFUSED]:,} refused"
        yield (
            f"people     {of[RowOutcome.CREATED]:,} created, {of[RowOutcome.UPDATED]:,} updated, "
            f"{of[RowOutcome.UNCHANGED]:,} unchanged"
        )
        rate = self.rows / self.seconds if self.seconds else 0.0
        yield f"time       {self.seconds:.1f} s, {rate:,.0f} rows/s"
        for code, count in sorted(self.left_out.items()):
            yield f"left out   {count:,} {code}"
        for code, count in sorted(self.refused.items()):
            yield f"refused    {count:,} {code}"


# What is held at a time: several transactions, so that one begins while the one before is being committed.
_ROWS_AT_ONCE: Final = 10 * ROWS_PER_TRANSACTION


@dataclass(frozen=True, slots=True)
class PeopleOptions:
    form: ListForm
    terms: ImportTerms
    is_test: bool = False


async def import_people(
    graph: Graph, path: Path, options: PeopleOptions, on_lines: OnLines, clock: Clock | None = None
) -> PeopleSummary:
    """Reads a list of people and writes it, 500 rows in each transaction.

    Rows are idempotent by themselves: a run that was killed is completed by running it again, and a run more changes
    nothing. Raises ImportRefused before anything is written, FileUnreadable and GraphError from any part.
    """
    started = perf_counter()
    of = sum(1 for _ in lines_of_file(path))
    rules = RowRules(options.terms.skip_invalid_subscriptions, allows_increments=False)
    rows = await people_rows(lines_of_file(path), options.form, rules, attribute_types(graph))
    summary = PeopleSummary()
    now = (clock or SystemClock()).now
    while part := list(islice(rows, _ROWS_AT_ONCE)):
        checked = [
            replace(row, is_test=row.is_test or options.is_test) if isinstance(row, ImportedProfile) else row
            for row in part
        ]
        written = await import_profiles(graph, checked, None, now(), options.terms)
        for each in written.result["rows"]:
            summary.add(RowResult.from_json(each))
        on_lines(part[-1].index, of)
    on_lines(of, of)
    summary.seconds = perf_counter() - started
    return summary
