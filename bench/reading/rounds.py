from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click
import psutil

from bench.reading.cpu import idle_share, machine, settle, spent
from bench.reading.operation import Operation
from bench.reading.sample import Sample
from bench.reading.system import System

CONNECTIONS = (1, 8, 32)
_WARM_CONNECTIONS = 8


@dataclass(frozen=True, slots=True)
class Course:
    """What is to be measured. `seconds` is the length of one run; slow systems get twice as much."""

    systems: Sequence[System]
    operations: Sequence[Operation]
    connections: Sequence[int]
    rounds: int
    seconds: int


def warm_up(course: Course) -> None:
    """Plans are made, caches filled, and the hot code of three virtual machines compiled, before time counts."""
    for operation in course.operations:
        for system in course.systems:
            system.press(operation, _WARM_CONNECTIONS, course.seconds)


def measure(course: Course, neo4j: psutil.Process) -> Iterator[Sample]:
    """Systems take turns, so that a slow minute of the machine strikes all alike; a different one begins each round."""
    for number in range(course.rounds):
        turn = number % len(course.systems)
        order = [*course.systems[turn:], *course.systems[:turn]]
        for operation in course.operations:
            for connections in course.connections:
                for system in order:
                    yield _run(system, (number, operation, connections), course.seconds, neo4j)


def _run(system: System, place: tuple[int, Operation, int], seconds: int, neo4j: psutil.Process) -> Sample:
    number, operation, connections = place
    length = seconds * (2 if system.name.is_slow else 1)
    system.press(operation, connections, 1)
    settle(system.process, neo4j)
    cores = machine()
    gateway_s, neo4j_s = spent(system.process), spent(neo4j)
    load = system.press(operation, connections, length)
    idle = idle_share(cores, machine())
    settle(system.process, neo4j)
    # Whoever was still being answered when time was up was answered to the end by now.
    served = max(load.requests + load.unfinished, 1)
    sample = Sample(
        round=number,
        system=system.name,
        operation=operation,
        connections=connections,
        requests=load.requests,
        per_second=load.per_second,
        p50_ms=load.p50_ms,
        p99_ms=load.p99_ms,
        gateway_us=(spent(system.process) - gateway_s) / served * 1e6,
        neo4j_us=(spent(neo4j) - neo4j_s) / served * 1e6,
        failed=load.failed,
        answer_bytes=load.bytes / max(load.requests, 1),
        idle=idle,
    )
    click.echo(_line(sample))
    return sample


def _line(sample: Sample) -> str:
    failed = f"  {sample.failed} FAILED" if sample.failed else ""
    return (
        f"round {sample.round + 1} {sample.operation} {sample.connections:>2} {sample.system:<12}"
        f"{sample.per_second:>8.1f}/s  p50 {sample.p50_ms:>8.2f}  p99 {sample.p99_ms:>8.2f} ms"
        f"  gateway {sample.gateway_us:>6.0f}  neo4j {sample.neo4j_us:>6.0f} µs{failed}"
    )
