from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, cast

from graph.reading.cursor import Position

Key = int | str


def _own_id(thing: Any) -> str:
    identity: str = thing.id
    return identity


@dataclass(frozen=True, slots=True)
class Order:
    """By the key, then by id in the same direction; what has no key comes last in both directions."""

    name: str
    key: Callable[[Any], Key | None] | None = None
    kind: type = int
    nullable: bool = False
    descending: bool = False
    identity: Callable[[Any], str] = _own_id

    def towards(self, direction: str | None) -> Order:
        return self if direction is None else replace(self, descending=direction == "DESC")

    def sorted(self, things: Iterable[Any]) -> list[Any]:
        everything = list(things)
        if self.key is None:
            return sorted(everything, key=self.identity, reverse=self.descending)
        with_key = [each for each in everything if self.key(each) is not None]
        without = [each for each in everything if self.key(each) is None]
        return [
            *sorted(with_key, key=lambda each: (self._key(each), self.identity(each)), reverse=self.descending),
            *sorted(without, key=self.identity, reverse=self.descending),
        ]

    def place(self, thing: Any) -> Position:
        return Position(None if self.key is None else self.key(thing), self.identity(thing))

    def accepts(self, position: Position) -> bool:
        if self.key is None:
            return position.value is None
        if position.value is None:
            return self.nullable
        return type(position.value) is self.kind

    def comes_after(self, one: Position, other: Position) -> bool:
        """Whether `one` stands behind `other` in this order."""
        if one == other:
            return False
        if self.key is not None and (one.value is None) != (other.value is None):
            return one.value is None
        greater = self._tuple(one) > self._tuple(other)
        return greater != self.descending

    def _key(self, thing: Any) -> Key:
        assert self.key is not None
        return cast("Key", self.key(thing))

    def _tuple(self, position: Position) -> tuple[Any, ...]:
        if self.key is None or position.value is None:
            return (position.id,)
        return (position.value, position.id)
