from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError
from strawberry.extensions import SchemaExtension

from gateway.errors import ErrorCode
from graph.errors import GraphTimeout, GraphUnavailable, PartlyWritten, ReadsFull, UnknownCommit
from graph.reading.answer import BadArgument, FieldError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reason:
    code: str
    message: str


# The first that an error is one of says what a caller hears.
_REASONS: Mapping[type[Exception], Reason] = {
    ReadsFull: Reason(ErrorCode.UNAVAILABLE, "Too many reads wait for the graph. Try again in a moment."),
    GraphUnavailable: Reason(ErrorCode.UNAVAILABLE, "The graph cannot be reached now. Try again in a moment."),
    GraphTimeout: Reason(ErrorCode.TIMEOUT, "This took too long and was stopped. Nothing was changed."),
    PartlyWritten: Reason(
        ErrorCode.PARTLY_WRITTEN,
        "The batch broke off after some of its rows. Send it again as it is: what is written is not written twice.",
    ),
    UnknownCommit: Reason(
        ErrorCode.OUTCOME_UNKNOWN,
        "The answer of the graph was lost: it may have happened. Send it again with the same idempotencyKey.",
    ),
}
_UNFORESEEN = Reason(ErrorCode.INTERNAL, "Something went wrong on our side.")


class NulledAbove(GraphQLError):
    """Of a field that may not be null, so that null stands above it, where the executor meets this.

    `below` leads from there to the field: the error tells of the field, as GraphQL wants it.
    """

    def __init__(self, message: str, code: str, below: Sequence[str | int]) -> None:
        super().__init__(message, extensions={"code": code})
        self.below = tuple(below)


def reason_of(error: BaseException) -> Reason:
    """What a caller may know of an error: never the text of one that nobody foresaw."""
    if isinstance(error, BadArgument):
        return Reason(error.code, error.message)
    return next((reason for kind, reason in _REASONS.items() if isinstance(error, kind)), _UNFORESEEN)


def public_error(error: GraphQLError, request_id: str, default: ErrorCode = ErrorCode.BAD_USER_INPUT) -> GraphQLError:
    """The same error as a caller may see it. What was not foreseen is logged under the request's id."""
    cause = error.original_error
    if cause is None or isinstance(cause, GraphQLError):
        code = str((error.extensions or {}).get("code", default))
        reason = Reason(code, error.message)
    else:
        reason = reason_of(cause)
        if reason.code == ErrorCode.INTERNAL:
            log_unexpected(cause, request_id)
    extensions = {"code": reason.code, "requestId": request_id}
    path = [*(error.path or ()), *cause.below] if isinstance(cause, NulledAbove) else error.path
    return GraphQLError(reason.message, error.nodes, error.source, error.positions, path, extensions=extensions)


def formatted(errors: Sequence[GraphQLError], request_id: str, default: ErrorCode) -> list[dict[str, Any]]:
    return [dict(public_error(error, request_id, default).formatted) for error in errors]


def field_error(error: FieldError, request_id: str) -> dict[str, Any]:
    return plain_error(Reason(error.code, error.message), request_id, error.path)


def plain_error(reason: Reason, request_id: str, path: Sequence[str | int] | None = None) -> dict[str, Any]:
    body: dict[str, Any] = {"message": reason.message}
    if path:
        body["path"] = list(path)
    body["extensions"] = {"code": reason.code, "requestId": request_id}
    return body


def log_unexpected(error: BaseException, request_id: str) -> None:
    """The places of the error without its text and without what it quotes: both may hold personal data."""
    places: list[str] = []
    trace = error.__traceback__
    while trace is not None:
        places.append(f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}")
        trace = trace.tb_next
    logger.error("request %s failed: %s at %s", request_id, type(error).__name__, " > ".join(places[-8:]))


class PublicErrors(SchemaExtension):
    """Every error that leaves the ordinary executor, in an answer or on a stream."""

    def on_operation(self) -> Iterator[None]:
        yield
        self._mask(self.execution_context.result)

    def on_stream_result(self, result: Any) -> Iterator[None]:
        self._mask(result)
        yield

    def _mask(self, result: Any) -> None:
        errors: list[GraphQLError] | None = getattr(result, "errors", None)
        if errors:
            request_id = self.execution_context.context.request_id
            result.errors = _each_once(_once(error, request_id) for error in errors)


def _each_once(errors: Iterable[GraphQLError]) -> list[GraphQLError]:
    """Root fields that are read together are refused together, for what is wrong in one of them."""
    return list({(error.message, tuple(error.path or ())): error for error in errors}.values())


def _once(error: GraphQLError, request_id: str) -> GraphQLError:
    """A stream's last result passes both hooks."""
    already: Mapping[str, object] = error.extensions or {}
    return error if "requestId" in already else public_error(error, request_id)
