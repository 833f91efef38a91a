"""What payloads of mutations have in common."""

from __future__ import annotations

import strawberry

from gateway.schema.fields import described
from graph.vocabulary import RowOutcome, UserErrorCode


@strawberry.type(description="Something in the input that a person can mend.")
class UserError:
    code: UserErrorCode = described("For programs.")
    message: str = described("For people.")
    field: list[str] | None = described("Which value is meant: the path below `input`, in a batch below its row.")
    index: int | None = described("Which row of a batch is meant: as in `RowResult.index`.")


@strawberry.type(description="What became of a batch.")
class BulkSummary:
    received: int = described("How many rows were sent.")
    created: int = described("How many are new.")
    updated: int = described("How many were changed.")
    unchanged: int = described("How many were already so.")
    duplicate: int = described("How many were sent before.")
    refused: int = described("How many are wrong.")


@strawberry.type(description="What became of one row of a batch.")
class RowResult:
    index: int = described("Which row, counted from 0; of a job the line in the list, counted from 1.")
    outcome: RowOutcome = described("What became of it.")
    id: strawberry.ID | None = described("The id of what it made or changed.")
    user_errors: list[UserError] = described(
        "What is wrong with it where it was REFUSED; else what of it was left out, and why."
    )
