"""What a read costs the client over connections of our own, and by a session of the driver. No HTTP, no GraphQL."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any, Final, cast

import click
import uvloop

from bench.grid import Grid
from bench.reading.data.stage import stage
from bench.reading.documents.product import DOCUMENTS
from bench.reading.operation import Operation
from bench.reading.parameters import parameters
from bench.reading.product_statement import ProductStatement, product_statement
from bench.reading.system import SystemName, variables_of
from bench.reading.versions import versions
from graph.connection import Graph
from graph.settings import GraphSettings
from graph.statement import Statement

_RESULTS: Final = Path(__file__).parents[1] / "results"
_OPERATIONS: Final = (Operation.SCALARS, Operation.PROFILE_PAGE)
_AT_ONCE: Final = 4
_READS: Final = 300
_WAYS: Final = {"connections of our own": "bolt", "sessions of the driver": "neo4j"}


@click.command
@click.option("--rounds", type=click.IntRange(1), default=15, show_default=True)
def port(rounds: int) -> None:
    """The two ways in which a graph is read, over the same server in turn."""
    with stage() as stack:
        settings = stack.graph()
        asked = {each: _asked(settings, each) for each in _OPERATIONS}
        figures = uvloop.run(_measured(settings, asked, rounds))
    rows = []
    for operation in _OPERATIONS:
        own, driver = (figures[operation, way] for way in _WAYS)
        ratio = median(one / other for one, other in zip(own, driver, strict=True))
        rows.append(
            (f"{operation}: {operation.description}", f"{median(own):,.0f}", f"{median(driver):,.0f}", f"{ratio:.2f}")
        )
    Grid("CPU of the client for one read, µs", ("", *_WAYS, "ratio"), rows).show()
    _RESULTS.mkdir(exist_ok=True)
    content = {
        "versions": versions(),
        "client_us": {f"{operation} {way}": of for (operation, way), of in figures.items()},
    }
    (_RESULTS / "port.json").write_text(json.dumps(content, indent=2) + "\n")


def _asked(settings: GraphSettings, operation: Operation) -> Sequence[ProductStatement]:
    sets = asyncio.run(_sets(settings, operation))
    variables = [variables_of(SystemName.PRODUCT, operation, each) for each in sets]
    return [product_statement(DOCUMENTS[operation], each) for each in variables]


async def _sets(settings: GraphSettings, operation: Operation) -> Sequence[Any]:
    graph = Graph.open(settings)
    try:
        return (await parameters(graph))[operation]
    finally:
        await graph.close()


async def _measured(
    settings: GraphSettings, asked: dict[Operation, Sequence[ProductStatement]], rounds: int
) -> dict[tuple[Operation, str], list[float]]:
    """Microseconds of each round; the first only warms up."""
    graphs = {
        way: Graph.open(replace(settings, uri=settings.uri.replace("bolt", scheme, 1))) for way, scheme in _WAYS.items()
    }
    figures: dict[tuple[Operation, str], list[float]] = {(each, way): [] for each in _OPERATIONS for way in _WAYS}
    for number in range(rounds + 1):
        for (operation, way), found in figures.items():
            spent = await _round(graphs[way], asked[operation])
            if number:
                found.append(spent)
    for graph in graphs.values():
        await graph.close()
    return figures


async def _round(graph: Graph, asked: Sequence[ProductStatement]) -> float:
    reads = islice(cycle(asked), _READS)

    async def read() -> None:
        for each in reads:
            # The bench's statements are compiled, and no literals.
            await graph.read(Statement("bench", cast("Any", each.text), 10_000), **each.parameters)

    began = time.process_time()
    await asyncio.gather(*(read() for _ in range(_AT_ONCE)))
    return (time.process_time() - began) / _READS * 1e6
