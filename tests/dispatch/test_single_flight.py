from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from dispatch.single_flight import SingleFlight


@dataclass(slots=True)
class Work:
    fails: bool = False
    begun: int = 0
    may_end: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self) -> int:
        self.begun += 1
        await self.may_end.wait()
        if self.fails:
            raise OSError("failed")
        return self.begun


async def test_all_who_want_it_at_once_get_one_result_and_later_ones_the_next() -> None:
    work = Work()
    flight = SingleFlight(work)
    waiting = [asyncio.create_task(flight.result()) for _ in range(10)]
    await asyncio.sleep(0)
    work.may_end.set()

    assert await asyncio.gather(*waiting) == [1] * 10
    assert await flight.result() == 2


async def test_all_who_want_it_at_once_get_one_error_and_later_ones_another_try() -> None:
    work = Work(fails=True)
    flight = SingleFlight(work)
    waiting = [asyncio.create_task(flight.result()) for _ in range(10)]
    await asyncio.sleep(0)
    work.may_end.set()

    assert [str(error) for error in await asyncio.gather(*waiting, return_exceptions=True)] == ["failed"] * 10
    assert work.begun == 1
    work.fails = False
    assert await flight.result() == 2


async def test_who_stops_waiting_stops_nobody_else() -> None:
    work = Work()
    flight = SingleFlight(work)
    first, second = (asyncio.create_task(flight.result()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    work.may_end.set()

    assert await second == 1
    assert first.cancelled()


async def test_closing_ends_what_is_under_way() -> None:
    flight = SingleFlight(Work())
    waiting = asyncio.create_task(flight.result())
    await asyncio.sleep(0)
    await flight.close()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    await SingleFlight(Work()).close()
