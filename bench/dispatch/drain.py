from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import psutil

from bench.dispatch import statements
from bench.dispatch.crowd import Crowd
from bench.reading.cpu import spent
from graph.connection import Graph
from graph.vocabulary import Channel

_POLL_S = 0.1
_LONGEST_S = 1_200.0
# Long enough to queue the most of them: none is due before all are there.
_QUEUED_PER_S = 8_000
_MARGIN_MS = 2_000


@dataclass(frozen=True, slots=True)
class Processes:
    """Whose CPU is counted."""

    neo4j: psutil.Process
    worker: psutil.Process
    gateway: psutil.Process
    provider: psutil.Process

    def spent(self) -> tuple[float, float, float, float]:
        return spent(self.neo4j), spent(self.worker), spent(self.gateway), spent(self.provider)


@dataclass(frozen=True, slots=True)
class Drain:
    """So many messages that became due at one moment, until the last was written down. CPU is µs per message."""

    messages: int
    seconds: float
    neo4j_us: float
    worker_us: float
    gateway_us: float
    provider_us: float
    worker_mib: float

    @property
    def per_second(self) -> float:
        return self.messages / self.seconds


async def drain(graph: Graph, crowd: Crowd, processes: Processes, messages: int, *, has_receipts: bool) -> Drain:
    """Raises RuntimeError where one was lost, or tried twice."""
    wait_ms = messages * 1_000 // _QUEUED_PER_S + _MARGIN_MS
    told = await graph.read(statements.RECEIVED)
    due_at = time.time() + wait_ms / 1_000
    ids = await crowd.queue(Channel.SMS, messages, wait_ms)
    if time.time() > due_at:
        raise RuntimeError("they were due before all of them were there")
    await asyncio.sleep(due_at - time.time())
    began, before = time.perf_counter(), processes.spent()
    largest = 0
    while True:
        largest = max(largest, processes.worker.memory_info().rss)
        waiting, received = await graph.read(statements.WAITING), await graph.read(statements.RECEIVED)
        if not waiting and (not has_receipts or received == told + messages):
            break
        if time.perf_counter() - began > _LONGEST_S:
            raise RuntimeError(f"{waiting} messages still wait, {received - told} receipts came")
        await asyncio.sleep(_POLL_S)
    seconds = time.perf_counter() - began
    neo4j, worker, gateway, provider = (
        (after - earlier) / messages * 1e6 for earlier, after in zip(before, processes.spent(), strict=True)
    )
    await _require_each_once(graph, ids, "DELIVERED" if has_receipts else "SENT")
    return Drain(messages, seconds, neo4j, worker, gateway, provider, largest / 2**20)


async def _require_each_once(graph: Graph, ids: list[str], state: str) -> None:
    outcomes = await graph.read(statements.OUTCOMES, ids=ids)
    if outcomes != [[state, len(ids), len(ids)]]:
        raise RuntimeError(f"not every message was tried once and is {state}: {outcomes}")
