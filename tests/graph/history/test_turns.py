"""Transactions that overlap and still take effect one after the other; `Script` stands for the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, cast

import pytest

from graph.connection import Transaction
from graph.errors import GraphTimeout
from graph.history.turns import Work, in_turn

_NO_TRANSACTION = cast("Transaction", None)


class Script:
    """Says what happened, holds commits until they are let go, and fails those that it is told to."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._news = asyncio.Event()
        self.may_commit: dict[str, asyncio.Event] = {}
        self.failures: dict[str, list[Exception | None]] = {}

    def work(self, name: str) -> Work[str]:
        async def work(transaction: Transaction) -> str:
            del transaction
            self._say(f"{name} begins")
            await asyncio.sleep(0)
            return name

        self.may_commit[name] = asyncio.Event()
        return work

    async def write(self, work: Work[str]) -> str:
        """A commit that fails is tried again once, as the driver does with a failure that passes."""
        for _ in range(2):
            name = await work(_NO_TRANSACTION)
            self._say(f"{name} commits")
            await self.may_commit[name].wait()
            failure = self.failures.get(name, [None]).pop(0)
            if failure is None:
                self._say(f"{name} is committed")
                return name
            if isinstance(failure, GraphTimeout):
                raise failure
            self.may_commit[name].clear()
        raise AssertionError("failed twice")

    def let_go(self, *names: str) -> None:
        for name in names:
            self.may_commit[name].set()

    async def until(self, said: str) -> None:
        async with asyncio.timeout(5):
            while said not in self.said:
                self._news.clear()
                await self._news.wait()

    def _say(self, text: str) -> None:
        self.said.append(text)
        self._news.set()


async def collected(script: Script, works: list[Work[str]]) -> list[str]:
    async def each_in_time() -> AsyncIterator[Work[str]]:
        for work in works:
            yield work

    async with aclosing(in_turn(each_in_time(), script.write)) as done:
        return [each async for each in done]


async def settled() -> None:
    """Whoever can go on went on."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_the_next_one_begins_while_the_last_is_being_committed_and_is_committed_after_it() -> None:
    script = Script()
    running = asyncio.create_task(collected(script, [script.work(name) for name in "abc"]))
    script.let_go("b", "c")

    await script.until("b begins")
    await settled()
    assert script.said == ["a begins", "a commits", "b begins"]
    script.let_go("a")

    assert await running == ["a", "b", "c"]
    assert [each for each in script.said if each.endswith("is committed")] == [f"{name} is committed" for name in "abc"]
    assert script.said.index("a is committed") < script.said.index("b commits")


async def test_one_that_begins_again_sends_the_one_behind_it_back() -> None:
    script = Script()
    script.failures["a"] = [ConnectionError("passes"), None]
    running = asyncio.create_task(collected(script, [script.work(name) for name in "ab"]))
    script.let_go("b")
    await script.until("b begins")
    script.let_go("a")
    await settled()
    # What it held is free again for the one before it.
    script.let_go("a")

    assert await running == ["a", "b"]
    assert script.said == [
        "a begins",
        "a commits",
        "b begins",
        "a begins",
        "a commits",
        "a is committed",
        "b begins",
        "b commits",
        "b is committed",
    ]


async def test_behind_one_that_fails_nothing_is_written() -> None:
    script = Script()
    script.failures["b"] = [GraphTimeout("too long")]
    running = asyncio.create_task(collected(script, [script.work(name) for name in "abcd"]))
    script.let_go("a", "b", "c", "d")

    with pytest.raises(GraphTimeout):
        await running
    await settled()
    assert [each for each in script.said if each.endswith("is committed")] == ["a is committed"]
    assert "d begins" not in script.said


async def test_nothing_goes_on_once_nobody_waits_for_it() -> None:
    script = Script()
    running = asyncio.create_task(collected(script, [script.work(name) for name in "abc"]))
    await script.until("b begins")

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    script.let_go("a", "b", "c")
    await settled()

    assert [each for each in script.said if "committed" in each] == []
    others: set[asyncio.Task[Any]] = asyncio.all_tasks() - {cast("asyncio.Task[Any]", asyncio.current_task())}
    assert [each for each in others if "_taken" in repr(each)] == []
