"""What the graph plans for every statement that the schema can produce in one step.

There are thousands. A run takes a part of them, another each time, with a seed that is printed; all of them with
CUSTOMER_GRAPH_THOROUGH=1.
"""

from __future__ import annotations

import os
import random
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import neo4j
import pytest

from graph.reading.compile import Plan, compiled
from graph.reading.draft import NOW, Caller
from tests.graph.reading.conftest import FIGURES
from tests.graph.reading.one_step import SCHEMA, Step, steps
from tests.graph.reading.operators import Operator
from tests.graph.reading.places import ASKED_AT, CURSORS

THOROUGH = bool(os.environ.get("CUSTOMER_GRAPH_THOROUGH"))
_FEW = 1
_MANY = 8
_PART = 1_000
_AT_ONCE = 2
_SEED = int(os.environ.get("CUSTOMER_GRAPH_SEED") or random.SystemRandom().randrange(10**6))


def _by_listing() -> Mapping[str, Sequence[Step]]:
    found: dict[str, list[Step]] = defaultdict(list)
    for step in steps():
        found[step.listing].append(step)
    return found


STEPS = _by_listing()


# All of the largest list would take longer than one step of `make thorough` may.
_PARTS = [
    (listing, number)
    for listing, every in STEPS.items()
    for number in range(1 + len(every) // _PART if THOROUGH else 1)
]


def _some(listing: str, part: int) -> Sequence[Step]:
    every = STEPS[listing]
    if THOROUGH:
        return every[part * _PART : (part + 1) * _PART]
    dice = random.Random(f"{_SEED} {listing}")  # noqa: S311  # A choice of cases, not a secret.
    most = _MANY if listing == "profiles" else _FEW
    return every if len(every) <= most else dice.sample(every, most)


def _plans(listing: str, part: int) -> Collection[tuple[Step, Plan]]:
    """One for each statement: many steps have the same."""
    found: dict[str, tuple[Step, Plan]] = {}
    for step in _some(listing, part):
        plan = compiled([step.selection], Caller(CURSORS))
        assert plan.statement is not None, str(step)
        found.setdefault(plan.statement.text, (step, plan))
    return found.values()


# Where nothing else runs on the server there are no older figures than those of an empty graph.
_FIGURES = FIGURES[1:] if THOROUGH else FIGURES[:1]


def _faults(planner: neo4j.Driver, step: Step, plan: Plan) -> Sequence[str]:
    assert plan.statement is not None
    with planner.session() as session:
        summary = session.run(f"EXPLAIN {plan.statement.text}", {NOW: ASKED_AT, **plan.constants}).consume()
    assert summary.plan is not None
    operator = Operator.of(summary.plan)
    wrong = operator.faults() if step.of_everything else [*operator.faults(), *operator.whole_indexes()]
    return [f"{fault}: {step}" for fault in wrong]


@pytest.mark.timeout(1800 if THOROUGH else 120)
@pytest.mark.parametrize(("listing", "part"), _PARTS)
@pytest.mark.parametrize("planner", _FIGURES, indirect=True)
def test_no_step_scans_a_label_or_sorts_what_no_limit_bounds(planner: neo4j.Driver, listing: str, part: int) -> None:
    # Planning is the server's work: while it waits for one plan, Python asks for the next.
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        found = threads.map(lambda each: _faults(planner, *each), _plans(listing, part))
        faults = [fault for of_step in found for fault in of_step]
    assert faults == [], f"again with CUSTOMER_GRAPH_SEED={_SEED}"


def test_the_steps_name_every_field_of_query_and_every_list() -> None:
    fields = set(SCHEMA.query_type.fields) if SCHEMA.query_type else set()
    assert fields - {"viewer", "mergePreview", "templatePreview", "node", "nodes"} <= set(STEPS)
    assert len(STEPS["profiles"]) > 20_000
    assert sum(map(len, STEPS.values())) > 25_000
