from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median

from bench.reading.operation import Operation
from bench.reading.system import SystemName


@dataclass(frozen=True, slots=True)
class Sample:
    """One run of one system. `…_us` are microseconds of CPU per request; `idle` is the share of idle cores."""

    round: int
    system: SystemName
    operation: Operation
    connections: int
    requests: int
    per_second: float
    p50_ms: float
    p99_ms: float
    gateway_us: float
    neo4j_us: float
    failed: int
    answer_bytes: float
    idle: float

    @property
    def total_us(self) -> float:
        return self.gateway_us + self.neo4j_us


@dataclass(frozen=True, slots=True)
class Samples:
    all: tuple[Sample, ...]

    def of(self, system: SystemName, operation: Operation | None = None, connections: int | None = None) -> Samples:
        return Samples(
            tuple(
                each
                for each in self.all
                if each.system is system
                and operation in {None, each.operation}
                and connections in {None, each.connections}
            )
        )

    def median(self, value: Callable[[Sample], float]) -> float | None:
        """None where nothing was measured."""
        return median(map(value, self.all)) if self.all else None

    def values(self, what: Callable[[Sample], object]) -> list[object]:
        """Each once, in the order in which it was measured first."""
        return list(dict.fromkeys(map(what, self.all)))

    @classmethod
    def collected(cls, samples: Iterable[Sample]) -> Samples:
        return cls(tuple(samples))
