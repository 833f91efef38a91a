from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench.reading.operation import Operation
from bench.reading.sample import Sample, Samples
from bench.reading.system import SystemName

# Throughput and p99 are judged here; the tables show them for one connection and for 32 too.
JUDGED_AT = 8

_CPU_TIMES_LESS = {"Q1": 3.5, "Q2": 2.0, "Q3": 3.5, "Q4": 4.5}
_TIMES_AS_MANY = {"Q1": 3.5, "Q2": 2.0, "Q3": 3.5, "Q4": 5.0}
_P99_SHARE = {"Q1": 0.4, "Q2": 1.2, "Q3": 0.4, "Q4": 0.4}
_TIMES_DATALOADERS = 12.0
_TIMES_DRIVER = 1.5


@dataclass(frozen=True, slots=True)
class Claim:
    """What is promised of the product, as a ratio, and what was measured."""

    what: str
    value: float
    goal: float
    at_most: bool = False

    @property
    def is_kept(self) -> bool:
        return self.value <= self.goal if self.at_most else self.value >= self.goal


def claims(samples: Samples) -> list[Claim]:
    """As far as what they compare was measured."""
    return [claim for operation in Operation for claim in _of(samples, operation)]


def _of(samples: Samples, operation: Operation) -> Iterator[Claim]:
    ours, apollo, loaders, driver = (
        samples.of(name, operation)
        for name in (SystemName.PRODUCT, SystemName.APOLLO, SystemName.DATALOADERS, SystemName.DRIVER)
    )
    at = f"at {JUDGED_AT} connections"
    goal = operation.value
    yield from _claim(f"{goal} CPU, times less than A", (apollo, ours), _total, _CPU_TIMES_LESS[goal])
    at_once = (_at(ours), _at(apollo))
    yield from _claim(f"{goal} requests/s {at}, times A", at_once, _per_second, _TIMES_AS_MANY[goal])
    yield from _claim(f"{goal} p99 {at}, share of A", at_once, _p99, _P99_SHARE[goal], at_most=True)
    if operation is Operation.PROFILE_PAGE:
        against = (_at(ours), _at(loaders))
        yield from _claim(f"{goal} requests/s {at}, times B", against, _per_second, _TIMES_DATALOADERS)
    yield from _claim(f"{goal} gateway CPU, times D", (ours, driver), _gateway, _TIMES_DRIVER, at_most=True)


def _claim(
    what: str,
    compared: tuple[Samples, Samples],
    value: Callable[[Sample], float],
    goal: float,
    *,
    at_most: bool = False,
) -> Iterator[Claim]:
    one, other = (samples.median(value) for samples in compared)
    if one is not None and other:
        yield Claim(what, one / other, goal, at_most)


def _at(samples: Samples) -> Samples:
    return Samples(tuple(each for each in samples.all if each.connections == JUDGED_AT))


def _total(sample: Sample) -> float:
    return sample.total_us


def _per_second(sample: Sample) -> float:
    return sample.per_second


def _p99(sample: Sample) -> float:
    return sample.p99_ms


def _gateway(sample: Sample) -> float:
    return sample.gateway_us
