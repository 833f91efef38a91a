"""Imports that run by themselves, and what became of their rows, in the graph."""

from __future__ import annotations

from graph.reading.edges import Edges
from graph.reading.fields import Connection, Near, Several, Shape
from graph.reading.order import Order, SortKey, SortKind
from graph.reading.values import optional, value, value_or

# As many as a row may have.
_MOST_ERRORS = 100

JOB = Shape(
    "Job",
    {
        "id": value("id"),
        "state": value("state"),
        "done": value("done"),
        "total": optional("total"),
        "summary": Near("BulkSummary", there="{v}.received"),
        "rejects": Connection(
            "RowResult",
            Edges("MATCH ({p})<-[:OF]-({v}:JobReject)", Order("RowResult.key", identity="{v}.key"), opening=450),
        ),
    },
)

BULK_SUMMARY = Shape(
    "BulkSummary",
    {
        "received": value("received"),
        "created": value("created"),
        "updated": value("updated"),
        "unchanged": value("unchanged"),
        # A person is there or not: what was sent before changes nothing.
        "duplicate": value_or("duplicate", "0"),
        "refused": value("refused"),
    },
)

ROW_RESULT = Shape(
    "RowResult",
    {
        "index": value("index"),
        "outcome": value("outcome"),
        "id": optional("resultId"),
        "userErrors": Several(
            "UserError",
            Edges(
                "MATCH ({p})<-[:OF]-({v})",
                Order("UserError.position", SortKey("{v}.position", SortKind.INTEGER), identity="{v}.code"),
            ),
            limit=_MOST_ERRORS,
        ),
    },
)

USER_ERROR = Shape(
    "UserError",
    {
        "code": value("code"),
        "message": value("message"),
        "field": optional("field"),
        "index": optional("index"),
    },
)
