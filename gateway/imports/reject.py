from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RejectCode(StrEnum):
    """Why a row of a file was not taken over."""

    NOT_TEXT = "NOT_TEXT"
    QUOTES = "QUOTES"
    COLUMNS = "COLUMNS"
    REQUIRED = "REQUIRED"
    TOO_LONG = "TOO_LONG"
    CHARACTER = "CHARACTER"
    NUMBER = "NUMBER"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    DATE = "DATE"
    CUSTOMER = "CUSTOMER"
    MIXED_CUSTOMERS = "MIXED_CUSTOMERS"
    TOO_MANY_LINES = "TOO_MANY_LINES"
    INCOMPLETE_INVOICE = "INCOMPLETE_INVOICE"
    AMBIGUOUS_MATCH = "AMBIGUOUS_MATCH"
    IDENTIFIER_BLOCKED = "IDENTIFIER_BLOCKED"
    ERASED = "ERASED"


@dataclass(frozen=True, slots=True)
class Reject:
    """`line` is the physical line in the file, the header being 1. `invoice` is empty where it could not be read."""

    line: int
    code: RejectCode
    reason: str
    invoice: str = ""


class RowRefused(Exception):
    """Raised inside a parser, where it becomes a Reject; it never leaves it."""

    def __init__(self, code: RejectCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
