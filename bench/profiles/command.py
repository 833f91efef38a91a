"""Importing people with their subscriptions: by the product, and by statements written by hand for this one file."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Final

import click
import neo4j
import uvloop

from bench.grid import Grid
from bench.profiles import by_hand, product
from bench.profiles.equality import Counts, counts, sample
from bench.profiles.people import NOW_MS, RESOURCE_KEY, Line, lines
from bench.reading.data.stage import halt
from bench.reading.versions import versions
from bench.stack import running
from gateway.garbage import keep_what_is_loaded
from gateway.stack.memory import Memory
from graph.connection import Graph
from graph.errors import Refusal
from graph.migrations import migrate
from graph.settings import GraphSettings
from graph.subscribing.resource import CreateResource, create_resource
from graph.vocabulary import Channel

_RESULTS: Final = Path(__file__).parents[1] / "results"
_PEOPLE: Final = 10_000
_WARM_UP_ROUNDS: Final = 2
_AT_LEAST: Final = 0.8
_PRODUCT: Final = "import_profiles"
_BY_HAND: Final = "statements by hand"

Write = Callable[[Sequence[Line]], Awaitable[None]]


@click.command
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True)
@click.option("--people", type=click.IntRange(500), default=_PEOPLE, show_default=True)
@click.option("--uri", help="A graph that runs already and may be filled, without a password; else one is started.")
@click.option("--results", type=click.Path(path_type=Path, file_okay=False), help="Where the figures go.")
def profiles(rounds: int, people: int, uri: str | None, results: Path | None) -> None:
    """Importing people with two identifiers and two subscriptions each: the product, and statements by hand.

    Both wrote two rounds before the first that counts: a server that has just started takes twice as long for either.
    """
    if uri:
        figures = uvloop.run(_measured(GraphSettings(uri), rounds, people))
    else:
        with (
            tempfile.TemporaryDirectory(prefix="customer-graph-bench-") as folder,
            running(Path(folder), Memory("1g", "512m")) as stack,
        ):
            halt(stack)
            figures = uvloop.run(_measured(stack.graph(), rounds, people))
    ratios = [own / other for own, other in zip(figures[_PRODUCT], figures[_BY_HAND], strict=True)]
    rows = [(way, f"{median(rates):,.0f}", f"{min(rates):,.0f} to {max(rates):,.0f}") for way, rates in figures.items()]
    rows.append((f"ratio, {_AT_LEAST} is promised", f"{median(ratios):.2f}", f"{min(ratios):.2f} to {max(ratios):.2f}"))
    Grid(f"{people:,} people with two identifiers and two subscriptions each", ("", "people/s", "runs"), rows).show()
    place = results or (_RESULTS if people == _PEOPLE and not uri else None)
    if place:
        _write(place, figures, median(ratios))


async def _measured(settings: GraphSettings, rounds: int, people: int) -> dict[str, list[float]]:
    """People a second in each round. Both write into one graph, which so grows for both alike."""
    graph = Graph.open(settings)
    auth = (settings.user, settings.password) if settings.password else None
    driver = neo4j.AsyncGraphDatabase.driver(settings.uri, auth=auth, notifications_min_severity="OFF")
    ways: dict[str, Write] = {
        _PRODUCT: lambda rows: product.write(graph, rows),
        _BY_HAND: lambda rows: by_hand.write(driver, rows),
    }
    try:
        await _prepare(graph)
        return await _rounds(driver, ways, rounds, people)
    finally:
        await driver.close()
        await graph.close()


async def _prepare(graph: Graph) -> None:
    # As the gateway and the worker do when they start; statements by hand have it, too.
    keep_what_is_loaded()
    await migrate(graph)
    try:
        command = CreateResource(RESOURCE_KEY, "Bench", (Channel.EMAIL, Channel.SMS))
        await create_resource(graph, command, None, NOW_MS)
    except Refusal:
        # It was measured here before.
        return


async def _rounds(
    driver: neo4j.AsyncDriver, ways: dict[str, Write], rounds: int, people: int
) -> dict[str, list[float]]:
    # In a graph that was measured before everybody has to be a stranger again.
    series = int(time.time()) % 100_000 * 100
    for write in [*ways.values()] * _WARM_UP_ROUNDS:
        series += 1
        await write(list(lines(people, series)))
    figures: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(rounds):
        wrote = {}
        # A different one is first each time.
        for way in sorted(ways, reverse=bool(number % 2)):
            series += 1
            rows = list(lines(people, series))
            before = await counts(driver)
            began = time.perf_counter()
            await ways[way](rows)
            figures[way].append(people / (time.perf_counter() - began))
            wrote[way] = (await _added(driver, before), await sample(driver, rows))
            click.echo(f"round {number + 1} {way:<20} {figures[way][-1]:>8,.0f} people/s")
        if wrote[_PRODUCT] != wrote[_BY_HAND]:
            raise RuntimeError(f"what they wrote differs: {wrote}")
    return figures


async def _added(driver: neo4j.AsyncDriver, before: Counts) -> Counts:
    after = await counts(driver)
    after.subtract(before)
    return after


def _write(place: Path, figures: dict[str, list[float]], ratio: float) -> None:
    place.mkdir(parents=True, exist_ok=True)
    content = {"versions": versions(), "ratio": ratio, "promised": _AT_LEAST, "people_per_s": figures}
    (place / "profiles.json").write_text(json.dumps(content, indent=2) + "\n")
