"""The variables of a document that is being written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLInputType, is_list_type, is_non_null_type

from tests.oracle.dice import Dice
from tests.oracle.given import Given, Spot, has_default
from tests.oracle.literals import Absent, Reference, beside_document, in_document

Draw = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    declared: str
    draw: Draw


@dataclass(slots=True)
class Variables:
    dice: Dice
    given: Given
    found: list[Variable] = field(default_factory=list)

    def declarations(self) -> str:
        return f"({', '.join(f'${each.name}: {each.declared}' for each in self.found)})" if self.found else ""

    def values(self) -> dict[str, Any]:
        """Drawn anew each time it is asked for."""
        drawn = {each.name: each.draw() for each in self.found}
        return {name: beside_document(value) for name, value in drawn.items() if value is not Absent.ABSENT}

    def flag(self) -> Reference:
        """A Boolean for @skip and @include."""
        if self.dice.chance(0.3):
            default = self.dice.pick(["true", "false"])
            return self._declare(f"Boolean = {default}", self._or_absent(lambda: self.dice.chance(0.5)))
        return self._declare("Boolean!", lambda: self.dice.chance(0.5))

    def instead_of(self, value: Any, kind: GraphQLInputType, spot: Spot, *, defaulted: bool) -> Reference:
        """A variable for a whole argument. `value` may become its default."""
        dice, bare = self.dice, _nullable(kind)

        def draw() -> Any:
            return self.given.value(kind, spot)

        def present() -> Any:
            return self.given.present(bare, spot)

        if value is not None and dice.chance(0.3):
            return self._declare(f"{bare} = {in_document(value)}", self._or_absent(present))
        if defaulted and dice.chance(0.5):
            return self._declare(str(bare), self._or_absent(present))
        if is_non_null_type(kind):
            return self._declare(str(kind), draw)
        if dice.chance(0.3):
            return self._declare(f"{kind}!", present)
        return self._declare(str(kind), self._or_absent(draw))

    def within(self, value: Any, kind: GraphQLInputType, spot: Spot) -> Any:
        """The same value with variables for some of its parts."""
        bare = _nullable(kind)
        if isinstance(value, dict) and isinstance(bare, GraphQLInputObjectType):
            return {name: self._member(member, bare, name, spot) for name, member in value.items()}
        if isinstance(value, list) and is_list_type(bare):
            return [self._entry(each, bare.of_type, spot) for each in value]
        return value

    def _member(self, value: Any, kind: GraphQLInputObjectType, name: str, spot: Spot) -> Any:
        definition, inner = kind.fields[name], Spot(spot.field, name, kind.name, spot.depth + 1)
        if not self.dice.chance(0.12):
            return self.within(value, definition.type, inner)
        if kind.is_one_of:
            bare = _nullable(definition.type)
            return self._declare(f"{bare}!", lambda: self.given.present(bare, inner))
        return self.instead_of(value, definition.type, inner, defaulted=has_default(definition))

    def _entry(self, value: Any, kind: GraphQLInputType, spot: Spot) -> Any:
        if self.dice.chance(0.12):
            return self._declare(str(kind), lambda: self.given.value(kind, spot))
        return self.within(value, kind, spot)

    def _or_absent(self, draw: Draw) -> Draw:
        return lambda: Absent.ABSENT if self.dice.chance(0.4) else draw()

    def _declare(self, declared: str, draw: Draw) -> Reference:
        name = f"v{len(self.found)}"
        self.found.append(Variable(name, declared, draw))
        return Reference(name)


def _nullable(kind: GraphQLInputType) -> Any:
    return kind.of_type if is_non_null_type(kind) else kind
