from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from graphql import GraphQLError, OperationType
from graphql.execution.values import VariableValues

from dispatch.counters import Counter
from gateway.api_keys import Viewer
from gateway.errors import DocumentRefused, ErrorCode
from gateway.operation import Operation
from gateway.prepared import Prepared, PreparedOperations
from gateway.public_errors import Reason, field_error, formatted, log_unexpected, plain_error, reason_of
from gateway.schema.build import Schema
from gateway.schema.context import Context, Services
from graph.errors import GraphTimeout, GraphUnavailable, ReadsFull
from graph.reading.answer import BadArgument

_log = logging.getLogger(__name__)

_OVER_A_SOCKET = DocumentRefused(
    ErrorCode.BAD_REQUEST, [GraphQLError("Subscriptions travel over a WebSocket (graphql-transport-ws).")]
)


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation_name: str | None = None
    bookmark: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    status: HTTPStatus
    body: Mapping[str, Any]
    retry_after_s: int | None = None
    bookmark: str | None = None


class Operations:
    """Runs one operation: queries are read in one go, all else walks the ordinary executor.

    A mutation answers with a bookmark; a request that brings it back sees what was written, whichever gateway and
    whichever server of a cluster answer it.
    """

    def __init__(self, schema: Schema, services: Services) -> None:
        self._schema = schema
        self._services = services
        self._prepared = PreparedOperations(schema.graphql, services.reader)
        self._graph_answers = True

    async def run(self, request: GraphQLRequest, viewer: Viewer, request_id: str) -> Outcome:
        """Never raises."""
        if request.bookmark is None:
            return await self._run(request, viewer, request_id)
        try:
            with self._services.bookmarks.causal(request.bookmark):
                return await self._run(request, viewer, request_id)
        except ValueError:
            reason = Reason(ErrorCode.BAD_USER_INPUT, "The bookmark is none that was given out here.")
            return refusal(HTTPStatus.BAD_REQUEST, reason, request_id)

    async def _run(self, request: GraphQLRequest, viewer: Viewer, request_id: str) -> Outcome:
        try:
            operation = self._schema.documents.prepare(request.query).operation(request.operation_name)
            if operation.kind is OperationType.QUERY:
                variables = operation.variables.coerced(request.variables)
                prepared = self._prepared.of(operation, variables, viewer.rights)
                if prepared is not None:
                    return await self._read(prepared, variables, request_id)
            elif operation.kind is OperationType.SUBSCRIPTION:
                return _refused(_OVER_A_SOCKET, request_id)
            return await self._walk(request, operation, Context.of(self._services, viewer, request_id))
        except DocumentRefused as refused:
            return _refused(refused, request_id)
        except Exception as error:  # noqa: BLE001  # The last line before the client: nothing may pass it.
            self._noticed(error)
            return failure(error, request_id)

    def counters(self) -> Iterator[Counter]:
        documents, prepared = self._schema.documents, self._prepared
        for name, description, value in (
            ("documents_known", "Documents that were at hand when they were asked for.", documents.known),
            ("documents_parsed", "Documents that had to be parsed.", documents.parsed),
            ("operations_prepared_hits", "Queries whose way to the graph was at hand.", prepared.hits),
            ("operations_prepared_misses", "Queries that had to be prepared.", prepared.misses),
            ("plans_compiled", "Statements that were compiled.", prepared.compiled),
            ("reads_refused", "Reads for which there was no room in flight.", self._services.graph.reads.refused),
        ):
            yield Counter(f"customer_graph_{name}_total", description, value)

    async def _read(self, prepared: Prepared, variables: VariableValues, request_id: str) -> Outcome:
        values = prepared.values(variables)
        if prepared.plans is None:
            return Outcome(HTTPStatus.OK, {"data": prepared.ordered({})})
        answer = await self._services.reader.run(prepared.plans, values)
        if not self._graph_answers:
            self._graph_answers = True
            _log.info("the graph answers again")
        body: dict[str, Any] = {"data": prepared.ordered(answer.data)}
        if answer.errors:
            body["errors"] = [field_error(each, request_id) for each in answer.errors]
        return Outcome(HTTPStatus.OK, body)

    def _noticed(self, error: Exception) -> None:
        """Says once that the graph is away, and not for every request."""
        is_away = isinstance(error, GraphUnavailable) and not isinstance(error, ReadsFull)
        if is_away and self._graph_answers:
            self._graph_answers = False
            _log.warning("the graph does not answer: %s", error)

    async def _walk(self, request: GraphQLRequest, operation: Operation, context: Context) -> Outcome:
        """By the executor, which also checks the variables: they may be ten thousand rows. Raises DocumentRefused."""
        with self._services.bookmarks.causal(request.bookmark) as causal:
            outcome = replace(await self._execute(request, operation, context), bookmark=causal.text())
        if outcome.body["data"] is None:
            # Whether that is what was wrong, and in which words it is told.
            operation.variables.coerced(request.variables)
        return outcome

    async def _execute(self, request: GraphQLRequest, operation: Operation, context: Context) -> Outcome:
        result = await self._schema.execute(
            request.query,
            variable_values=dict(request.variables),
            context_value=context,
            operation_name=request.operation_name,
        )
        body: dict[str, Any] = {"data": result.data}
        if not result.errors:
            return Outcome(HTTPStatus.OK, body)
        body["errors"] = [each.formatted for each in result.errors]
        codes = {(each.extensions or {}).get("code") for each in result.errors}
        # A query may simply be sent again. Of a mutation something may be written, which its answer tells.
        writes = operation.kind is OperationType.MUTATION
        if ErrorCode.UNAVAILABLE in codes and not (writes and any((result.data or {}).values())):
            return Outcome(HTTPStatus.SERVICE_UNAVAILABLE, body, GraphUnavailable.retry_after_s)
        return Outcome(HTTPStatus.OK, body)


def failure(error: Exception, request_id: str) -> Outcome:
    """The answer where nothing could be answered."""
    reason = reason_of(error)
    path = error.path if isinstance(error, BadArgument) else None
    body = {"data": None, "errors": [plain_error(reason, request_id, path)]}
    if isinstance(error, GraphUnavailable):
        return Outcome(HTTPStatus.SERVICE_UNAVAILABLE, body, error.retry_after_s)
    if isinstance(error, GraphTimeout):
        return Outcome(HTTPStatus.GATEWAY_TIMEOUT, body)
    if reason.code == ErrorCode.INTERNAL:
        log_unexpected(error, request_id)
        return Outcome(HTTPStatus.INTERNAL_SERVER_ERROR, body)
    return Outcome(HTTPStatus.OK, body)


def refusal(status: HTTPStatus, reason: Reason, request_id: str) -> Outcome:
    return Outcome(status, {"errors": [plain_error(reason, request_id)]})


def _refused(refused: DocumentRefused, request_id: str) -> Outcome:
    return Outcome(HTTPStatus.BAD_REQUEST, {"errors": formatted(refused.errors, request_id, refused.code)})
