from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from bench.grid import Grid
from bench.merging.couple import Couple
from bench.reading.claim import Claim
from bench.reading.load import generator
from bench.reading.report import claims_grid
from bench.reading.versions import versions
from bench.scale.crowd import HEAVY, LIGHT, Crowd
from bench.scale.side import Side
from bench.scale.stage import build, crowded

_RESULTS = Path(__file__).parents[1] / "results"
_PEOPLE = 10_000
_FEW = 10
_MANY = 1_000_000
_MOST_MS = 50.0
_AT_MOST = 1.2
_WARM_UP_S = 10
_WARM_UP_MERGES = 30
# Who remains: people with a full page each.
_KEEPERS = (0, 1)


@click.command
@click.option("--rounds", type=click.IntRange(1), default=50, show_default=True, help="Merges and splits of each.")
@click.option("--reads", type=click.IntRange(1), default=7, show_default=True, help="Runs of reading each.")
@click.option("--seconds", type=click.IntRange(1), default=3, show_default=True, help="Of one run of reading.")
@click.option("--events", type=click.IntRange(_FEW), default=_MANY, show_default=True, help="Of the heavy profile.")
@click.option("--results", type=click.Path(path_type=Path, file_okay=False), help="Where the figures go.")
def merging(rounds: int, reads: int, seconds: int, events: int, results: Path | None) -> None:
    """What it takes to merge a profile with a million events, beside one with ten, and to read it afterwards.

    The graph is built once, which takes minutes, and kept. Both mutations are timed as a client sees them, one at a
    time. A smaller graph is not written to bench/results/.
    """
    crowd = Crowd(_PEOPLE, _FEW, events)
    build(crowd)
    with crowded(crowd) as stack:
        light = Couple(f"{_FEW:,} events", stack, LIGHT, _KEEPERS[0])
        heavy = Couple(f"{events:,} events", stack, HEAVY, _KEEPERS[1])
        couples = (light, heavy)
        _merge_and_split(couples, _WARM_UP_MERGES)
        for each in couples:
            each.forget_times()
        _merge_and_split(couples, rounds)
        sides = _read(couples, reads, seconds)
    claims = [
        Claim(f"ms to merge {heavy.name}", heavy.merge_ms, _MOST_MS, at_most=True),
        Claim(f"merging {heavy.name}, times {light.name}", heavy.merge_ms / light.merge_ms, _AT_MOST, at_most=True),
        Claim(f"Q1 merged with {heavy.name}, times {light.name}", _ratio(sides), _AT_MOST, at_most=True),
    ]
    _merges_grid(couples).show()
    _reads_grid(sides).show()
    claims_grid(claims).show()
    place = results or (_RESULTS if events == _MANY else None)
    if place:
        _write(place, couples, sides, claims)


def _merge_and_split(couples: Sequence[Couple], rounds: int) -> None:
    for _ in range(rounds):
        for couple in couples:
            couple.split(couple.merge())


def _read(couples: Sequence[Couple], reads: int, seconds: int) -> list[Side]:
    """The pages of those who remained, while the others are part of them; afterwards they are two again."""
    merges = [couple.merge() for couple in couples]
    sides = [Side(f"merged with {couple.name}", couple.stack, [couple.into]) for couple in couples]
    for side in sides:
        side.require_full_pages()
    for side in sides:
        side.warm_up(_WARM_UP_S)
    for _ in range(reads):
        for side in sides:
            side.run(seconds)
    for couple, merge_id in zip(couples, merges, strict=True):
        couple.split(merge_id)
    return sides


def _ratio(sides: Sequence[Side]) -> float:
    light, heavy = sides
    return heavy.neo4j_us / light.neo4j_us


def _merges_grid(couples: Sequence[Couple]) -> Grid:
    rows = [
        (each.name, f"{each.merge_ms:,.1f}", f"{max(each.merges):,.1f}", f"{each.split_ms:,.1f}") for each in couples
    ]
    return Grid("A merge and its split", ("", "merge ms", "slowest", "split ms"), rows)


def _reads_grid(sides: Sequence[Side]) -> Grid:
    rows = [(each.name, f"{each.neo4j_us:,.0f}", f"{min(each.runs):,.0f} to {max(each.runs):,.0f}") for each in sides]
    return Grid("Q1: the profile page of who remained", ("", "Neo4j µs", "runs"), rows)


def _write(place: Path, couples: Sequence[Couple], sides: Sequence[Side], claims: Sequence[Claim]) -> None:
    place.mkdir(parents=True, exist_ok=True)
    content = {
        "pressed by": generator(),
        "versions": versions(),
        "claims": [{**asdict(each), "kept": each.is_kept} for each in claims],
        "merge_ms": {each.name: each.merges for each in couples},
        "split_ms": {each.name: each.splits for each in couples},
        "neo4j_us": {each.name: each.runs for each in sides},
    }
    (place / "merging.json").write_text(json.dumps(content, indent=2) + "\n")
