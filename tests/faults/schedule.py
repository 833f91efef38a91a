"""Random faults while messages are sent, from a seed, so that a run that broke something can be asked for again."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum, auto
from typing import Final

import redis as redis_client

from dispatch.broker import queue_key
from graph.vocabulary import Channel
from tests.faults.checker import OPEN, Finding, checked
from tests.faults.processes import eventually
from tests.faults.provider_log import Mood
from tests.faults.rig import Rig
from tests.faults.traffic import Traffic

_PEOPLE: Final = 100
_SENDERS: Final = 8
_END_S: Final = 240.0


class Fault(StrEnum):
    KILL_WORKER = auto()
    STOP_WORKER = auto()
    FREEZE_WORKER = auto()
    KILL_GATEWAY = auto()
    KILL_REDIS = auto()
    FREEZE_REDIS = auto()
    FLUSH_REDIS = auto()
    GARBAGE = auto()
    KILL_GRAPH = auto()
    LOSE_ANSWERS = auto()
    BUSY_PROVIDER = auto()
    SLOW_PROVIDER = auto()
    LOSE_COMMITS = auto()
    LEAVE = auto()


@dataclass(slots=True)
class Schedule:
    """`seconds` of faults from `seed`, one after the other, while as many messages are sent as can be."""

    rig: Rig
    seed: int
    seconds: float
    faults: tuple[Fault, ...] = tuple(Fault)
    policy: str = "RETRY"
    # What is to be tried again later is due once everything is healed.
    hurries: bool = False
    traffic: Traffic = field(init=False)
    happened: list[Fault] = field(default_factory=list)
    _dice: random.Random = field(init=False)
    _number: int = 0

    def __post_init__(self) -> None:
        self.traffic = Traffic(self.rig, self.policy)
        self._dice = random.Random(self.seed)  # noqa: S311  # A schedule that can be had again.

    async def run(self) -> Finding:
        await self.traffic.furnish(_PEOPLE)
        until = time.monotonic() + self.seconds
        senders = [asyncio.create_task(self._send(until)) for _ in range(_SENDERS)]
        while time.monotonic() < until:
            await asyncio.sleep(self._dice.uniform(0.2, 1.0))
            await self._strike(self._dice.choice(self.faults))
        await self.rig.heal()
        await asyncio.gather(*senders)
        if self.hurries:
            await self.rig.hasten()
        await eventually(self._all_ended, _END_S)
        return await checked(self.rig.graph, self.traffic)

    async def _all_ended(self) -> bool:
        return bool(await self.rig.graph.read(OPEN) == 0)

    async def _send(self, until: float) -> None:
        while time.monotonic() < until:
            self._number += 1
            await self.traffic.send(self._number)

    async def _strike(self, fault: Fault) -> None:
        self.happened.append(fault)
        await _STRIKES[fault](self)

    def worker(self) -> int:
        return self._dice.randrange(len(self.rig.workers))

    async def pause(self, least_s: float, most_s: float) -> None:
        await asyncio.sleep(self._dice.uniform(least_s, most_s))

    def fraction(self, most_s: float) -> float:
        return self._dice.uniform(0.0, most_s)

    def somebody(self) -> str:
        return self._dice.choice(self.traffic.people)


async def _kill_worker(run: Schedule) -> None:
    program = run.rig.workers[run.worker()]
    with run.rig.crash(program.name):
        program.kill()
        await run.pause(0.0, 1.0)
        program.heal()


async def _stop_worker(run: Schedule) -> None:
    program = run.rig.workers[run.worker()]
    program.send(signal.SIGTERM)
    await eventually(lambda: not program.is_running, 30)
    program.heal()


async def _freeze_worker(run: Schedule) -> None:
    """Longer than its lease: others take over what it holds, and it must not go on when it wakes."""
    program = run.rig.workers[run.worker()]
    with run.rig.crash(program.name):
        program.send(signal.SIGSTOP)
        await run.pause(2.0, 8.0)
        program.send(signal.SIGCONT)


async def _kill_gateway(run: Schedule) -> None:
    run.rig.gateway.kill()
    await run.pause(0.0, 0.5)
    run.rig.gateway.heal()
    await run.rig.gateway_answers()


async def _kill_redis(run: Schedule) -> None:
    run.rig.redis.kill()
    await run.pause(0.5, 4.0)
    run.rig.redis.heal()


async def _freeze_redis(run: Schedule) -> None:
    run.rig.redis.freeze()
    await run.pause(0.5, 4.0)
    run.rig.redis.thaw()


async def flush(rig: Rig) -> None:
    with redis_client.Redis.from_url(rig.redis.url) as client:
        client.flushall()


async def garbage(rig: Rig) -> None:
    key = queue_key(Channel.WEBHOOK)
    with redis_client.Redis.from_url(rig.redis.url) as client:
        client.hset(f"{key}.msgs", "garbage", b"\xff\xfe")
        client.lpush(key, "garbage")


async def _kill_graph(run: Schedule) -> None:
    with run.rig.crash("neo4j"):
        run.rig.neo4j.kill()
        await run.pause(0.0, 1.0)
        run.rig.neo4j.heal()
        await run.rig.graph_answers()


async def lose_commits(rig: Rig, seconds: float) -> None:
    """What the graph is asked it does, and nobody hears of it."""
    with rig.crash("line to the graph"):
        rig.line.hold_answers()
        await asyncio.sleep(seconds)
        rig.line.cut()
        rig.line.release()
        rig.line.mend()


async def _mood(run: Schedule, mood: Mood) -> None:
    run.rig.receivers.mood = mood
    await run.pause(0.2, 1.5)
    run.rig.receivers.mood = Mood.WELL


async def _leave(run: Schedule) -> None:
    await run.traffic.leave(run.somebody())


_STRIKES: Final[dict[Fault, Callable[[Schedule], Awaitable[None]]]] = {
    Fault.KILL_WORKER: _kill_worker,
    Fault.STOP_WORKER: _stop_worker,
    Fault.FREEZE_WORKER: _freeze_worker,
    Fault.KILL_GATEWAY: _kill_gateway,
    Fault.KILL_REDIS: _kill_redis,
    Fault.FREEZE_REDIS: _freeze_redis,
    Fault.FLUSH_REDIS: lambda run: flush(run.rig),
    Fault.GARBAGE: lambda run: garbage(run.rig),
    Fault.KILL_GRAPH: _kill_graph,
    Fault.LOSE_ANSWERS: lambda run: _mood(run, Mood.SILENT),
    Fault.BUSY_PROVIDER: lambda run: _mood(run, Mood.BUSY),
    Fault.SLOW_PROVIDER: lambda run: _mood(run, Mood.SLOW),
    Fault.LOSE_COMMITS: lambda run: lose_commits(run.rig, run.fraction(1.5)),
    Fault.LEAVE: _leave,
}
