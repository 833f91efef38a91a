from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace

from graph.connection import Graph
from graph.reading.answer import Answer, BadArgument, FieldError
from graph.reading.arguments import Values
from graph.reading.compile import Plan
from graph.reading.cursor import Cursors
from graph.reading.draft import Caller
from graph.reading.plans import Plans
from graph.selection import Selection
from graph.statement import FIRST_READ_TIMEOUT_MS, Statement

__all__ = ["Answer", "BadArgument", "FieldError", "Plans", "Reader"]


class Reader:
    """Answers whole operations, each by one statement and one record.

    Cursors are made and read with `cursor_key`; without one they are good for this reader alone.
    """

    __slots__ = ("_cursors", "_graph")

    def __init__(self, graph: Graph, cursor_key: bytes | None = None) -> None:
        self._graph = graph
        self._cursors = Cursors(cursor_key or secrets.token_bytes(32))

    def plans(self, selections: Sequence[Selection], *, sees_pii: bool = True) -> Plans:
        """For the root fields of Query, in order; nothing is compiled before the first request.

        Without `sees_pii` nobody is found or sorted by personal data. What a field itself shows is for the selections
        to withhold.
        """
        return Plans(selections, Caller(self._cursors, sees_pii))

    async def run(self, plans: Plans, values: Values = ()) -> Answer:
        """Answers one request; `values` are those of its slots.

        Raises BadArgument before anything is asked of the graph, and the errors of `Graph.read`.
        """
        plan = plans.known(values)
        if plan is not None:
            return await self._answered(plan, plan.statement, values)
        plan = plans.made(values)
        return replace(await self._answered(plan, _for_the_first_time(plan.statement), values), compiled=True)

    async def answer(self, selections: Sequence[Selection], values: Values = (), *, sees_pii: bool = True) -> Answer:
        """The same for an operation that is asked once."""
        return await self.run(self.plans(selections, sees_pii=sees_pii), values)

    async def _answered(self, plan: Plan, statement: Statement | None, values: Values) -> Answer:
        parameters = plan.parameters(values)
        record = [] if statement is None else await self._graph.read(statement, **parameters)
        return plan.assemble(record, parameters)


def _for_the_first_time(statement: Statement | None) -> Statement | None:
    return None if statement is None else replace(statement, timeout_ms=FIRST_READ_TIMEOUT_MS)
