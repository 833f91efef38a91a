from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from graph.reading.arguments import Question, Values
from graph.reading.compile import Plan, compiled
from graph.reading.draft import Caller
from graph.selection import Selection

# Filters have many members, each given or not. Beyond so many shapes of one operation the cache starts anew.
LARGEST_COUNT = 64


@dataclass(slots=True)
class Fork:
    """A question to one of the request's values, and where each answer leads."""

    slot: int
    question: Question
    ways: dict[Hashable, Fork | Plan] = field(default_factory=dict)


class Plans:
    """The plans of one operation for one kind of caller: one for each shape that its values may have.

    They form a tree of the questions that compiling asked. Compiling asks the same next question after the same
    answers, so going down the tree by a request's answers leads to its plan, or to where it has to be compiled.
    """

    __slots__ = ("_caller", "_root", "_selections", "count")

    def __init__(self, selections: Sequence[Selection], caller: Caller) -> None:
        self._selections = tuple(selections)
        self._caller = caller
        self._root: Fork | Plan | None = None
        self.count = 0

    def known(self, values: Values) -> Plan | None:
        """The plan for these values, None where there is none yet."""
        found = self._root
        while isinstance(found, Fork):
            found = found.ways.get(found.question(values[found.slot]))
        return found

    def made(self, values: Values) -> Plan:
        """Compiles the plan for these values and keeps it. Raises BadArgument where there can be none."""
        plan = compiled(self._selections, self._caller, values)
        if self.count >= LARGEST_COUNT:
            self._root, self.count = None, 0
        self._root = _planted(self._root, plan, 0)
        self.count += 1
        return plan


def _planted(found: Fork | Plan | None, plan: Plan, depth: int) -> Fork | Plan:
    if depth == len(plan.steps):
        return plan
    step = plan.steps[depth]
    fork = found if isinstance(found, Fork) else Fork(step.slot, step.question)
    fork.ways[step.answer] = _planted(fork.ways.get(step.answer), plan, depth + 1)
    return fork
