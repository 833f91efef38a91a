from __future__ import annotations

import asyncio
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest

from graph import migrations
from graph.connection import Graph
from graph.errors import GraphError, GraphUnavailable, SchemaTooNew
from graph.migrations import (
    CURRENT_VERSION,
    MIGRATIONS,
    Migration,
    Paged,
    migrate,
    require_current_schema,
    schema_version,
)
from graph.reading.reader import Reader
from graph.settings import GraphSettings
from graph.statement import Statement
from graph.statements import purchase_lines
from tests.graph.reading.documents import selections_of

STEPS = [each.version for each in MIGRATIONS]
CONSTRAINTS = Statement("constraints", "SHOW CONSTRAINTS YIELD name RETURN count(name)")
SET_VERSION = Statement("set_version", "CREATE (v:SchemaVersion {version: $version}) RETURN v.version")
UNSET_VERSION = Statement("unset_version", "MATCH (v:SchemaVersion {version: $version}) DELETE v")
HOLD_LOCK = Statement(
    "hold_lock",
    "MERGE (lock:MigrationLock {key: 'migrations'}) SET lock.token = 'another', "
    "lock.leaseUntil = datetime.realtime() + duration({milliseconds: $ms}) RETURN true",
)

BEGIN_SLOW = Statement("begin_slow", "CREATE (:SlowStep)")
# As long as a whole lease of the test, whatever the machine can do.
SLOW = Statement(
    "slow",
    "CALL { WITH datetime.realtime() AS begun UNWIND range(1, 1000000000) AS n WITH begun, n "
    "WHERE datetime.realtime() > begun + duration('PT1.3S') RETURN n LIMIT 1 } RETURN n",
    timeout_ms=60_000,
)
SLOW_STEPS = Statement("slow_steps", "RETURN COUNT { (:SlowStep) }")
ROB = Statement("rob", "MATCH (lock:MigrationLock) SET lock.token = 'another'")

# As a program before the fourth step wrote them: each order has the lamp in two lines, and every third a bowl.
WRITE_OLD = Statement(
    "write_old",
    """
    CREATE (lamp:Product {id: 'pro_lamp', sourceKey: 'shop:lamp', source: 'shop', sku: 'lamp'})
    CREATE (bowl:Product {id: 'pro_bowl', sourceKey: 'shop:bowl', source: 'shop', sku: 'bowl'})
    WITH lamp, bowl
    UNWIND range(1, 12000) AS n
    CREATE (u:Purchase {id: 'pur_' + n, sourceKey: 'shop:' + n, placedAt: datetime({epochMillis: n})})
    CREATE (u)-[:CONTAINS {position: 3}]->(lamp), (u)-[:CONTAINS {position: 2}]->(lamp)
    FOREACH (x IN CASE n % 3 WHEN 0 THEN [bowl] ELSE [] END | CREATE (u)-[:CONTAINS {position: 1}]->(x))
    RETURN count(u)
    """,
    timeout_ms=60_000,
)
LISTED = Statement(
    "listed",
    """
    MATCH (u:Purchase)-[line:CONTAINS]->(x)
    WHERE line.productId = x.id AND line.placedAt = u.placedAt AND line.purchaseId = u.id
    WITH x, line ORDER BY x.sku, line.position
    WITH x.sku AS sku, line.position AS position, count(*) AS lines
    RETURN collect([sku, position, lines])
    """,
    timeout_ms=60_000,
)
ALL_LISTED = [["bowl", 1, 4_000], ["lamp", 2, 12_000]]
NEWEST = """{
  lamp: product(by: {sku: {source: "shop", sku: "lamp"}}) {
    purchases(first: 3) { nodes { id } count(limit: 10000) { value exact } }
  }
  bowl: product(by: {sku: {source: "shop", sku: "bowl"}}) {
    purchases(first: 3) { nodes { id } count(limit: 10000) { value exact } }
  }
}"""


class Dying(Graph):
    """A process that is killed before it asks for its third page: from then on nothing of it reaches the graph."""

    __slots__ = ("_pages",)

    async def change(self, statement: Statement, **parameters: object) -> Any:
        self._pages: int = getattr(self, "_pages", 0) + (statement is purchase_lines.LIST_PAGE_UNDER_PRODUCTS)
        if self._pages > 2:
            raise GraphUnavailable("killed")
        return await super().change(statement, **parameters)


async def test_each_step_is_applied_once_and_recorded(untouched: Graph) -> None:
    assert await schema_version(untouched) == 0

    assert await migrate(untouched) == STEPS
    constraints = await untouched.read(CONSTRAINTS)
    assert await migrate(untouched) == []

    assert await schema_version(untouched) == CURRENT_VERSION
    assert await untouched.read(CONSTRAINTS) == constraints > 20


async def test_processes_that_start_together_apply_each_step_once(untouched: Graph) -> None:
    applied = await asyncio.gather(*(migrate(untouched) for _ in range(4)))

    assert sorted(step for each in applied for step in each) == STEPS


async def test_who_died_with_the_lock_is_waited_for_no_longer_than_its_lease(graph: Graph) -> None:
    await graph.change(HOLD_LOCK, ms=500)

    assert await migrate(graph) == []


async def test_a_step_that_takes_longer_than_the_lease_is_not_begun_by_another(
    untouched: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Migration(1, "slow", (BEGIN_SLOW, *[SLOW] * 4))
    monkeypatch.setattr(migrations, "MIGRATIONS", (slow, *MIGRATIONS[1:]))
    monkeypatch.setattr(migrations, "_LEASE_MS", 1_000)
    monkeypatch.setattr(migrations, "_RENEW_S", 0.2)

    started = monotonic()
    applied = await asyncio.gather(migrate(untouched), migrate(untouched))

    assert monotonic() - started > 2
    assert sorted(applied) == [[], STEPS]
    assert await untouched.read(SLOW_STEPS) == 1
    await untouched.change(UNSET_VERSION, version=1)


async def test_who_lost_the_lock_stops_before_the_next_statement(
    untouched: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    robbed = Migration(1, "robbed", (ROB, BEGIN_SLOW))
    monkeypatch.setattr(migrations, "MIGRATIONS", (robbed,))
    monkeypatch.setattr(migrations, "_LEASE_MS", 1_000)

    with pytest.raises(GraphError, match="lost to another process"):
        await migrate(untouched)

    assert await untouched.read(SLOW_STEPS) == 0
    assert await schema_version(untouched) == 0


async def test_a_graph_of_a_newer_version_is_refused_and_left_alone(graph: Graph) -> None:
    newer = CURRENT_VERSION + 1
    await graph.change(SET_VERSION, version=newer)
    try:
        with pytest.raises(SchemaTooNew):
            await migrate(graph)
        with pytest.raises(SchemaTooNew):
            await require_current_schema(graph)
        assert await schema_version(graph) == newer
    finally:
        await graph.change(UNSET_VERSION, version=newer)


async def test_serving_a_graph_that_is_not_migrated_is_refused(untouched: Graph) -> None:
    with pytest.raises(GraphError, match="run migrate"):
        await require_current_schema(untouched)


async def test_a_step_that_was_interrupted_is_repeated(untouched: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "MIGRATIONS", MIGRATIONS[:1])
    await migrate(untouched)
    await untouched.change(UNSET_VERSION, version=1)
    monkeypatch.undo()

    assert await migrate(untouched) == STEPS


async def before_the_fourth(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(migrations, "MIGRATIONS", MIGRATIONS[:3])
        await migrate(graph)
    assert await graph.change(WRITE_OLD) == 12_000
    assert await graph.read(LISTED) == []


async def test_purchases_of_before_are_listed_under_their_products(
    untouched: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    await before_the_fourth(untouched, monkeypatch)

    assert await migrate(untouched) == [4, 5, 6]

    assert await untouched.read(LISTED) == ALL_LISTED
    answer = await Reader(untouched).answer(selections_of(NEWEST))
    assert answer.data == {
        "lamp": {
            "purchases": {
                "nodes": [{"id": "pur_12000"}, {"id": "pur_11999"}, {"id": "pur_11998"}],
                "count": {"value": 10_000, "exact": False},
            }
        },
        "bowl": {
            "purchases": {
                "nodes": [{"id": "pur_12000"}, {"id": "pur_11997"}, {"id": "pur_11994"}],
                "count": {"value": 4_000, "exact": True},
            }
        },
    }


async def test_a_step_that_was_killed_between_two_pages_is_completed_by_the_next_from_the_first_page_on(
    untouched: Graph, graph_settings: GraphSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await before_the_fourth(untouched, monkeypatch)
    monkeypatch.setattr(migrations, "_LEASE_MS", 1_000)
    dying = Dying.open(graph_settings)
    with pytest.raises(GraphUnavailable, match="killed"):
        await migrate(dying)
    await dying.close()
    ((_, _, bowls), (_, _, lamps)) = await untouched.read(LISTED)
    assert (lamps, await schema_version(untouched)) == (10_000, 3)
    assert 3_000 < bowls < 4_000

    assert await migrate(untouched) == [4, 5, 6]

    assert await untouched.read(LISTED) == ALL_LISTED


async def test_who_lost_the_lock_stops_before_the_next_page(untouched: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    await before_the_fourth(untouched, monkeypatch)
    robbing = replace(
        purchase_lines.LIST_PAGE_UNDER_PRODUCTS,
        text="MATCH (lock:MigrationLock) SET lock.token = 'another' WITH lock "
        + purchase_lines.LIST_PAGE_UNDER_PRODUCTS.text,
    )
    monkeypatch.setattr(migrations, "MIGRATIONS", (*MIGRATIONS[:3], Migration(4, "robbed", (Paged(robbing),))))
    monkeypatch.setattr(migrations, "_LEASE_MS", 1_000)

    with pytest.raises(GraphError, match="lost to another process"):
        await migrate(untouched)

    assert sum(lines for sku, _, lines in await untouched.read(LISTED) if sku == "lamp") == 5_000
    assert await schema_version(untouched) == 3
