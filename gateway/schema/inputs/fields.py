"""Input fields that every mutation spells the same."""

from __future__ import annotations

from typing import Any

import strawberry

from gateway.schema.inputs.problems import Problems
from graph.vocabulary import UserErrorCode

LONGEST_IDEMPOTENCY_KEY = 200
_KEY = "idempotencyKey"

# What a list of rows may be, the same everywhere.
ROWS = (
    "At most 10,000, in a body of at most 256 kB, or 16 MB with the right `bulk`. A value that is none of its type, "
    "like a day that does not exist, refuses the request as a whole; what else is wrong refuses its row."
)
# Every mutation takes exactly this one argument.
INPUT = strawberry.argument(description="What is asked for.")


def key_field() -> Any:
    return strawberry.field(
        default=None,
        description="Makes it safe to send the same again: for 48 hours the first answer is given, and nothing is done "
        "twice.",
    )


def mute_field() -> Any:
    return strawberry.field(default=False, description="True keeps workflows from starting because of this.")


def test_field() -> Any:
    return strawberry.field(default=False, description="True keeps it out of reports and segments.")


def required(description: str) -> Any:
    return strawberry.field(description=description)


def optional(description: str) -> Any:
    """Left out is not null: an absent field is left alone, null clears it."""
    return strawberry.field(default=strawberry.UNSET, description=description)


def check_idempotency_key(problems: Problems, key: str | None, *, needed: bool = False) -> None:
    if needed and not key:
        problems.add(UserErrorCode.REQUIRED, "An idempotency key is needed here.", _KEY)
    elif key == "":
        problems.add(UserErrorCode.REQUIRED, "May not be empty: leave it out, and nothing is remembered.", _KEY)
    if key and len(key) > LONGEST_IDEMPOTENCY_KEY:
        problems.add(UserErrorCode.TOO_LONG, f"May have at most {LONGEST_IDEMPOTENCY_KEY} characters.", _KEY)
