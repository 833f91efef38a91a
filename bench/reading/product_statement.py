"""The one place of the bench that looks inside the product: which statement it runs for an operation.

The product itself is asked, with a graph that writes down what reaches it. The record that the statement gives can be
handed back, and the product makes its answer of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from gateway.api_keys import ALL_SCOPES, Viewer
from gateway.keys import Keys
from gateway.operations import GraphQLRequest, Operations
from gateway.schema.api import SCHEMA
from gateway.schema.context import Changes, LiveChanges, Nudges, Services
from graph.clock import SystemClock
from graph.connection import Graph
from graph.errors import GraphTimeout
from graph.reading.reader import Reader
from graph.statement import Statement

_CURSOR_KEY = b"of the bench"


@dataclass(frozen=True, slots=True)
class ProductStatement:
    text: str
    parameters: Mapping[str, object]


class _Notebook(Graph):
    """Knows one record, or none: then it is asked for nothing but the statement."""

    def __init__(self, record: object = None) -> None:
        self.record = record
        self.asked: ProductStatement | None = None

    async def read(self, statement: Statement, **parameters: object) -> Any:
        self.asked = ProductStatement(statement.text, parameters)
        if self.record is None:
            raise GraphTimeout("only asked, not answered")
        return self.record


def product_statement(document: str, variables: Mapping[str, object]) -> ProductStatement:
    notebook = _Notebook()
    answered = _run(notebook, document, variables)
    if notebook.asked is None:
        raise RuntimeError(f"the product asked nothing of the graph: {str(answered)[:500]}")
    return notebook.asked


def product_answer(document: str, variables: Mapping[str, object], record: object) -> dict[str, Any]:
    """What the product makes of the record of its statement: the `data` of its answer."""
    answered = _run(_Notebook(record), document, variables)
    if "errors" in answered:
        raise RuntimeError(f"the product cannot read the record: {str(answered)[:500]}")
    data: dict[str, Any] = answered["data"]
    return data


def _run(graph: Graph, document: str, variables: Mapping[str, object]) -> Mapping[str, Any]:
    nobody = cast("Any", None)
    services = Services(
        graph,
        Reader(graph, _CURSOR_KEY),
        SystemClock(),
        cast("Nudges", nobody),
        cast("Changes", nobody),
        cast("LiveChanges", nobody),
        Keys(b"", b""),
    )
    viewer = Viewer("bench", "PROCESS", ALL_SCOPES)
    outcome = asyncio.run(Operations(SCHEMA, services).run(GraphQLRequest(document, variables), viewer, "bench"))
    return outcome.body
