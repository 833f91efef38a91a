from __future__ import annotations

import asyncio

import pytest

from dispatch.late_answers import LateAnswers
from graph.errors import GraphUnavailable


async def test_whoever_finds_no_room_waits_and_nobody_else_does() -> None:
    late, gates = LateAnswers(most=10), [asyncio.Event() for _ in range(3)]

    async def work(number: int) -> None:
        await gates[number].wait()

    async with asyncio.timeout(5):
        await late.wait_for(6, work(0))
        await late.wait_for(4, work(1))
        third = asyncio.create_task(late.wait_for(1, work(2)))
        await asyncio.sleep(0.05)
        assert not third.done()
        gates[2].set()
        await third
        gates[0].set()
        gates[1].set()
        await late.finish()
        # There is room again.
        await late.wait_for(10, asyncio.sleep(0))
        await late.finish()


async def test_a_graph_that_fails_then_is_said(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise GraphUnavailable("away")

    late = LateAnswers()
    async with asyncio.timeout(5):
        await late.wait_for(2, fail())
        await late.finish()
    assert "2 messages wait for the sweeper: away" in caplog.text
