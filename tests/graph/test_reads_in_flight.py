"""Places for reads: none is ever lost, nobody is overtaken, and a line that is too long or too slow says so."""

from __future__ import annotations

import asyncio
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import GraphUnavailable, ReadsFull
from graph.reads_in_flight import ReadsInFlight


class Bench:
    """Readers that come in order, and what became of them."""

    def __init__(self, places: int, longest_wait_s: float = 5.0) -> None:
        self.places = places
        self.reads = ReadsInFlight(places, longest_wait_s)
        self.entered: list[int] = []
        self.waited: list[int] = []
        self.inside = 0
        self.most_inside = 0

    async def read(self, name: int, until: asyncio.Event | float) -> int:
        if self.reads.take():
            assert self.reads.waiting == 0
        else:
            await self.reads.wait()
            self.waited.append(name)
        try:
            self.entered.append(name)
            self.inside += 1
            self.most_inside = max(self.most_inside, self.inside)
            if isinstance(until, asyncio.Event):
                await until.wait()
            else:
                await asyncio.sleep(until)
        finally:
            self.inside -= 1
            self.reads.leave()
        return name

    def start(self, name: int, until: asyncio.Event | float) -> asyncio.Task[int]:
        return asyncio.create_task(self.read(name, until))

    def assert_whole(self) -> None:
        assert self.inside == 0
        assert self.reads.free == self.places
        assert self.reads.waiting == 0
        assert self.most_inside <= self.places


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_readers_enter_in_the_order_of_coming_and_nobody_overtakes() -> None:
    bench, gate = Bench(2), asyncio.Event()
    readers = [bench.start(name, gate) for name in range(6)]
    await settle()
    assert bench.entered == [0, 1]
    assert bench.reads.waiting == 4

    gate.set()
    # Comes while places are handed over, and still after those who waited.
    readers.append(bench.start(6, 0))
    assert await asyncio.gather(*readers) == list(range(7))

    assert bench.entered == list(range(7))
    assert bench.most_inside == 2
    bench.assert_whole()


async def test_a_cancelled_reader_frees_its_place_in_the_line() -> None:
    bench, gate = Bench(1), asyncio.Event()
    first, second, third = (bench.start(name, gate) for name in range(3))
    await settle()

    second.cancel()
    await settle()
    assert bench.reads.waiting == 1
    gate.set()

    assert await first == 0
    assert await third == 2
    assert second.cancelled()
    assert bench.entered == [0, 2]
    bench.assert_whole()


async def test_a_reader_cancelled_at_the_moment_of_its_turn_passes_the_place_on() -> None:
    bench, gate = Bench(1), asyncio.Event()
    reads = bench.reads
    assert reads.take()
    second, third = bench.start(2, gate), bench.start(3, gate)
    await settle()

    reads.leave()
    # The place is the second's already, though it had no time to see it.
    second.cancel()
    gate.set()

    assert await third == 3
    assert second.cancelled()
    assert bench.entered == [3]
    bench.assert_whole()


async def test_who_waits_too_long_is_told_to_come_again() -> None:
    bench, gate = Bench(1, longest_wait_s=0.05), asyncio.Event()
    first, second = bench.start(0, gate), bench.start(1, gate)

    with pytest.raises(ReadsFull) as full:
        await second

    assert isinstance(full.value, GraphUnavailable)
    assert full.value.retry_after_s == 1
    assert bench.reads.refused == 1
    assert bench.reads.waiting == 0
    gate.set()
    assert await first == 0
    assert bench.entered == [0]
    bench.assert_whole()


async def test_who_comes_to_a_full_line_is_refused_at_once() -> None:
    bench, gate = Bench(1), asyncio.Event()
    readers = [bench.start(name, gate) for name in range(51)]
    await settle()
    assert bench.reads.waiting == 50

    started = time.monotonic()
    with pytest.raises(ReadsFull):
        await bench.read(51, gate)
    assert time.monotonic() - started < 1
    assert bench.reads.refused == 1

    gate.set()
    assert await asyncio.gather(*readers) == list(range(51))
    bench.assert_whole()


@settings(max_examples=200)
@given(seed=st.integers(0, 2**32), places=st.integers(1, 4), readers=st.integers(1, 40))
def test_every_place_comes_back_whatever_is_cancelled_when(seed: int, places: int, readers: int) -> None:
    asyncio.run(storm(random.Random(seed), places, readers))  # noqa: S311  # A test's choices, not a secret.


async def storm(chance: random.Random, places: int, readers: int) -> None:
    """Readers come, work, wait too long, fail and are cancelled, each at any step of the loop."""
    bench = Bench(places, longest_wait_s=chance.choice([0.0, 0.002, 0.01, 5.0]))
    tasks: list[asyncio.Task[int]] = []
    for name in range(readers):
        tasks.append(bench.start(name, chance.choice([0.0, 0.0, 0.001, 0.003])))
        for _ in range(chance.randrange(3)):
            await asyncio.sleep(0)
        if chance.random() < 0.4:
            chance.choice(tasks).cancel()
    results = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)

    assert all(isinstance(each, int | asyncio.CancelledError | ReadsFull) for each in results)
    assert bench.waited == sorted(bench.waited)
    bench.assert_whole()
