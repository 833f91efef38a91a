from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bench.reading.data.chance import made_up_id
from bench.scale import statements
from graph.connection import Graph
from graph.statement import Statement

_PER_TRANSACTION = 10_000

# The first people of every graph have full pages, and are those who are asked for.
PAGES = 200
LIGHT, HEAVY = PAGES, PAGES + 1
_FULL = PAGES + 2


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many people a graph has, and how many events the heaviest of them."""

    people: int
    events_of_light: int
    events_of_heavy: int

    @property
    def name(self) -> str:
        return f"scale-{self.people}-{self.events_of_heavy}"


def profile_id(person: int) -> str:
    return made_up_id("prf", person)


async def fill(graph: Graph, crowd: Crowd) -> None:
    """The full pages first, then people with one thing of each kind. Raises where a statement made too few."""
    await graph.change(statements.RESOURCES)
    await graph.change(statements.PRODUCTS)
    await _make(graph, statements.PEOPLE, range(_FULL))
    await _make(graph, statements.SUBSCRIPTIONS, range(_FULL), 10)
    await _make(graph, statements.EVENTS, range(PAGES), 30)
    await _make(graph, statements.EVENTS, range(LIGHT, LIGHT + 1), crowd.events_of_light)
    await _make(graph, statements.PURCHASES, range(_FULL), 10, lines=5)
    await _make(graph, statements.MESSAGES, range(_FULL), 20)
    # Several writers keep all cores of a small machine busy. Whoever is even meets no resource or product of whoever
    # is odd, and the heavy one meets neither, so nobody waits for a lock of somebody else.
    await asyncio.gather(
        _make(graph, statements.EVENTS, range(HEAVY, HEAVY + 1), crowd.events_of_heavy),
        _make_others(graph, range(_FULL, crowd.people, 2)),
        _make_others(graph, range(_FULL + 1, crowd.people, 2)),
    )
    await graph.change(statements.FRESH_FIGURES)


async def _make_others(graph: Graph, people: range) -> None:
    await _make(graph, statements.PEOPLE, people)
    await _make(graph, statements.SUBSCRIPTIONS, people)
    await _make(graph, statements.EVENTS, people)
    await _make(graph, statements.PURCHASES, people, lines=1)
    await _make(graph, statements.MESSAGES, people)


async def _make(graph: Graph, statement: Statement, people: range, each: int = 1, **more: object) -> None:
    at_once = max(1, _PER_TRANSACTION // each)
    for start in range(0, len(people), at_once):
        batch = people[start : start + at_once]
        for first in range(0, each, _PER_TRANSACTION):
            size = min(_PER_TRANSACTION, each - first)
            bounds = {"from": batch[0], "to": batch[-1], "step": people.step, "first": first, "each": size}
            made = await graph.change(statement, **bounds, **more)
            if made != len(batch) * size:
                raise RuntimeError(f"{statement.name} made {made} of {len(batch) * size}")
