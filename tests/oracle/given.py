"""Chooses values for arguments, of any type that the schema has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    is_list_type,
    is_non_null_type,
)

from tests.oracle import orders
from tests.oracle.dice import Dice
from tests.oracle.literals import Named
from tests.oracle.ordering import Order
from tests.oracle.pool import Pool

_SIZES = [1, 2, 2, 3, 3, 5]
_WRONG_SIZES = [0, -1, 101, 2147483647]
_LARGEST_COUNT = 10_000
_DEEPEST_OBJECT = 3
_MANY_MEMBERS = 6


@dataclass(slots=True)
class Spot:
    """Where a value stands: in which field, or which input object, and how deep in such objects."""

    field: str
    name: str
    within: str
    depth: int = 0
    order: Order | None = None


@dataclass(slots=True)
class Given:
    """`wrong` documents have values that are refused: most have none, for one of them refuses the whole."""

    dice: Dice
    pool: Pool
    wrong: bool
    hidden: frozenset[str] = field(default_factory=frozenset)
    aims: frozenset[str] = field(default_factory=frozenset)

    def value(self, kind: GraphQLInputType, spot: Spot) -> Any:
        if is_non_null_type(kind):
            return self.present(kind.of_type, spot)
        return None if self.dice.chance(0.06) else self.present(kind, spot)

    def present(self, kind: GraphQLInputType, spot: Spot) -> Any:
        if is_list_type(kind):
            return [self.value(kind.of_type, spot) for _ in range(self.dice.number(0 if spot.depth < 2 else 1, 3))]
        if isinstance(kind, GraphQLEnumType):
            return Named(self.dice.pick(sorted(kind.values)))
        if isinstance(kind, GraphQLInputObjectType):
            return self._object(kind, spot)
        return self._scalar(str(kind), spot)

    def _scalar(self, kind: str, spot: Spot) -> Any:
        dice, pool = self.dice, self.pool
        scalars: dict[str, Callable[[], Any]] = {
            "ID": lambda: pool.identity(dice, spot.within),
            "Int": lambda: self._integer(spot.name),
            "Boolean": lambda: dice.chance(0.5),
            "DateTime": lambda: pool.instant(dice),
            "Decimal": lambda: pool.decimal(dice),
            "JSON": lambda: pool.json(dice),
        }
        return scalars[kind]() if kind in scalars else self._text(spot)

    def _text(self, spot: Spot) -> str:
        dice, pool = self.dice, self.pool
        if spot.name in {"after", "before"}:
            return pool.cursor(dice, None if self.wrong and dice.chance(0.5) else spot.order)
        if spot.name == "search" and self.wrong:
            return dice.pick(["", "x" * 101])
        return pool.text(dice, spot.name, spot.within)

    def _integer(self, name: str) -> int:
        wrong = self.wrong and self.dice.chance(0.4)
        if name in {"first", "last"}:
            return self.dice.pick(_WRONG_SIZES if wrong else _SIZES)
        if name == "limit":
            return self.dice.pick([0, -1, 10_001] if wrong else [1, 2, 3, 5, 20, 200, _LARGEST_COUNT])
        return self.dice.number(0, 3)

    def _object(self, kind: GraphQLInputObjectType, spot: Spot) -> dict[str, Any]:
        whole = self.pool.object(self.dice, kind.name) if self.dice.chance(0.9) else None
        if whole is not None:
            return dict(whole)
        names = sorted(name for name in kind.fields if f"{kind.name}.{name}" not in self.hidden)
        if kind.is_one_of:
            name = self.dice.pick(names)
            return {name: self.present(_nullable(kind.fields[name]), self._inside(kind, name, spot))}
        if spot.depth >= _DEEPEST_OBJECT:
            # Members that hold the same type again would never end.
            names = [name for name in names if kind.name not in str(kind.fields[name].type)]
        usual = max(0.4, 1.5 / len(names)) if len(names) < _MANY_MEMBERS else 0.2
        return {
            name: self.value(kind.fields[name].type, self._inside(kind, name, spot))
            for name in names
            if _is_required(kind.fields[name]) or self.dice.chance(0.6 if name in self.aims else usual)
        }

    @staticmethod
    def _inside(kind: GraphQLInputObjectType, name: str, spot: Spot) -> Spot:
        return Spot(spot.field, name, kind.name, spot.depth + 1)


def spot_of(parent: str, name: str, argument: str, others: Mapping[str, Any]) -> Spot:
    """Where an argument of a field stands; `others` are those chosen before it."""
    return Spot(name, argument, name, order=_order(parent, name, others))


def _order(parent: str, name: str, others: Mapping[str, Any]) -> Order | None:
    if (parent, name) != ("Query", "profiles"):
        return orders.OF_LIST.get((parent, name))
    by = others.get("orderBy")
    field_name = by.get("field") if isinstance(by, Mapping) else None
    return orders.PEOPLE[field_name.name if isinstance(field_name, Named) else "CREATED_AT"]


def _is_required(definition: GraphQLInputField) -> bool:
    return is_non_null_type(definition.type) and not has_default(definition)


def _nullable(definition: GraphQLInputField) -> Any:
    kind = definition.type
    return kind.of_type if is_non_null_type(kind) else kind


def has_default(definition: Any) -> bool:
    """Whether an argument or a member of an input object has a default value in the schema."""
    node = definition.ast_node
    return node is not None and node.default_value is not None


def is_list_field(definition: GraphQLField) -> bool:
    return {"first", "last"} <= set(definition.args)
