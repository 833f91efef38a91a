from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import click

from bench.reading.data.stage import bench_folder, halt
from bench.scale.crowd import Crowd, fill
from bench.stack import BenchStack, running
from gateway.stack.memory import Memory
from graph.connection import Graph

# The same for both graphs, or their collectors would work differently.
_MEMORY = Memory(heap="2g", page_cache="2g")
# Raised when what is written changes: a graph of an older version is built again.
_VERSION = 4
_READY = "bench-ready.json"


def build(crowd: Crowd) -> None:
    """Once; it is kept. The server is stopped again: one that has just built a large graph is warm beyond compare."""
    mark = _folder(crowd) / _READY
    if mark.exists():
        return
    shutil.rmtree(_folder(crowd), ignore_errors=True)
    mark.parent.parent.mkdir(parents=True, exist_ok=True)
    began = perf_counter()
    with running(mark.parent, _MEMORY) as stack:
        asyncio.run(_fill(stack, crowd))
    mark.write_text(json.dumps({"people": crowd.people, "seconds": perf_counter() - began}) + "\n")
    click.echo(f"{crowd.name} built in {perf_counter() - began:.0f} s")


@contextmanager
def crowded(crowd: Crowd) -> Iterator[BenchStack]:
    """The product on the graph with such a crowd, which was built before."""
    with running(_folder(crowd), _MEMORY) as stack:
        halt(stack)
        yield stack


def _folder(crowd: Crowd) -> Path:
    return bench_folder() / f"{crowd.name}-v{_VERSION}"


async def _fill(stack: BenchStack, crowd: Crowd) -> None:
    graph = Graph.open(stack.graph())
    try:
        await fill(graph, crowd)
    finally:
        await graph.close()
