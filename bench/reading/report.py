from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from bench.grid import Grid
from bench.reading.claim import Claim
from bench.reading.operation import Operation
from bench.reading.sample import Sample, Samples
from bench.reading.system import SystemName

_COLUMNS = (
    "system",
    "connections",
    "requests/s",
    "times A",
    "p50 ms",
    "p99 ms",
    "of A's p99",
    "gateway µs",
    "Neo4j µs",
    "A's CPU, times",
)

NOTES = (
    """Medians of the rounds. µs are CPU time per request, user and system, of all threads of the process, read from the
kernel before and after; requests that were under way when time was up are finished and counted there.""",
    """A is given its times as floating-point milliseconds (`createdAtMs` …) stored beside the native ones, because
`@neo4j/graphql` wants APOC's date function for DateTime, and the last complete release of APOC stops this Neo4j from
starting. So A formats no date, which B and C do. Its amounts are plain numbers too.""",
    """A and B walk an edge FOR from a person to the messages, which the product's own data has not, and have indexes on
(country), (country, createdAt) and (country, createdAtMs). They check no keys, rights, limits or cost; C does.""",
    """Q3 is asked of A as its users write it. With a condition that is always true (`createdAtMs: {gt: 0}`) and a sort
by country first, Neo4j's planner reads its index in order and stops early; C then needed 2.3 times less CPU than A
where the plain form makes it 3.5 (measured before C's own statement was made cheaper). C's graph marks who ever bought
anything with a label, so only they are looked at for a purchase.""",
    """In Q4 C reads a product's purchases by an index on the edges, newest first, which A and B cannot ask for: they
read all of them and sort.""",
    """D is the statement that C runs, by the official driver in one process without HTTP; it answers with the raw
record as JSON. Its CPU stands under gateway.""",
)


def grids(samples: Samples) -> list[Grid]:
    """One for each operation that was measured."""
    found = samples.values(lambda sample: sample.operation)
    return [_grid(samples, operation) for operation in Operation if operation in found]


def claims_grid(claims: Sequence[Claim]) -> Grid:
    rows = [
        (
            each.what,
            f"{each.value:.2f}",
            f"{'≤' if each.at_most else '≥'} {each.goal:g}",
            "yes" if each.is_kept else "NO",
        )
        for each in claims
    ]
    return Grid("What is promised", ("", "measured", "promised", "kept"), rows)


def versions_grid(versions: Mapping[str, str]) -> Grid:
    return Grid("Versions", ("", "version"), list(versions.items()))


def _grid(samples: Samples, operation: Operation) -> Grid:
    rows = []
    for name in SystemName:
        own = samples.of(name, operation)
        connections = sorted({sample.connections for sample in own.all})
        rows += [_row(samples, name, operation, count) for count in connections]
        if own.all:
            rows.append(_all_row(samples, name, operation))
    return Grid(f"{operation}: {operation.description}", _COLUMNS, rows)


def _row(samples: Samples, name: SystemName, operation: Operation, connections: int) -> tuple[str, ...]:
    own, other = (samples.of(each, operation, connections) for each in (name, SystemName.APOLLO))
    return (
        name.label,
        str(connections),
        _number(own.median(lambda sample: sample.per_second)),
        _ratio(own, other, lambda sample: sample.per_second),
        _number(own.median(lambda sample: sample.p50_ms), 1),
        _number(own.median(lambda sample: sample.p99_ms), 1),
        _ratio(own, other, lambda sample: sample.p99_ms),
        *_cpu(own, other),
    )


def _all_row(samples: Samples, name: SystemName, operation: Operation) -> tuple[str, ...]:
    own, other = (samples.of(each, operation) for each in (name, SystemName.APOLLO))
    return (name.label, "all", "", "", "", "", "", *_cpu(own, other))


def _cpu(own: Samples, other: Samples) -> Iterator[str]:
    yield _number(own.median(lambda sample: sample.gateway_us))
    yield _number(own.median(lambda sample: sample.neo4j_us))
    yield _ratio(other, own, lambda sample: sample.total_us)


def _number(value: float | None, places: int = 0) -> str:
    return "" if value is None else f"{value:,.{places}f}"


def _ratio(one: Samples, other: Samples, value: Callable[[Sample], float]) -> str:
    above, below = one.median(value), other.median(value)
    return "" if above is None or not below else f"{above / below:.2f}"
