from __future__ import annotations

from dataclasses import dataclass

from graph.errors import GraphError

Path = tuple[str | int, ...]

AMBIGUOUS_MATCH = "AMBIGUOUS_MATCH"
BAD_ARGUMENT = "BAD_ARGUMENT"
COST_EXCEEDED = "COST_EXCEEDED"
CURSOR_INVALID = "CURSOR_INVALID"
FORBIDDEN = "FORBIDDEN"
INTERNAL = "INTERNAL"
VALUE_MISSING = "VALUE_MISSING"


@dataclass(frozen=True, slots=True)
class FieldError:
    """Why the field at `path` is null."""

    path: Path
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Plain JSON values. `data` is None where a root field that may not be null has no value."""

    data: dict[str, object] | None
    errors: tuple[FieldError, ...] = ()


class BadArgument(GraphError):
    """An argument that no statement could answer; nothing was asked of the graph."""

    def __init__(self, code: str, message: str, path: Path) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.path = path
