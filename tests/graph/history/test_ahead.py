"""Items that are made ready while the one before is in use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from graph.history.ahead import ahead


class _Source:
    """Gives the numbers from 0, and notes which it began to make; at `broken` it fails."""

    def __init__(self, number: int, broken: int | None = None) -> None:
        self.began: list[int] = []
        self._number = number
        self._broken = broken

    async def items(self) -> AsyncIterator[int]:
        for each in range(self._number):
            self.began.append(each)
            await asyncio.sleep(0)
            if each == self._broken:
                raise ValueError("cannot be made")
            yield each


async def test_all_items_come_in_their_order() -> None:
    assert [each async for each in ahead(_Source(5).items())] == [0, 1, 2, 3, 4]


async def test_of_nothing_nothing_comes() -> None:
    assert [each async for each in ahead(_Source(0).items())] == []


async def test_the_next_one_is_made_while_the_last_is_in_use_and_no_more_than_that() -> None:
    source = _Source(5)
    async with aclosing(ahead(source.items())) as items:
        assert await anext(items) == 0
        for _ in range(20):
            await asyncio.sleep(0)

        assert source.began == [0, 1]


async def test_what_cannot_be_made_is_raised_after_all_before_it_came() -> None:
    source = _Source(5, broken=2)
    items = ahead(source.items())

    assert [await anext(items), await anext(items)] == [0, 1]
    with pytest.raises(ValueError, match="cannot be made"):
        await anext(items)
    assert source.began == [0, 1, 2]


async def test_whoever_stops_early_leaves_no_task_behind() -> None:
    source = _Source(1_000)
    before = asyncio.all_tasks()
    async with aclosing(ahead(source.items())) as items:
        assert await anext(items) == 0

    assert asyncio.all_tasks() == before
    # The next one was not even begun: its task had no turn yet.
    assert source.began == [0]
