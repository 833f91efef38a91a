from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NoReturn

from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLArgument,
    GraphQLError,
    GraphQLField,
    ListValueNode,
    NameNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_argument_values,
    is_non_null_type,
    is_required_argument,
)
from graphql.execution.values import VariableValues
from graphql.utilities import coerce_input_literal

from graph.selection import Given

_BARE_FIELD = FieldNode(name=NameNode(value="bare"))


@dataclass(frozen=True, slots=True)
class Slot:
    """An argument that waits for the variables of a request: a variable alone, or a list or object with some inside.

    `default` is what counts where the variable is absent.
    """

    definition: GraphQLField
    node: FieldNode
    argument: GraphQLArgument
    literal: ValueNode
    variable: str | None
    default: object

    @classmethod
    def of(cls, definition: GraphQLField, node: FieldNode, given: ArgumentNode) -> Slot:
        argument, literal = definition.args[given.name.value], given.value
        variable = literal.name.value if isinstance(literal, VariableNode) else None
        return cls(definition, node, argument, literal, variable, _default(definition, argument))

    def key(self) -> tuple[object, ...]:
        """Equal for what has the same value in every request. The document keeps its nodes, and so their ids."""
        return (self.variable or id(self.literal), str(self.argument.type), repr(self.default))

    def value(self, variables: VariableValues) -> object:
        """Raises GraphQLError where the argument may not have this value."""
        if self.variable is not None:
            value = variables.coerced.get(self.variable, Undefined)
            if value is Undefined and not is_required_argument(self.argument):
                return self.default
            if value is Undefined or (value is None and is_non_null_type(self.argument.type)):
                self._refuse(variables)
            return plain(value)
        value = coerce_input_literal(self.literal, self.argument.type, variables)
        if value is Undefined:
            self._refuse(variables)
        return plain(value)

    def _refuse(self, variables: VariableValues) -> NoReturn:
        get_argument_values(self.definition, self.node, variables)
        raise GraphQLError("Invalid argument", self.literal)


@dataclass(slots=True)
class Slots:
    """The slots of one operation, in the order of their values."""

    found: list[Slot] = field(default_factory=list)
    _places: dict[tuple[object, ...], Given] = field(default_factory=dict)

    def given(self, slot: Slot) -> Given:
        """Equal slots have one place: on an interface every type has the same field again."""
        place = self._places.setdefault(slot.key(), Given(len(self.found)))
        if place.slot == len(self.found):
            self.found.append(slot)
        return place


def has_variable(literal: ValueNode) -> bool:
    if isinstance(literal, ListValueNode):
        return any(has_variable(each) for each in literal.values)
    if isinstance(literal, ObjectValueNode):
        return any(has_variable(each.value) for each in literal.fields)
    return isinstance(literal, VariableNode)


def plain(value: Any) -> Any:
    """Enums as their names, in new lists and dicts."""
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [plain(member) for member in value]
    return value


def _default(definition: GraphQLField, argument: GraphQLArgument) -> object:
    if is_required_argument(argument):
        return None
    alone = GraphQLField(definition.type, {"alone": argument})
    return next(iter(plain(get_argument_values(alone, _BARE_FIELD)).values()), None)
