from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import Annotated, Any, Protocol, Self, TypeVar

import strawberry

from gateway.schema.fields import described
from gateway.schema.inputs.late_row import LateRow, row_of
from gateway.schema.mutations.settle import Settled, shown
from gateway.schema.results import BulkSummary, UserError
from gateway.schema.results import RowResult as ShownRow
from graph.errors import Refusal
from graph.errors import UserError as GraphUserError
from graph.history.row import MOST_ROWS, RowResult, refused_by, summary
from graph.idempotency import Done
from graph.vocabulary import RowOutcome, UserErrorCode

_AT_ONCE = 10

Given = TypeVar("Given")
Checked = TypeVar("Checked")


async def written_rows(
    given: Sequence[Given | LateRow[Given]],
    check: Callable[[int, Given], Checked],
    write: Callable[[AsyncIterator[Checked | RowResult]], Awaitable[Done]],
    name: str,
) -> Done:
    """Checks each row by itself: wrong ones are refused with their index, the others are written.

    `write` gets the good rows, and the results of the wrong ones, which belong into the kept answer; rows are checked
    while those before them are being written. Raises Refusal for a batch that is too large, or for what `write`
    refuses as a whole.
    """
    if len(given) > MOST_ROWS:
        raise Refusal(GraphUserError(UserErrorCode.LIMIT_EXCEEDED, f"At most {MOST_ROWS:,} rows.", (name,)))
    return await write(_checked(given, check))


async def _checked(
    given: Sequence[Given | LateRow[Given]], check: Callable[[int, Given], Checked]
) -> AsyncIterator[Checked | RowResult]:
    for index, row in enumerate(given):
        if index % _AT_ONCE == _AT_ONCE - 1:
            # Thousands of rows take a second or more to check, and whoever else asks waits a millisecond of it.
            await asyncio.sleep(0)
        try:
            checked: Checked | RowResult = check(index, row_of(row))
        except Refusal as refusal:
            checked = refused_by(index, refusal)
        yield checked


def _bulk_summary(settled: Settled) -> BulkSummary | None:
    """None where the batch as a whole was refused."""
    return None if settled.result is None else BulkSummary(**asdict(summary(_rows(settled))))


def _shown_rows(settled: Settled) -> list[ShownRow]:
    return [
        ShownRow(
            index=row.index,
            outcome=row.outcome,
            id=None if row.id is None else strawberry.ID(row.id),
            user_errors=shown(row.user_errors),
        )
        for row in _rows(settled)
    ]


class _WithRows(Protocol):
    all_rows: list[ShownRow]


def _filtered_rows(
    root: strawberry.Parent[_WithRows],
    outcomes: Annotated[
        list[RowOutcome] | None, strawberry.argument(description="Only rows that ended in one of these.")
    ] = None,
) -> list[ShownRow]:
    return [row for row in root.all_rows if outcomes is None or row.outcome in outcomes]


def _rows(settled: Settled) -> list[RowResult]:
    rows: list[dict[str, Any]] = settled.value("rows") or []
    return [RowResult.from_json(row) for row in rows]


@strawberry.type
class BatchPayload:
    """What every batch answers with; it stands in the schema only as the payloads that are made of it."""

    summary: BulkSummary | None = described("What became of the batch; null where it was refused as a whole.")
    user_errors: list[UserError] = described("What is wrong with the batch as a whole; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")
    all_rows: strawberry.Private[list[ShownRow]]

    rows = strawberry.field(_filtered_rows, description="What became of each row, in the order of the input.")

    @classmethod
    def of(cls, settled: Settled) -> Self:
        return cls(
            summary=_bulk_summary(settled),
            user_errors=settled.user_errors,
            replayed=settled.replayed,
            all_rows=_shown_rows(settled),
        )
