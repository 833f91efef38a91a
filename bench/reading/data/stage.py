from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.reading.data.build import add_peer_indexes, build, forget_unfinished, is_built
from bench.stack import BenchStack, running
from gateway.stack.cache_folder import cache_folder
from gateway.stack.memory import Memory
from graph.connection import Graph

_MEMORY = Memory(heap="2g", page_cache="1g")
# They would work beside what is measured: one looks for messages to send, the other waits for letters.
_ASIDE = ("worker", "mailbox")


def bench_folder() -> Path:
    """Data that takes minutes to build is kept from run to run."""
    return cache_folder(os.environ) / "bench"


@contextmanager
def stage() -> Iterator[BenchStack]:
    """The product and its Neo4j on the bench's data, everything else of the stack halted."""
    data = bench_folder() / "reading"
    forget_unfinished(data)
    data.parent.mkdir(parents=True, exist_ok=True)
    with running(data, _MEMORY) as stack:
        asyncio.run(_furnish(stack))
        halt(stack)
        yield stack


def halt(stack: BenchStack) -> None:
    """What was halted goes on by itself when the stack stops it."""
    for part in _ASIDE:
        stack.process(part).suspend()


async def _furnish(stack: BenchStack) -> None:
    graph = Graph.open(stack.graph())
    try:
        if not is_built(stack.data):
            await build(graph, stack.data)
        await add_peer_indexes(graph)
    finally:
        await graph.close()
