from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Dice:
    """Choices from one source of chance."""

    __slots__ = ("random",)

    def __init__(self, random: Random) -> None:
        self.random = random

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.random.randrange(len(choices))]

    def number(self, least: int, most: int) -> int:
        return self.random.randint(least, most)

    def some(self, choices: Sequence[T], most: int) -> list[T]:
        """Up to `most` of them; the same may come twice."""
        return [self.pick(choices) for _ in range(self.number(0, most))]

    def apart(self, choices: Sequence[T], most: int) -> list[T]:
        """Up to `most` of them, none twice, in any order."""
        return self.random.sample(list(choices), min(len(choices), self.number(0, most)))

    def maybe(self, value: T, probability: float = 0.7) -> T | None:
        return value if self.chance(probability) else None

    def identity(self, prefix: str) -> str:
        return f"{prefix}_{''.join(self.pick(_LETTERS) for _ in range(26))}"
