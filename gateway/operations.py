from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from graphql import GraphQLError, OperationDefinitionNode, OperationType, get_variable_values
from graphql.execution.values import VariableValues

from gateway.documents import Document
from gateway.errors import DocumentRefused, ErrorCode
from gateway.public_errors import Reason, field_error, formatted, log_unexpected, plain_error, reason_of
from gateway.schema.build import Schema
from gateway.schema.context import Context
from gateway.schema.wiring import OWN_ROOT_FIELDS
from gateway.selection import Scope, grouped_fields, select_field
from graph.errors import GraphUnavailable
from graph.reading.answer import BadArgument
from graph.selection import TYPENAME, Selection


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation_name: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    status: HTTPStatus
    body: Mapping[str, Any]
    retry_after_s: int | None = None


class Operations:
    """Runs one operation: queries are read in one go, all else walks the ordinary executor."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    async def run(self, request: GraphQLRequest, context: Context) -> Outcome:
        """Never raises."""
        try:
            document = self._schema.documents.prepare(request.query)
            operation = document.operation(request.operation_name)
            selections = self._selections(document, operation, request.variables)
            if selections is None:
                return await self._execute(request, context)
            return await self._read(selections, context)
        except DocumentRefused as refused:
            return _refused(refused, context.request_id)
        except Exception as error:  # noqa: BLE001  # The last line before the client: nothing may pass it.
            return failure(error, context.request_id)

    def _selections(
        self, document: Document, operation: OperationDefinitionNode, values: Mapping[str, Any]
    ) -> tuple[Selection, ...] | None:
        """What a query asks of the graph; None for an operation that the executor has to walk."""
        if operation.operation is OperationType.SUBSCRIPTION:
            raise DocumentRefused(
                ErrorCode.BAD_REQUEST, [GraphQLError("Subscriptions travel over a WebSocket (graphql-transport-ws).")]
            )
        schema = self._schema.graphql
        variables = get_variable_values(
            schema, operation.variable_definitions or (), dict(values), max_errors=20, hide_suggestions=True
        )
        if not isinstance(variables, VariableValues):
            raise DocumentRefused(ErrorCode.BAD_USER_INPUT, variables)
        if operation.operation is OperationType.MUTATION or schema.query_type is None:
            return None
        scope = Scope(schema, document.fragments, variables)
        try:
            groups = grouped_fields(scope, schema.query_type, [operation.selection_set])
            if any(_is_own(fields[0].name.value) for fields in groups.values()):
                return None
            return tuple(select_field(scope, schema.query_type, key, fields) for key, fields in groups.items())
        except GraphQLError as error:
            raise DocumentRefused(ErrorCode.BAD_USER_INPUT, [error]) from None

    async def _read(self, selections: Sequence[Selection], context: Context) -> Outcome:
        asked = [each for each in selections if each.name != TYPENAME]
        answer = await context.reader.answer(asked) if asked else None
        data: dict[str, object] | None = {} if answer is None else answer.data
        if data is not None and len(asked) < len(selections):
            data = {each.response_key: data.get(each.response_key, "Query") for each in selections}
        body: dict[str, Any] = {"data": data}
        if answer is not None and answer.errors:
            body["errors"] = [field_error(each, context.request_id) for each in answer.errors]
        return Outcome(HTTPStatus.OK, body)

    async def _execute(self, request: GraphQLRequest, context: Context) -> Outcome:
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
        if ErrorCode.UNAVAILABLE in codes and not any((result.data or {}).values()):
            return Outcome(HTTPStatus.SERVICE_UNAVAILABLE, body, GraphUnavailable.retry_after_s)
        return Outcome(HTTPStatus.OK, body)


def failure(error: Exception, request_id: str) -> Outcome:
    """The answer where nothing could be answered."""
    reason = reason_of(error)
    path = error.path if isinstance(error, BadArgument) else None
    body = {"data": None, "errors": [plain_error(reason, request_id, path)]}
    if reason.code == ErrorCode.UNAVAILABLE:
        return Outcome(HTTPStatus.SERVICE_UNAVAILABLE, body, GraphUnavailable.retry_after_s)
    if reason.code == ErrorCode.INTERNAL:
        log_unexpected(error, request_id)
        return Outcome(HTTPStatus.INTERNAL_SERVER_ERROR, body)
    return Outcome(HTTPStatus.OK, body)


def refusal(status: HTTPStatus, reason: Reason, request_id: str) -> Outcome:
    return Outcome(status, {"errors": [plain_error(reason, request_id)]})


def _refused(refused: DocumentRefused, request_id: str) -> Outcome:
    return Outcome(HTTPStatus.BAD_REQUEST, {"errors": formatted(refused.errors, request_id, refused.code)})


def _is_own(name: str) -> bool:
    return name in OWN_ROOT_FIELDS or (name.startswith("__") and name != TYPENAME)
