"""What can go wrong in the graph.

GraphError
├── GraphUnavailable      it cannot be reached now; trying later may help
│   └── ReadsFull         too many reads wait in this process already
├── GraphTimeout          a statement ran past its limit; its transaction changed nothing
├── UnknownCommit         the answer to a commit was lost; it may have happened
├── PartlyWritten         a batch broke off; some of its rows are written, and sending it again completes it
├── Raced                 somebody else changed what was looked at; the same may simply run again
├── OutOfTurn             the transaction that comes before this one is not committed yet; it never leaves a batch
├── ConstraintViolated    a value that must be unique is taken
├── SchemaExists          another process made the same index or constraint at this moment
├── SchemaTooNew          the graph was migrated by a newer version of this program
└── Refusal               the caller's data is wrong; carries the user errors
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from graph.vocabulary import UserErrorCode


class GraphError(Exception):
    """The root of this room's errors."""


class GraphUnavailable(GraphError):
    retry_after_s = 2


class ReadsFull(GraphUnavailable):
    retry_after_s = 1


class GraphTimeout(GraphError):
    pass


class UnknownCommit(GraphError):
    pass


class PartlyWritten(GraphError):
    pass


class Raced(GraphError):
    pass


class OutOfTurn(GraphError):
    pass


class ConstraintViolated(GraphError):
    pass


class SchemaExists(GraphError):
    pass


class SchemaTooNew(GraphError):
    pass


@dataclass(frozen=True, slots=True)
class UserError:
    """What a person may mend: `field` is the path below `input`, `index` the row of a batch."""

    code: UserErrorCode
    message: str
    field: tuple[str, ...] | None = None
    index: int | None = None


class Refusal(GraphError):
    """Nothing was changed because of `user_errors`; `candidates` are the profiles an ambiguous match found."""

    def __init__(self, *user_errors: UserError, candidates: tuple[str, ...] = ()) -> None:
        super().__init__("; ".join(error.code for error in user_errors))
        self.user_errors = user_errors
        self.candidates = candidates

    def at(self, *path: str) -> Refusal:
        """The same, said of one place in the input."""
        return Refusal(*(replace(each, field=path) for each in self.user_errors), candidates=self.candidates)


@contextmanager
def told_below(*path: str, instead_of: int = 0) -> Iterator[None]:
    """Refusals of what stands deeper in an input say so: `path` goes before theirs, or replaces its beginning."""
    try:
        yield
    except Refusal as refusal:
        errors = [replace(each, field=(*path, *(each.field or ())[instead_of:])) for each in refusal.user_errors]
        raise Refusal(*errors, candidates=refusal.candidates) from None
