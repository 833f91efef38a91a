"""What `Operator` calls a fault, over plans that are written down here as Neo4j 2026.08 gives them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.graph.reading.operators import Operator

SEEK = "RANGE INDEX e:Event(profileId, occurredAt, id) WHERE profileId = $p0 AND occurredAt IS NOT NULL"
COLLECTED = "collect([e.type, {a: cache[e.id]}]) AS c2, count(DISTINCT cache[e.id]) AS n, max(cache[e.id]) AS `max`"


def plan(name: str, details: str = "", *below: dict[str, Any]) -> dict[str, Any]:
    return {"operatorType": f"{name}@neo4j", "args": {"Details": details}, "children": list(below)}


def faults(*, of: dict[str, Any]) -> list[str]:
    return Operator.of(plan("ProduceResults", "data", of)).faults()


def test_a_plan_is_read_with_all_that_stands_below() -> None:
    operator = Operator.of(plan("Apply", "", plan("Argument", "p"), plan("Limit", "5", plan("NodeIndexSeek", SEEK))))
    assert [(each.name, each.details) for each in operator.walk()] == [
        ("Apply", ""),
        ("Argument", "p"),
        ("Limit", "5"),
        ("NodeIndexSeek", SEEK),
    ]


@pytest.mark.parametrize(
    "name",
    [
        "AllNodesScan",
        "NodeByLabelScan",
        "UnionNodeByLabelsScan",
        "IntersectionNodeByLabelsScan",
        "SubtractionNodeByLabelsScan",
        "NodeIndexContainsScan",
        "NodeIndexEndsWithScan",
        *(
            f"{direction}{scan}"
            for direction in ("Directed", "Undirected")
            for scan in (
                "AllRelationshipsScan",
                "RelationshipTypeScan",
                "UnionRelationshipTypesScan",
                "RelationshipIndexScan",
                "RelationshipIndexContainsScan",
                "RelationshipIndexEndsWithScan",
            )
        ),
    ],
)
def test_what_looks_at_all_there_is_of_a_kind_is_a_fault_under_a_limit_too(name: str) -> None:
    assert faults(of=plan("EagerAggregation", "count(*) AS n", plan(name, "all"))) == [f"{name} all"]
    assert faults(of=plan("Limit", "5", plan(name, "all"))) == [f"{name} all"]


@pytest.mark.parametrize(
    "name",
    ["NodeIndexSeek", "NodeIndexSeekByRange", "NodeUniqueIndexSeekByRange", "DirectedRelationshipIndexSeek"],
)
def test_a_seek_is_none_and_what_sorts_it_is_bounded_by_a_limit_alone(name: str) -> None:
    assert faults(of=plan("EagerAggregation", "count(*) AS n", plan(name, SEEK))) == []
    assert faults(of=plan("Sort", "n ASC", plan(name, SEEK))) == ["Sort n ASC"]
    assert faults(of=plan("Top", "n ASC LIMIT 5", plan(name, SEEK))) == ["Top n ASC LIMIT 5"]
    assert faults(of=plan("Sort", "n ASC", plan("Limit", "5", plan(name, SEEK)))) == []


def test_the_whole_of_a_nodes_index_is_named_apart_because_some_reads_may_look_at_it() -> None:
    operator = Operator.of(
        plan("Limit", "5", plan("NodeIndexScan", "RANGE INDEX p:Profile(createdAt, id) WHERE createdAt IS NOT NULL"))
    )
    assert operator.faults() == []
    assert operator.whole_indexes() == {"RANGE INDEX p:Profile(createdAt, id)"}


@pytest.mark.parametrize(
    "details",
    [
        COLLECTED,
        "count(*) AS n",
        "collect_distinct(e.id) AS anon_2",
        "percentileCont(cache[e.valueMicros], $autodouble_2) AS `a,b`",
        "stDevP(e.valueMicros) AS x",
        "sum(CASE\n  WHEN cache[e.id] > $x THEN $one\n  ELSE $two\nEND) AS z",
        "AVG(e.valueMicros) AS x",
    ],
)
def test_one_row_for_all_is_bounded(details: str) -> None:
    assert faults(of=plan("Sort", "n ASC", plan("EagerAggregation", details, plan("NodeIndexSeek", SEEK)))) == []


@pytest.mark.parametrize(
    "keys",
    [
        "p",
        "cache[e.type] AS t, cache[e.isTest] AS b",
        "cache[e.type] + $autostring_1 AS t",
        "getDegree((e)-[:BY]->()) AS c",
        "`count(*)`",
        "count",
        "counted(e) AS x",
    ],
)
def test_one_row_for_each_of_what_it_groups_by_is_bounded_where_that_is(keys: str) -> None:
    grouped = f"{keys}, {COLLECTED}"

    of_many = plan("EagerAggregation", grouped, plan("Expand(All)", "(p)<-[:BY]-(e)", plan("Argument", "p")))
    of_few = plan("EagerAggregation", grouped, plan("Limit", "5", plan("NodeIndexSeek", SEEK)))

    assert faults(of=plan("Sort", "t ASC", of_many)) == ["Sort t ASC"]
    assert faults(of=plan("Sort", "t ASC", of_few)) == []


def test_each_value_once_is_bounded_where_the_values_are() -> None:
    assert faults(of=plan("Sort", "t", plan("Distinct", "e.type AS t", plan("NodeIndexSeek", SEEK)))) == ["Sort t"]
    assert faults(of=plan("Sort", "t", plan("EagerAggregation", "e.type AS t", plan("NodeIndexSeek", SEEK)))) == [
        "Sort t"
    ]


def test_a_branch_that_brings_rows_has_to_be_bounded_and_one_that_says_yes_or_no_need_not() -> None:
    one, many = plan("NodeUniqueIndexSeek", "UNIQUE p:Profile(id)"), plan("Expand(All)", "", plan("Argument", "p"))

    assert faults(of=plan("Sort", "n", plan("Apply", "", one, many))) == ["Sort n"]
    assert faults(of=plan("Sort", "n", plan("SemiApply", "", one, many))) == []
    assert faults(of=plan("Sort", "n", plan("AntiSemiApply", "", many, one))) == ["Sort n"]
    assert faults(of=plan("Sort", "n", plan("Unwind", "p.memberIds AS m", one))) == []
