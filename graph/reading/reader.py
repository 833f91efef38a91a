from __future__ import annotations

import secrets
from collections.abc import Sequence

from graph.connection import Graph
from graph.reading.answer import Answer, BadArgument, FieldError
from graph.reading.compile import compiled
from graph.reading.cursor import Cursors
from graph.selection import Selection

__all__ = ["Answer", "BadArgument", "FieldError", "Reader"]


class Reader:
    """Answers whole operations, each by one statement and one record.

    Cursors are made and read with `cursor_key`; without one they are good for this reader alone.
    """

    __slots__ = ("_cursors", "_graph")

    def __init__(self, graph: Graph, cursor_key: bytes | None = None) -> None:
        self._graph = graph
        self._cursors = Cursors(cursor_key or secrets.token_bytes(32))

    async def answer(self, selections: Sequence[Selection]) -> Answer:
        """The root fields of Query, in order.

        Raises BadArgument before anything is asked of the graph, and the errors of `Graph.read`.
        """
        plan = compiled(selections, self._cursors)
        if plan.statement is None:
            return plan.assemble(())
        return plan.assemble(await self._graph.read(plan.statement, **plan.parameters))
