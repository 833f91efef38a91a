from __future__ import annotations

import asyncio

import pytest

from graph.connection import Graph, Transaction
from graph.errors import ConstraintViolated, GraphError, GraphTimeout, GraphUnavailable
from graph.settings import GraphSettings
from graph.statement import Statement

SLOW = Statement("slow", "UNWIND range(1, 2000000000) AS n RETURN count(n)", timeout_ms=300)
WRONG = Statement("wrong", "THIS IS NOT CYPHER")
MAKE = Statement("make", "CREATE (p:Profile {id: $id}) RETURN p.id")
COUNT = Statement("count", "RETURN COUNT { (:Profile) }")
LOCK = Statement("lock", "MATCH (p:Profile {id: $id}) SET p.revision = 1 RETURN p.id")


async def test_a_statement_that_takes_too_long_is_stopped(graph: Graph) -> None:
    with pytest.raises(GraphTimeout):
        await graph.read(SLOW)


async def test_a_taken_unique_value_is_named_so_without_the_value(graph: Graph) -> None:
    await graph.change(MAKE, id="prf_secret")

    with pytest.raises(ConstraintViolated) as violated:
        await graph.change(MAKE, id="prf_secret")

    assert "prf_secret" not in str(violated.value)
    assert violated.value.__cause__ is None
    assert await graph.read(COUNT) == 1


async def test_a_transaction_that_raises_leaves_nothing_behind(graph: Graph) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.run(MAKE, id="prf_1")
        raise GraphError("no")

    with pytest.raises(GraphError, match="no"):
        await graph.write(work)

    assert await graph.read(COUNT) == 0


async def test_waiting_for_a_lock_ends_with_the_time_limit(graph: Graph) -> None:
    await graph.change(MAKE, id="prf_1")
    holding, release = asyncio.Event(), asyncio.Event()

    async def hold(transaction: Transaction) -> None:
        await transaction.run(LOCK, id="prf_1")
        holding.set()
        await release.wait()

    async def want(transaction: Transaction) -> None:
        await transaction.run(LOCK, id="prf_1")

    holder = asyncio.create_task(graph.write(hold, timeout_ms=20_000))
    await holding.wait()
    with pytest.raises(GraphTimeout):
        await graph.write(want, timeout_ms=500)
    release.set()
    await holder


async def test_a_wrong_statement_is_an_error_of_ours(graph: Graph) -> None:
    with pytest.raises(GraphError, match="SyntaxError"):
        await graph.read(WRONG)


async def test_a_graph_that_is_not_there_is_unavailable_and_soon_said_so() -> None:
    nowhere = Graph.open(GraphSettings("bolt://127.0.0.1:9", connection_timeout_s=0.5, acquisition_timeout_s=0.5))
    try:
        with pytest.raises(GraphUnavailable):
            await nowhere.ping()
        with pytest.raises(GraphUnavailable):
            await nowhere.change(MAKE, id="prf_1")
    finally:
        await nowhere.close()
