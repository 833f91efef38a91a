from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    Undefined,
    VariableDefinitionNode,
    get_nullable_type,
    get_variable_values,
    is_enum_type,
    is_non_null_type,
    is_scalar_type,
    is_specified_scalar_type,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource
from graphql.utilities import coerce_input_value

from gateway.errors import DocumentRefused, ErrorCode
from gateway.limits import MAX_VALUES

_MAX_ERRORS = 20
_NONE = VariableValues({}, {})
_MANY = (dict, list)


@dataclass(frozen=True, slots=True)
class _Variable:
    """`default` is coerced already, and Undefined where there is none."""

    signature: GraphQLVariableSignature
    default: object


@dataclass(frozen=True, slots=True)
class _Large:
    """A variable that may hold many values, how often they are copied, and how many there are in its default."""

    name: str
    times: int
    default: int


class Variables:
    """The variables of one operation. Their types are looked up once, not at every request."""

    __slots__ = ("_definitions", "_known", "_large", "_schema")

    def __init__(
        self, schema: GraphQLSchema, operation: OperationDefinitionNode, inside: Mapping[str, int] | None = None
    ) -> None:
        """`inside` says how often a variable stands inside a list or an object of the document."""
        self._schema = schema
        self._definitions = operation.variable_definitions or ()
        self._known = [_variable(schema, each) for each in self._definitions]
        # A mutation writes what it is given; a body is its bound.
        bounded = operation.operation is not OperationType.MUTATION
        self._large = [
            _Large(each.signature.name, max(1, (inside or {}).get(each.signature.name, 0)), _size(each.default))
            for each in self._known
            if bounded and each is not None and not _is_small(each)
        ]

    def booleans(self) -> list[str]:
        """The names of those that @skip and @include can look at."""
        return [
            each.signature.name
            for each in self._known
            if each is not None and get_nullable_type(each.signature.type) is GraphQLBoolean
        ]

    def coerced(self, given: Mapping[str, Any]) -> VariableValues:
        """Raises DocumentRefused for a value that does not fit, and for too many values."""
        if not self._definitions:
            return _NONE
        if self._large:
            self.check_size(given)
        values = VariableValues({}, {})
        for each in self._known:
            if each is None or not _fits(each, given, values):
                return self._told(given)
        return values

    def check_size(self, given: Mapping[str, Any]) -> None:
        """Raises DocumentRefused for more than MAX_VALUES. To be asked before anybody coerces them."""
        count = 0
        for each in self._large:
            value = given.get(each.name, Undefined)
            count += each.times * (each.default if value is Undefined else _size(value))
            if count > MAX_VALUES:
                message = f"The variables have more than {MAX_VALUES} values."
                raise DocumentRefused(ErrorCode.TOO_LARGE, [GraphQLError(message)])

    def _told(self, given: Mapping[str, Any]) -> VariableValues:
        """The slow way, which says what is wrong."""
        values = get_variable_values(
            self._schema, self._definitions, dict(given), max_errors=_MAX_ERRORS, hide_suggestions=True
        )
        if not isinstance(values, VariableValues):
            raise DocumentRefused(ErrorCode.BAD_USER_INPUT, values)
        return values


def _variable(schema: GraphQLSchema, definition: VariableDefinitionNode) -> _Variable | None:
    signature = get_variable_signature(schema, definition)
    if not isinstance(signature, GraphQLVariableSignature):
        return None
    absent = get_variable_values(schema, [definition], {})
    default = absent.coerced.get(signature.name, Undefined) if isinstance(absent, VariableValues) else Undefined
    return _Variable(signature, default)


def _is_small(variable: _Variable) -> bool:
    """Whether anything but a single value is refused without being looked into."""
    kind = get_nullable_type(variable.signature.type)
    return is_enum_type(kind) or (is_scalar_type(kind) and is_specified_scalar_type(kind))


def _size(value: object) -> int:
    """Scalars, lists and objects in it, itself among them. Beyond MAX_VALUES it counts no further."""
    count, waiting = 1, [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, _MANY):
            count += len(each)
            if count > MAX_VALUES:
                break
            waiting.extend(each.values() if isinstance(each, dict) else each)
    return count


def _fits(variable: _Variable, given: Mapping[str, Any], values: VariableValues) -> bool:
    """Whether the variable has a good value, which is then among `values`."""
    name = variable.signature.name
    value = given.get(name, Undefined)
    values.sources[name] = VariableValueSource(variable.signature, value)
    if value is not Undefined:
        try:
            coerced = coerce_input_value(value, variable.signature.type)
        except (GraphQLError, RecursionError):
            return False
        values.coerced[name] = coerced
        return coerced is not Undefined
    if variable.default is Undefined:
        return not is_non_null_type(variable.signature.type)
    values.coerced[name] = variable.default
    return True
