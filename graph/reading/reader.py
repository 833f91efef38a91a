from __future__ import annotations

import math
import secrets
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import monotonic
from typing import Any

from graph.clock import Clock, SystemClock
from graph.connection import Graph
from graph.errors import GraphTimeout, GraphUnavailable, ReadsFull
from graph.reading.answer import Answer, BadArgument, FieldError
from graph.reading.arguments import Values
from graph.reading.cursor import Cursors
from graph.reading.draft import NOW, Caller
from graph.reading.plans import Plans
from graph.selection import Selection
from graph.statement import FIRST_READ_TIMEOUT_MS, Statement

__all__ = ["Answer", "BadArgument", "FieldError", "Plans", "Reader"]

# As many as the graph may know the plans of, and more; a hundred bytes each.
_LARGEST_MEMORY = 10_000
# A statement that was too slow has the long limit again after this long: the graph may have lost its plan.
_ANOTHER_CHANCE_AFTER_S = 60.0


class Reader:
    """Answers whole operations, each by one statement and one record.

    Cursors are made and read with `cursor_key`; without one they are good for this reader alone. What depends on the
    time asks `clock`.

    A statement has the long limit until it was answered once, because the graph has to plan it first; so it has after
    the graph was away, which forgets its plans. One that ran into a limit had its chance, and gets the next one after a
    minute, whoever asks.
    """

    __slots__ = ("_clock", "_cursors", "_graph", "_outages", "_tried")

    def __init__(self, graph: Graph, cursor_key: bytes | None = None, clock: Clock | None = None) -> None:
        self._graph = graph
        self._clock = clock or SystemClock()
        self._cursors = Cursors(cursor_key or secrets.token_bytes(32))
        # By the hashes of their texts, Python's own, which a text computes once; two that collide differ in a limit.
        # Infinite for what was answered, else when it may have the long limit again.
        self._tried: OrderedDict[int, float] = OrderedDict()
        self._outages = 0

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
        if plan is None:
            plan = plans.made(values)
        parameters = plan.parameters(values)
        if plan.uses_now:
            parameters[NOW] = self._clock.now()
        if plan.statement is None:
            return plan.assemble([], parameters)
        if plans.outages != self._outages:
            plans.forget_tries(self._outages)
        if plans.untried and id(plan) in plans.untried:
            record = await self._tried_out(plan.statement, parameters)
            plans.untried.pop(id(plan), None)
            return plan.assemble(record, parameters)
        try:
            record = await self._graph.read(plan.statement, **parameters)
        except GraphTimeout:
            plans.untried[id(plan)] = plan
            self._remember(plan.statement, monotonic() + _ANOTHER_CHANCE_AFTER_S)
            raise
        except GraphUnavailable as error:
            self._noticed(error)
            raise
        return plan.assemble(record, parameters)

    async def answer(self, selections: Sequence[Selection], values: Values = (), *, sees_pii: bool = True) -> Answer:
        """The same for an operation that is asked once."""
        return await self.run(self.plans(selections, sees_pii=sees_pii), values)

    async def _tried_out(self, statement: Statement, parameters: Mapping[str, Any]) -> list[Any]:
        """What the graph answers to a statement that is new to these plans, though maybe not to the graph."""
        had_its_chance = self._tried.get(hash(statement.text), 0.0) > monotonic()
        asked = statement if had_its_chance else replace(statement, timeout_ms=FIRST_READ_TIMEOUT_MS)
        try:
            record: list[Any] = await self._graph.read(asked, **parameters)
        except GraphTimeout:
            if not had_its_chance:
                self._remember(statement, monotonic() + _ANOTHER_CHANCE_AFTER_S)
            raise
        except GraphUnavailable as error:
            self._noticed(error)
            raise
        self._remember(statement, math.inf)
        return record

    def _remember(self, statement: Statement, until: float) -> None:
        text = hash(statement.text)
        self._tried[text] = until
        self._tried.move_to_end(text)
        if len(self._tried) > _LARGEST_MEMORY:
            self._tried.popitem(last=False)

    def _noticed(self, error: GraphUnavailable) -> None:
        if not isinstance(error, ReadsFull):
            self._outages += 1
            self._tried.clear()
