from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from bench.dispatch.measurement import ROUNDS, USUAL_BATCH, Course, Isolation, Way, measuring
from bench.dispatch.stage import Stage, stage
from bench.grid import Grid
from bench.reading.claim import Claim
from bench.reading.report import claims_grid
from bench.reading.versions import versions

_RESULTS = Path(__file__).parents[1] / "results"
_ALL = 100_000
# Only the usual batches are asked for what is promised: fewer messages show what the others do as well.
_MOST = {1: 2_000, 10: 20_000, 500: 30_000}
_MOST_BY_HTTP = {1: 1_000, 10: 10_000, 500: 30_000}
_BATCHES = (1, 10, 100, 500)
_INSIDE_PER_S = 2_000.0
_BY_HTTP_PER_S = 1_000.0
_UNCHANGED = 1.2
_MIB = 256.0
_P95 = 0.95


@dataclass(frozen=True, slots=True)
class _Found:
    # Those that are asked for what is promised are measured several times.
    courses: list[Course]
    isolation: Isolation

    def middle(self) -> list[Course]:
        """Of each way and batch the measurement with the middle rate."""
        alike: dict[tuple[Way, int], list[Course]] = {}
        for each in self.courses:
            alike.setdefault((each.way, each.batch), []).append(each)
        return [sorted(same, key=_rate)[len(same) // 2] for same in alike.values()]


@click.command
@click.option("--messages", type=click.IntRange(1_000), default=_ALL, show_default=True, help="Of one run.")
@click.option("--batches", default=",".join(map(str, _BATCHES)), show_default=True, help="Ids in a job.")
@click.option("--results", type=click.Path(path_type=Path, file_okay=False), help="Where the figures go.")
def dispatch(messages: int, batches: str, results: Path | None) -> None:
    """How fast messages leave: to a provider in the worker, to one that takes 50 ms, and beside a dead channel.

    Claims, receipts and Neo4j are on the same machine. A part is not written to bench/results/.
    """
    sizes = tuple(int(each) for each in batches.split(","))
    with stage() as built:
        found = asyncio.run(_measure(built, messages, sizes))
    _courses_grid(found.middle()).show()
    _isolation_grid(found.isolation).show()
    claims = list(_claims(found))
    claims_grid(claims).show()
    place = results or (_RESULTS if messages == _ALL and sizes == _BATCHES else None)
    if place:
        _write(place, found, claims)


async def _measure(built: Stage, messages: int, sizes: Sequence[int]) -> _Found:
    every = [(way, size) for way in Way for size in sizes]
    usual = [(way, size) for way, size in every if size == USUAL_BATCH]
    async with measuring(built) as measurement:
        courses = [
            await measurement.course(way, size, min(messages, _most(way).get(size, messages)))
            for way, size in (*every, *usual * (ROUNDS - 1))
        ]
        return _Found(courses, await measurement.beside_the_dead())


def _most(way: Way) -> Mapping[int, int]:
    return _MOST_BY_HTTP if way is Way.BY_HTTP else _MOST


def _rate(course: Course) -> float:
    return course.drain.per_second


def _claims(found: _Found) -> Iterator[Claim]:
    for course in found.middle():
        if course.batch == USUAL_BATCH:
            goal = _BY_HTTP_PER_S if course.way is Way.BY_HTTP else _INSIDE_PER_S
            yield Claim(f"messages/s {course.way}", _rate(course), goal)
    isolation = found.isolation
    for name, beside in (("channel", isolation.beside_dead), ("provider", isolation.dead_first)):
        ratio = beside.at(_P95) / isolation.alone.at(_P95)
        yield Claim(f"p95 beside a dead {name}, times without", ratio, _UNCHANGED, at_most=True)
    yield Claim("MiB of a worker, at most", max(each.drain.worker_mib for each in found.courses), _MIB, at_most=True)


def _courses_grid(courses: Sequence[Course]) -> Grid:
    columns = (
        "to a provider",
        "batch",
        "messages",
        "per s",
        "calm",
        "p50 ms",
        "p99 ms",
        "Neo4j µs",
        "worker µs",
        "gateway µs",
        "provider µs",
        "worker MiB",
    )
    return Grid(
        "Messages that were due at once; waits at so many calm messages/s", columns, [_row(each) for each in courses]
    )


def _row(course: Course) -> tuple[str, ...]:
    found, calm = course.drain, course.steady
    waits = ("",) * 3 if calm is None else (str(calm.per_second), f"{calm.at(0.5):,.0f}", f"{calm.at(0.99):,.0f}")
    cpu = (found.neo4j_us, found.worker_us, found.gateway_us, found.provider_us)
    return (
        str(course.way),
        str(course.batch),
        f"{found.messages:,}",
        f"{found.per_second:,.0f}",
        *waits,
        *(f"{each:,.0f}" for each in cpu),
        f"{found.worker_mib:,.0f}",
    )


def _isolation_grid(isolation: Isolation) -> Grid:
    named = (
        ("the other channel is idle", isolation.alone),
        ("the other channel is dying", isolation.beside_dying),
        ("the other channel is dead", isolation.beside_dead),
        ("the first of two accounts is dead", isolation.dead_first),
    )
    rows = [(name, *(f"{each.at(share):,.1f}" for share in (0.5, _P95, 0.99))) for name, each in named]
    return Grid("Text messages beside another channel in one worker", ("", "p50 ms", "p95 ms", "p99 ms"), rows)


def _write(place: Path, found: _Found, claims: Sequence[Claim]) -> None:
    place.mkdir(parents=True, exist_ok=True)
    content = {
        "versions": versions(),
        "claims": [{**asdict(each), "kept": each.is_kept} for each in claims],
        "courses": [asdict(each) for each in found.courses],
        "isolation": asdict(found.isolation),
    }
    (place / "dispatch.json").write_text(json.dumps(content) + "\n")
