from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise

import click

from bench.reading.operation import Operation
from bench.reading.system import System

# Of each operation; enough to see a system that sorts, filters or rounds otherwise.
SETS = 20
_AROUND = 150


class AnswersDiffer(click.ClickException):
    """Times of systems that do not say the same would mean nothing."""


def check(systems: Sequence[System], operations: Sequence[Operation], available: int) -> None:
    """Raises AnswersDiffer where two systems do not say the same."""
    for operation in operations:
        sizes = [_check_one(systems, operation, number) for number in range(min(SETS, available))]
        click.echo(f"{operation}: {len(systems)} systems say the same on {len(sizes)} sets, {sum(sizes)} characters")


def _check_one(systems: Sequence[System], operation: Operation, number: int) -> int:
    said = [json.dumps(system.answer(operation, number), sort_keys=True) for system in systems]
    for (one, first), (other, second) in pairwise(zip(systems, said, strict=True)):
        if first != second:
            raise AnswersDiffer(_difference(f"{operation}, set {number}", (one.name, first), (other.name, second)))
    return len(said[0])


def _difference(about: str, one: tuple[str, str], other: tuple[str, str]) -> str:
    pairs = enumerate(zip(one[1], other[1], strict=False))
    place = next((index for index, (first, second) in pairs if first != second), min(len(one[1]), len(other[1])))
    around = slice(max(0, place - _AROUND), place + _AROUND)
    return f"{about}: answers differ\n  {one[0]}: …{one[1][around]}…\n  {other[0]}: …{other[1][around]}…"
