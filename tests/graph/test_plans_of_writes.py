"""Every statement that is written down, as the graph would carry it out: none may look at a whole label."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import neo4j
import pytest

from graph import statements
from graph.connection import Graph
from graph.settings import GraphSettings
from graph.statement import Statement

# What grows with the data, or with the square of it.
COSTLY = {
    "AllNodesScan",
    "NodeByLabelScan",
    "UnionNodeByLabelsScan",
    "NodeIndexScan",
    "NodeIndexContainsScan",
    "NodeIndexEndsWithScan",
    "DirectedRelationshipTypeScan",
    "UndirectedRelationshipTypeScan",
    "DirectedRelationshipIndexScan",
    "UndirectedRelationshipIndexScan",
    "CartesianProduct",
}
ALLOWED = {
    ("migrations", "schema_version"): {"NodeIndexScan"},  # As many nodes as there are migrations.
    # Once for each graph, over all that it has.
    ("purchase_lines", "list_all_under_products"): {"NodeByLabelScan"},
    ("buyers", "mark_all_buyers"): {"NodeByLabelScan"},
}
# These answer with one row at most, and so does all that only looks further at that row.
_ONE_ROW = {"NodeUniqueIndexSeek", "NodeUniqueIndexSeek(Locking)", "MultiNodeIndexSeek", "EagerAggregation", "Argument"}
_ROW_BY_ROW = {"Filter", "CacheProperties", "Projection", "Apply", "CartesianProduct"}


def _constants() -> dict[tuple[str, str], Statement]:
    found: dict[tuple[str, str], Statement] = {}
    for module in pkgutil.iter_modules(statements.__path__):
        for value in vars(importlib.import_module(f"{statements.__name__}.{module.name}")).values():
            for each in value if isinstance(value, tuple) else (value,):
                if isinstance(each, Statement):
                    found[module.name, each.name] = each
    return found


STATEMENTS = _constants()


@pytest.fixture(scope="module")
def session(graph_settings: GraphSettings) -> Iterator[neo4j.Session]:
    access = (graph_settings.user, graph_settings.password)
    with neo4j.GraphDatabase.driver(graph_settings.uri, auth=access) as driver, driver.session() as opened:
        yield opened


def test_all_statements_are_found() -> None:
    assert {"migrations", "outbox", "people", "sending", "subscriptions"} <= {room for room, _ in STATEMENTS}
    assert len(STATEMENTS) > 80


@pytest.mark.parametrize("key", STATEMENTS, ids=".".join)
def test_no_statement_looks_at_more_than_it_was_asked_for(
    graph: Graph, session: neo4j.Session, key: tuple[str, str]
) -> None:
    assert graph is not None  # Empty, with all its indexes: what the planner finds hardest.
    text = STATEMENTS[key].text
    nothing: dict[str, object] = dict.fromkeys(re.findall(r"\$(\w+)", text))

    summary = session.run(f"EXPLAIN {text}", nothing).consume()

    assert summary.plan is not None
    assert set(_costly(summary.plan)) == ALLOWED.get(key, set())


def _costly(plan: dict[str, Any]) -> Iterator[str]:
    name, below = _name(plan), plan.get("children", [])
    if name in COSTLY and not (name == "CartesianProduct" and all(_is_one_row(child) for child in below)):
        yield name
    for child in below:
        yield from _costly(child)


def _is_one_row(plan: dict[str, Any]) -> bool:
    if _name(plan) in _ONE_ROW:
        return True
    return _name(plan) in _ROW_BY_ROW and all(_is_one_row(child) for child in plan["children"])


def _name(plan: dict[str, Any]) -> str:
    return str(plan["operatorType"]).partition("@")[0]
