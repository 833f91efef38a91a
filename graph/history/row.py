from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from graph.errors import Refusal, UserError
from graph.vocabulary import RowOutcome, UserErrorCode

# Rows that share one transaction: large enough to be quick, small enough that locks are held for milliseconds.
ROWS_PER_TRANSACTION = 500
MOST_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row of a batch.

    Refused rows changed nothing and say why; others say what of them was left out.
    """

    index: int
    outcome: RowOutcome
    id: str | None = None
    user_errors: tuple[UserError, ...] = ()

    def to_json(self) -> dict[str, Any]:
        errors = [[error.code, error.message, error.field, error.index] for error in self.user_errors]
        return {"index": self.index, "outcome": self.outcome, "id": self.id, "userErrors": errors}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> RowResult:
        errors = tuple(
            UserError(UserErrorCode(code), message, None if field is None else tuple(field), index)
            for code, message, field, index in row["userErrors"]
        )
        return cls(row["index"], RowOutcome(row["outcome"]), row["id"], errors)


@dataclass(frozen=True, slots=True)
class Summary:
    received: int
    created: int
    updated: int
    unchanged: int
    duplicate: int
    refused: int


def summary(rows: Iterable[RowResult]) -> Summary:
    counts = Counter(row.outcome for row in rows)
    return Summary(
        received=counts.total(),
        created=counts[RowOutcome.CREATED],
        updated=counts[RowOutcome.UPDATED],
        unchanged=counts[RowOutcome.UNCHANGED],
        duplicate=counts[RowOutcome.DUPLICATE],
        refused=counts[RowOutcome.REFUSED],
    )


def refused(index: int, code: UserErrorCode, message: str, *field: str) -> RowResult:
    return RowResult(index, RowOutcome.REFUSED, None, (UserError(code, message, field or None, index),))


def refused_by(index: int, refusal: Refusal) -> RowResult:
    """The row with a refusal's errors, which then name the row."""
    return RowResult(index, RowOutcome.REFUSED, None, _in_row(index, refusal.user_errors))


def created(index: int, made_id: str, left_out: Iterable[UserError]) -> RowResult:
    """The row that made something, with what of it was left out."""
    return kept(index, RowOutcome.CREATED, made_id, left_out)


def kept(index: int, outcome: RowOutcome, id_: str, left_out: Iterable[UserError]) -> RowResult:
    """The row that was not refused, with what of it was left out."""
    return RowResult(index, outcome, id_, _in_row(index, left_out))


def _in_row(index: int, errors: Iterable[UserError]) -> tuple[UserError, ...]:
    return tuple(replace(error, index=index) for error in errors)
