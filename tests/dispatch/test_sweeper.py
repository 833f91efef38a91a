from __future__ import annotations

import asyncio

import pytest

from dispatch import sweeper as sweeping
from dispatch.nudges import Nudger
from dispatch.sweeper import Sweeper
from graph.clock import FixedClock
from graph.connection import Graph
from graph.forgetting import forget_expired
from graph.statement import Statement
from tests.faults.processes import eventually

NOW = 1_900_000_000_000
NOWHERE = "redis://127.0.0.1:1/0"

_KEYS = Statement(
    "make_keys",
    """
    UNWIND range(1, $count) AS n
    CREATE (:IdempotencyKey {key: $prefix + n, expiresAt: datetime({epochMillis: $expiresAt})})
    RETURN count(*)
    """,
)
_LEFT = Statement("keys_left", "MATCH (k:IdempotencyKey) RETURN collect(k.key)")


async def test_keys_that_ran_out_are_forgotten_however_many_and_the_others_kept(graph: Graph) -> None:
    await graph.change(_KEYS, count=2_500, prefix="old", expiresAt=NOW - 1)
    await graph.change(_KEYS, count=1, prefix="new", expiresAt=NOW)

    assert await forget_expired(graph, NOW) == 2_500
    assert await forget_expired(graph, NOW) == 0

    assert await graph.read(_LEFT) == ["new1"]


async def test_the_sweeper_forgets_again_and_again(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "_TIDY_EVERY_S", 0.05)
    await graph.change(_KEYS, count=3, prefix="first", expiresAt=NOW - 1)
    running = asyncio.create_task(Sweeper(graph, Nudger(NOWHERE), FixedClock(NOW), {}, 10, 5_000).run())
    try:
        await eventually(lambda: _none_is_left(graph), 10)
        await graph.change(_KEYS, count=3, prefix="second", expiresAt=NOW - 1)
        await eventually(lambda: _none_is_left(graph), 10)
    finally:
        running.cancel()


async def _none_is_left(graph: Graph) -> bool:
    return not await graph.read(_LEFT)


_PAUSED = Statement(
    "paused",
    """
    CREATE (:Profile {id: 'prf_1', status: 'SUBSCRIBED', revision: 0, kind: 'LEAD'})-[:HAS_SUBSCRIPTION]->
        (s:Subscription {id: 'sub_1', key: 'sub_1', status: 'SUSPENDED',
            suspendedUntil: datetime({epochMillis: $until})})
    RETURN s.id
    """,
)
_STATUS = Statement("status", "MATCH (s:Subscription {id: 'sub_1'}) RETURN s.status")


async def test_the_sweeper_writes_down_what_ran_out(graph: Graph) -> None:
    await graph.change(_PAUSED, until=NOW - 1)
    running = asyncio.create_task(Sweeper(graph, Nudger(NOWHERE), FixedClock(NOW), {}, 10, 5_000).run())

    async def is_over() -> bool:
        return bool(await graph.read(_STATUS) == "SUBSCRIBED")

    try:
        await eventually(is_over, 20)
    finally:
        running.cancel()
