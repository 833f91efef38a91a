"""What waits to be sent, in the graph: claimed with a lease, handed over, finished, and found again when lost.

Every function that changes what people see returns the profiles it changed with their new revisions, so that live
listeners can be told.
"""

from __future__ import annotations

from graph.outbox.claiming import Claimed, claim, mark_handed, put_off
from graph.outbox.due import Due, SweepLimits, due
from graph.outbox.failing import fail
from graph.outbox.finishing import AttemptOutcome, AttemptRecord, finish
from graph.outbox.revising import Revision
from graph.outbox.skipping import skip

__all__ = [
    "AttemptOutcome",
    "AttemptRecord",
    "Claimed",
    "Due",
    "Revision",
    "SweepLimits",
    "claim",
    "due",
    "fail",
    "finish",
    "mark_handed",
    "put_off",
    "skip",
]
