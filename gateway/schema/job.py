from __future__ import annotations

import strawberry

from gateway.schema.connection import Connection
from gateway.schema.fields import described, paged
from gateway.schema.node import Node
from gateway.schema.results import BulkSummary, RowResult
from graph.importing.job import MOST_REJECTS
from graph.vocabulary import JobState


@strawberry.type(description="An import that runs by itself.")
class Job(Node):
    state: JobState = described("How far it is.")
    done: int = described("How many rows were dealt with.")
    total: int | None = described("How many rows there are.")
    summary: BulkSummary | None = described("What became of the rows so far.")
    rejects: Connection[RowResult] = paged(
        "The rows that were refused and why, and those that were kept without something that is named in their user "
        f"errors, in the order of the list: the first {MOST_REJECTS:,}. `index` is the number of the line in the list, "
        "the first being 1."
    )
