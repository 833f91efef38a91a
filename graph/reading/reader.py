from __future__ import annotations

from collections.abc import Sequence

from graph.connection import Graph
from graph.reading.answer import Answer, BadArgument, FieldError
from graph.reading.compile import compiled
from graph.selection import Selection

__all__ = ["Answer", "BadArgument", "FieldError", "Reader"]


class Reader:
    """Answers whole operations, each by one statement and one record."""

    __slots__ = ("_graph",)

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    async def answer(self, selections: Sequence[Selection]) -> Answer:
        """The root fields of Query, in order.

        Raises BadArgument before anything is asked of the graph, and the errors of `Graph.read`.
        """
        plan = compiled(selections)
        if plan.statement is None:
            return plan.assemble(())
        return plan.assemble(await self._graph.read(plan.statement, **plan.parameters))
