from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from bench.grid import Grid
from bench.reading.claim import Claim
from bench.reading.load import generator
from bench.reading.report import claims_grid
from bench.reading.versions import versions
from bench.scale.crowd import HEAVY, LIGHT, PAGES, Crowd
from bench.scale.side import Side
from bench.scale.stage import build, crowded
from bench.stack import BenchStack

_RESULTS = Path(__file__).parents[1] / "results"
_FEW_PEOPLE = 10_000
_FEW_EVENTS = 100
_MANY = 1_000_000
_AT_MOST = 1.2
_WARM_UP_S = 15


@click.command
@click.option("--rounds", type=click.IntRange(1), default=9, show_default=True)
@click.option("--seconds", type=click.IntRange(1), default=3, show_default=True, help="Of one run.")
@click.option(
    "--people", type=click.IntRange(_FEW_PEOPLE), default=_MANY, show_default=True, help="Of the large graph."
)
@click.option(
    "--events", type=click.IntRange(_FEW_EVENTS), default=_MANY, show_default=True, help="Of the heavy profile."
)
@click.option("--results", type=click.Path(path_type=Path, file_okay=False), help="Where the figures go.")
def scale(rounds: int, seconds: int, people: int, events: int, results: Path | None) -> None:
    """What the profile page costs the graph when a profile, or the graph, is a hundred or ten thousand times as large.

    The graphs are built once, which takes minutes, and kept. Smaller ones are not written to bench/results/.
    """
    few, many = Crowd(_FEW_PEOPLE, _FEW_EVENTS, _FEW_EVENTS), Crowd(people, _FEW_EVENTS, events)
    build(few)
    build(many)
    with crowded(few) as small, crowded(many) as large:
        of_small, of_large = _sides(small, few), _sides(large, many)
        sides = [side for pair in zip(of_small, of_large, strict=True) for side in pair]
        _measure(sides, rounds, seconds)
    claims = [
        _claim(f"Q1 with {events:,} events, times with {_FEW_EVENTS:,}", of_large[0], of_large[1]),
        _claim(f"Q1 among {people:,} profiles, times among {_FEW_PEOPLE:,}", of_small[2], of_large[2]),
    ]
    _grid(sides).show()
    claims_grid(claims).show()
    place = results or (_RESULTS if people == events == _MANY else None)
    if place:
        _write(place, sides, claims)


def _sides(stack: BenchStack, crowd: Crowd) -> tuple[Side, Side, Side]:
    """Both graphs are asked for the same, so that their servers are equally warm at every moment."""
    among = f"of {crowd.people:,} profiles"
    return (
        Side(f"light ({crowd.events_of_light:,} events) {among}", stack, [LIGHT]),
        Side(f"heavy ({crowd.events_of_heavy:,} events) {among}", stack, [HEAVY]),
        Side(f"{PAGES} pages {among}", stack, range(PAGES)),
    )


def _measure(sides: Sequence[Side], rounds: int, seconds: int) -> None:
    for side in sides:
        side.require_full_pages()
    for side in sides:
        side.warm_up(_WARM_UP_S)
    for number in range(rounds):
        for side in sides:
            side.run(seconds)
            click.echo(f"round {number + 1} {side.name:<46} {side.runs[-1]:>8.0f} µs of Neo4j per page")


def _claim(what: str, small: Side, large: Side) -> Claim:
    return Claim(what, large.neo4j_us / small.neo4j_us, _AT_MOST, at_most=True)


def _grid(sides: Sequence[Side]) -> Grid:
    rows = [(side.name, f"{side.neo4j_us:,.0f}", f"{min(side.runs):,.0f} to {max(side.runs):,.0f}") for side in sides]
    return Grid("Q1: the profile page", ("", "Neo4j µs", "runs"), rows)


def _write(place: Path, sides: Sequence[Side], claims: Sequence[Claim]) -> None:
    place.mkdir(parents=True, exist_ok=True)
    content = {
        "pressed by": generator(),
        "versions": versions(),
        "claims": [{**asdict(each), "kept": each.is_kept} for each in claims],
        "neo4j_us": {side.name: side.runs for side in sides},
    }
    (place / "scale.json").write_text(json.dumps(content, indent=2) + "\n")
