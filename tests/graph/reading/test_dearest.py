"""No document within the limits keeps the graph busy beyond the time limit of a read: a search for the dearest.

It climbs from documents that Hypothesis draws to ever dearer ones on a graph with hot nodes. CUSTOMER_GRAPH_THOROUGH=1
searches longer on a graph of full size, and prints what it found.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from graph.connection import Graph
from graph.errors import GraphTimeout
from graph.reading.compile import LARGEST_COST, Plan
from graph.reading.draft import NOW
from graph.selection import Selection
from graph.statement import FIRST_READ_TIMEOUT_MS, READ_TIMEOUT_MS
from tests.graph.reading.dearest import Search, plan_of, written
from tests.graph.reading.hot_graph import STATEMENTS
from tests.graph.reading.places import ASKED_AT

Write = Callable[..., Awaitable[None]]

THOROUGH = bool(os.environ.get("CUSTOMER_GRAPH_THOROUGH"))
_SEED = int(os.environ.get("CUSTOMER_GRAPH_SEED") or random.SystemRandom().randrange(10**6))
_SCALE = 100 if THOROUGH else 10
_SEARCH_S = 1_200.0 if THOROUGH else 8.0
_LIMIT_S = READ_TIMEOUT_MS / 1000
# So many documents are dearer than the last before the search begins anew elsewhere.
_PATIENCE = 25
_BEGUN_WITH = 4
_MOST_CLIMBS = 400

Found = tuple[float, int, tuple[Selection, ...]]


@pytest.fixture
async def hot(graph: Graph, write: Write) -> Graph:
    for statement in STATEMENTS:
        await write(statement, scale=_SCALE)
    return graph


async def _seconds(graph: Graph, plan: Plan) -> float:
    """How long the graph needs, once it has planned the statement. What others take of the machine is not it."""
    assert plan.statement is not None
    parameters = {NOW: ASKED_AT, **plan.parameters(())}
    patient = replace(plan.statement, timeout_ms=FIRST_READ_TIMEOUT_MS)
    await graph.read(patient, **parameters)
    best, runs = float("inf"), 0
    while runs < 2 or (best > _LIMIT_S / 2 and runs < 5):
        began = time.perf_counter()
        await graph.read(patient, **parameters)
        best, runs = min(best, time.perf_counter() - began), runs + 1
    return best


async def _tried(graph: Graph, document: Sequence[Selection]) -> Found | None:
    plan = plan_of(document)
    if plan is None or plan.statement is None:
        return None
    try:
        seconds = await _seconds(graph, plan)
    except GraphTimeout:
        seconds = FIRST_READ_TIMEOUT_MS / 1000
    return seconds, plan.cost.of(plan.parameters(())), tuple(document)


def _beginnings(number: int) -> list[random.Random]:
    """Hypothesis chooses where each climb's source of chance begins; the same number gives the same ones."""
    found: list[random.Random] = []

    @seed(number)
    @settings(
        max_examples=_MOST_CLIMBS,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.randoms(use_true_random=True))
    def draw(dice: random.Random) -> None:
        found.append(dice)

    draw()
    # Hypothesis begins with the simplest, which is the same for every number.
    return found[1:]


async def _dearest_of(graph: Graph, search: Search, until: float) -> Found | None:
    """Most random documents are cheap: a climb begins with the dearest of some."""
    best: Found | None = None
    for _ in range(_BEGUN_WITH):
        found = await _tried(graph, search.document())
        if found is not None and (best is None or found[0] > best[0]):
            best = found
        if time.monotonic() > until:
            break
    return best


async def _climbed(graph: Graph, number: int, until: float) -> list[Found]:
    """The tops that were reached, one for each beginning."""
    tops: list[Found] = []
    for search in map(Search, _beginnings(number)):
        if time.monotonic() > until:
            break
        best = await _dearest_of(graph, search, until)
        failures = 0
        while best is not None and failures < _PATIENCE and time.monotonic() < until:
            found = await _tried(graph, search.changed(best[2]))
            if found is not None and found[0] > best[0]:
                best, failures = found, 0
            else:
                failures += 1
        if best is not None:
            tops.append(best)
    return sorted(tops, key=lambda each: each[0], reverse=True)


@pytest.mark.timeout(3600 if THOROUGH else 180)
async def test_no_document_within_the_limits_takes_longer_than_a_read_may(
    hot: Graph, record_property: Callable[[str, object], None]
) -> None:
    tops = await _climbed(hot, _SEED, time.monotonic() + _SEARCH_S)
    assert tops
    record_property("search", f"CUSTOMER_GRAPH_SEED={_SEED}, {len(tops)} climbs, a scale of {_SCALE}")
    for seconds, cost, document in tops[:3]:
        record_property("found", f"{seconds * 1000:.0f} ms for a cost of {cost:,}: `{_written(document)}`")
    seconds, cost, document = tops[0]
    assert cost <= LARGEST_COST
    assert seconds < _LIMIT_S, _written(document)


def _written(document: Sequence[Selection]) -> str:
    return " ".join(written(each) for each in document)
