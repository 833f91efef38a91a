from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import strawberry
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from gateway.documents import Documents
from gateway.errors import DocumentRefused
from gateway.public_errors import PublicErrors
from gateway.schema.consent_record import ConsentRecord
from gateway.schema.event import Event
from gateway.schema.live import Subscription
from gateway.schema.query import Query
from gateway.schema.results import BulkSummary, RowResult
from gateway.schema.rights import mark_scopes
from gateway.schema.root_reads import RootReads
from gateway.schema.scalars import SCALARS
from gateway.schema.wiring import wire


class Schema(strawberry.Schema):
    """Strawberry's schema, wired to the reader, with one cache of documents for HTTP and WebSocket."""

    def __init__(self, mutation: type | None) -> None:
        super().__init__(
            query=Query,
            mutation=mutation,
            subscription=Subscription,
            types=[ConsentRecord, Event, BulkSummary, RowResult],
            config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
            extensions=[PublicErrors, self._prepared],
        )
        mark_scopes(self.graphql)
        wire(self.graphql)
        self.documents = Documents(self.graphql)

    @property
    def graphql(self) -> GraphQLSchema:
        return self._schema

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Strawberry would log them with their texts; PublicErrors logs what may be logged."""

    def _prepared(self) -> SchemaExtension:
        return _Prepared(self.documents)


def build_schema(mutation: type | None = None) -> Schema:
    return Schema(mutation)


class _Prepared(SchemaExtension):
    """Puts the limits, the validation and the cache of documents in the place of Strawberry's own parsing."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def on_parse(self) -> Iterator[None]:
        execution = self.execution_context
        try:
            document = self._documents.prepare(execution.query or "")
            document.operation(execution.operation_name).variables.check_size(execution.variables or {})
            execution.context = replace(execution.context, root_reads=RootReads())
            execution.graphql_document = document.node
            execution.validation_rules = ()
        except DocumentRefused as refused:
            # Strawberry answers these errors instead of executing what stands in the document's place.
            execution.graphql_document = _stand_in(execution.operation_name)
            execution.pre_execution_errors = refused.coded()
        yield


def _stand_in(operation_name: str | None) -> DocumentNode:
    """Strawberry looks for the operation by its name before it looks at the errors."""
    name = None if operation_name is None else NameNode(value=operation_name)
    operation = OperationDefinitionNode(
        operation=OperationType.QUERY, name=name, selection_set=SelectionSetNode(selections=())
    )
    return DocumentNode(definitions=(operation,))
