from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field

from graph.reading.arguments import Question, Values
from graph.reading.compile import Plan, compiled
from graph.reading.draft import Caller
from graph.selection import Selection

# Filters have many members, each given or not. Beyond so many shapes, or bytes, an operation gives up its oldest plans.
LARGEST_COUNT = 64
LARGEST_WEIGHT = 2 * 1024 * 1024

# What a plan takes in bytes, for itself, for each field, for each character of its statement and for each value that it
# is given. Measured with tracemalloc: pages and lists come out within a third of it, filters within the double.
_OF_A_PLAN = 3_500
_OF_A_FIELD = 200
_OF_A_CHARACTER = 4
_OF_A_SOURCE = 1_000


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

    `untried` are those whose statement was not answered yet, by their ids, since the graph was away for the last of so
    many `outages`. `when_made`, if it is set, is told each time
    that a plan was made by how many bytes they grew; where older plans made room, the number may be negative.
    """

    __slots__ = ("_caller", "_fields", "_kept", "_root", "_selections", "outages", "untried", "weight", "when_made")

    def __init__(self, selections: Sequence[Selection], caller: Caller) -> None:
        self._selections = tuple(selections)
        self._caller = caller
        self._fields: int | None = None
        self._root: Fork | Plan | None = None
        # The oldest first.
        self._kept: deque[tuple[Plan, int]] = deque()
        self.weight = 0
        self.untried: dict[int, Plan] = {}
        self.outages = 0
        self.when_made: Callable[[int], None] | None = None

    @property
    def count(self) -> int:
        return len(self._kept)

    def known(self, values: Values) -> Plan | None:
        """The plan for these values, None where there is none yet."""
        found = self._root
        while isinstance(found, Fork):
            found = found.ways.get(found.question(values[found.slot]))
        return found

    def made(self, values: Values) -> Plan:
        """Compiles the plan for these values and keeps it. Raises BadArgument where there can be none."""
        plan = compiled(self._selections, self._caller, values)
        before, weight = self.weight, self._weight(plan)
        while self._kept and (self.count >= LARGEST_COUNT or self.weight + weight > LARGEST_WEIGHT):
            self._give_up_the_oldest()
        self._root = _planted(self._root, plan, 0)
        self._kept.append((plan, weight))
        self.weight += weight
        if plan.statement is not None:
            self.untried[id(plan)] = plan
        if self.when_made is not None:
            self.when_made(self.weight - before)
        return plan

    def forget_tries(self, outages: int) -> None:
        self.outages = outages
        self.untried = {id(plan): plan for plan, _ in self._kept if plan.statement is not None}

    def _give_up_the_oldest(self) -> None:
        plan, weight = self._kept.popleft()
        self._root = _uprooted(self._root, plan, 0)
        self.weight -= weight
        self.untried.pop(id(plan), None)

    def _weight(self, plan: Plan) -> int:
        if self._fields is None:
            self._fields = field_count(self._selections)
        characters = len(plan.statement.text) if plan.statement else 0
        known = _OF_A_PLAN + _OF_A_FIELD * self._fields
        return known + _OF_A_CHARACTER * characters + _OF_A_SOURCE * len(plan.sources)


def field_count(selections: Sequence[Selection]) -> int:
    """How many fields they have on all levels."""
    return sum(1 + field_count(each.children) for each in selections)


def _planted(found: Fork | Plan | None, plan: Plan, depth: int) -> Fork | Plan:
    if depth == len(plan.steps):
        return plan
    step = plan.steps[depth]
    fork = found if isinstance(found, Fork) else Fork(step.slot, step.question)
    fork.ways[step.answer] = _planted(fork.ways.get(step.answer), plan, depth + 1)
    return fork


def _uprooted(found: Fork | Plan | None, plan: Plan, depth: int) -> Fork | Plan | None:
    """What is left without the plan, None where nothing is."""
    if not isinstance(found, Fork):
        return None if found is plan else found
    answer = plan.steps[depth].answer
    left = _uprooted(found.ways.get(answer), plan, depth + 1)
    if left is None:
        found.ways.pop(answer, None)
    return found if found.ways else None
