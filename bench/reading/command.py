from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from bench.choice import Choices
from bench.reading.cast import Sets, cast
from bench.reading.claim import claims
from bench.reading.data.stage import stage
from bench.reading.equality import check
from bench.reading.load import generator
from bench.reading.operation import Operation
from bench.reading.parameters import parameters
from bench.reading.report import NOTES, claims_grid, grids, versions_grid
from bench.reading.rounds import CONNECTIONS, Course, measure, warm_up
from bench.reading.sample import Samples
from bench.reading.system import SystemName
from bench.reading.versions import versions
from bench.stack import BenchStack
from graph.connection import Graph

_RESULTS = Path(__file__).parents[1] / "results"
_SYSTEMS = tuple(SystemName)
_OPERATIONS = tuple(Operation)


@click.command
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True)
@click.option(
    "--seconds", type=click.IntRange(1), default=3, show_default=True, help="Of one run; slow systems get 2x."
)
@click.option("--systems", type=Choices(_SYSTEMS), default=",".join(_SYSTEMS), show_default=True)
@click.option("--operations", type=Choices(_OPERATIONS), default=",".join(_OPERATIONS), show_default=True)
@click.option("--connections", type=Choices(CONNECTIONS), default=",".join(map(str, CONNECTIONS)), show_default=True)
@click.option("--results", type=click.Path(path_type=Path, file_okay=False), help="Where the figures go.")
def reading(
    rounds: int,
    seconds: int,
    systems: Sequence[SystemName],
    operations: Sequence[Operation],
    connections: Sequence[int],
    results: Path | None,
) -> None:
    """The read path, beside its peers on the same graph.

    Only the whole course is written to bench/results/; a part of it goes where --results says, or is only printed.
    """
    whole = (tuple(systems), tuple(operations), tuple(connections)) == (_SYSTEMS, _OPERATIONS, CONNECTIONS)
    with stage() as stack, tempfile.TemporaryDirectory(prefix="customer-graph-bench-") as folder:
        sets = asyncio.run(_sets(stack, operations))
        with cast(stack, systems, sets, Path(folder)) as running:
            check(running, operations, min(len(each) for each in sets.values()))
            course = Course(running, operations, connections, rounds, seconds)
            click.echo(f"warming up; then {rounds} rounds, pressed by {generator()}")
            warm_up(course)
            samples = Samples.collected(measure(course, stack.process("neo4j")))
    place = results or (_RESULTS if whole else None)
    _report(samples, {"rounds": rounds, "seconds": seconds, "pressed by": generator()}, place)


async def _sets(stack: BenchStack, operations: Sequence[Operation]) -> Sets:
    graph = Graph.open(stack.graph())
    try:
        found = await parameters(graph)
        return {operation: found[operation] for operation in operations}
    finally:
        await graph.close()


def _report(samples: Samples, course: Mapping[str, object], place: Path | None) -> None:
    kept, used = claims(samples), versions()
    tables = [*grids(samples), claims_grid(kept), versions_grid(used)]
    for table in tables:
        table.show()
    for note in NOTES:
        click.echo(f"- {' '.join(note.split())}")
    if place is None:
        return
    place.mkdir(parents=True, exist_ok=True)
    content = {
        "course": course,
        "versions": used,
        "claims": [{**asdict(each), "kept": each.is_kept} for each in kept],
        "samples": [asdict(each) for each in samples.all],
    }
    (place / "reading.json").write_text(json.dumps(content, indent=2) + "\n")
    text = "\n".join([*(table.markdown() for table in tables), *(f"- {' '.join(note.split())}" for note in NOTES)])
    (place / "reading.md").write_text(text + "\n")
