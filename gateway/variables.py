from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    VariableDefinitionNode,
    get_variable_values,
    is_non_null_type,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource
from graphql.utilities import coerce_input_value

from gateway.errors import DocumentRefused, ErrorCode

_MAX_ERRORS = 20
_NONE = VariableValues({}, {})


@dataclass(frozen=True, slots=True)
class _Variable:
    """`default` is coerced already, and Undefined where there is none."""

    signature: GraphQLVariableSignature
    default: object


class Variables:
    """The variables of one operation. Their types are looked up once, not at every request."""

    __slots__ = ("_definitions", "_known", "_schema")

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._schema = schema
        self._definitions = operation.variable_definitions or ()
        self._known = [_variable(schema, each) for each in self._definitions]

    def names(self) -> list[str]:
        return [each.variable.name.value for each in self._definitions]

    def coerced(self, given: Mapping[str, Any]) -> VariableValues:
        """Raises DocumentRefused for a value that does not fit."""
        if not self._definitions:
            return _NONE
        values = VariableValues({}, {})
        for each in self._known:
            if each is None or not _fits(each, given, values):
                return self._told(given)
        return values

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
