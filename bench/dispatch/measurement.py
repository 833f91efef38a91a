from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from enum import StrEnum

import psutil

from bench.dispatch.crowd import Crowd
from bench.dispatch.drain import Drain, Processes, drain
from bench.dispatch.stage import Stage
from bench.dispatch.steady import Steady, Windows, steady
from dispatch.nudges import Nudger
from graph.connection import Graph
from graph.vocabulary import Channel

# A shared machine has slow minutes: what is promised is the middle one of so many measurements, with others between.
ROUNDS = 3
_WARM_UP = 10_000
# A job waits for its provider: few ids to a job are few messages a second.
_STEADY_PER_S = {1: 20, 10: 100}
_USUALLY_PER_S = 200
_STEADY_S = 20.0
USUAL_BATCH = 100
_DEAD = 5_000
_NUDGER_STOP_S = 5.0


class Way(StrEnum):
    """To whom messages go, and whether anybody says what became of them."""

    INSIDE = "inside"
    INSIDE_WITH_RECEIPTS = "inside, with receipts"
    BY_HTTP = "by HTTP, with receipts"

    @property
    def has_receipts(self) -> bool:
        return self is not Way.INSIDE


@dataclass(frozen=True, slots=True)
class Course:
    """One way of sending, with so many ids in a job."""

    way: Way
    batch: int
    drain: Drain
    steady: Steady | None = None


@dataclass(frozen=True, slots=True)
class Isolation:
    """Text messages at a steady rate, by one worker for two channels: with the other idle, while it dies, and dead.

    It dies under a burst: the first of these are with a provider that says nothing, for as long as their lease allows.
    `dead_first` is with a dead provider of the same channel, whose account stands before the one that works.
    """

    alone: Windows
    beside_dying: Windows
    beside_dead: Windows
    dead_first: Windows


@dataclass(frozen=True, slots=True)
class Measurement:
    stage: Stage
    graph: Graph
    crowd: Crowd

    async def course(self, way: Way, batch: int, messages: int) -> Course:
        if way is Way.BY_HTTP:
            return await self._by_http(batch, messages)
        module = ("bench.dispatch.instant_worker", str(int(way.has_receipts)))
        with self.stage.worker(batch, module) as worker:
            return Course(way, batch, await self._drain(worker, messages, has_receipts=way.has_receipts))

    async def _by_http(self, batch: int, messages: int) -> Course:
        """To the provider that takes its time and calls back."""
        with self.stage.worker(batch) as worker, self._nudger(batch) as nudger:
            drained = await self._drain(worker, messages, has_receipts=True)
            return Course(Way.BY_HTTP, batch, drained, await self._steady(nudger, batch))

    async def beside_the_dead(self) -> Isolation:
        rounds = [await self._round_beside_the_dead() for _ in range(ROUNDS)]
        return Isolation(*(Windows(windows) for windows in zip(*rounds, strict=True)))

    async def _round_beside_the_dead(self) -> tuple[Steady, Steady, Steady, Steady]:
        with self.stage.worker(USUAL_BATCH, TELEGRAM_URL=self.stage.dead_bot), self._nudger(USUAL_BATCH) as nudger:
            await self._steady(nudger)
            alone = await self._steady(nudger)
            for message_id in await self.crowd.queue(Channel.TELEGRAM, _DEAD):
                nudger.message(Channel.TELEGRAM, message_id)
            found = alone, await self._steady(nudger), await self._steady(nudger)
        await self.crowd.give_up(Channel.TELEGRAM)
        with self.stage.worker(USUAL_BATCH, SMS_URL=self.stage.dead_first), self._nudger(USUAL_BATCH) as nudger:
            await self._steady(nudger)
            return *found, await self._steady(nudger)

    async def _drain(self, worker: psutil.Process, messages: int, *, has_receipts: bool) -> Drain:
        """Once to warm up, then in earnest."""
        part = self.stage.stack.process
        processes = Processes(part("neo4j"), worker, part("gateway"), self.stage.provider_process)
        for count in (min(messages, _WARM_UP), messages):
            found = await drain(self.graph, self.crowd, processes, count, has_receipts=has_receipts)
        return found

    async def _steady(self, nudger: Nudger, batch: int = USUAL_BATCH) -> Steady:
        self.stage.forget()
        per_second = _STEADY_PER_S.get(batch, _USUALLY_PER_S)
        return await steady(self.crowd, nudger, self.stage.received, per_second, _STEADY_S)

    @contextmanager
    def _nudger(self, batch: int) -> Iterator[Nudger]:
        nudger = Nudger(self.stage.stack.announced()["REDIS_URL"], ids_per_job=batch)
        nudger.start()
        try:
            yield nudger
        finally:
            nudger.stop(_NUDGER_STOP_S)


@asynccontextmanager
async def measuring(stage: Stage) -> AsyncIterator[Measurement]:
    graph = Graph.open(stage.stack.graph())
    try:
        yield Measurement(stage, graph, Crowd(graph))
    finally:
        await graph.close()
