from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    get_argument_values,
    get_directive_values,
    get_named_type,
)
from graphql.execution.values import VariableValues

from graph.selection import TYPENAME, Selection


@dataclass(frozen=True, slots=True)
class Scope:
    """What the names in a validated document mean: its schema, its fragments, the values of its variables.

    With `type_key` every object that may be of several types also tells its type, under that response key.
    """

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: VariableValues
    type_key: str | None = None


def select_below(scope: Scope, fields: Iterable[FieldNode], parent: GraphQLNamedType) -> tuple[Selection, ...]:
    """What is asked of the values of some fields of type `parent` that share one response key."""
    sets = [field.selection_set for field in fields if field.selection_set is not None]
    if isinstance(parent, GraphQLObjectType):
        return _select_object(scope, parent, sets)
    if isinstance(parent, GraphQLInterfaceType):
        return _select_interface(scope, parent, sets)
    return ()


def grouped_fields(
    scope: Scope, parent: GraphQLObjectType, sets: Iterable[SelectionSetNode]
) -> dict[str, list[FieldNode]]:
    """Fields by response key in the order of the document; fragments are opened, @skip and @include obeyed."""
    groups: dict[str, list[FieldNode]] = {}
    opened: set[str] = set()
    for each in sets:
        for field in _fields(scope, parent, each, opened):
            groups.setdefault(field.alias.value if field.alias else field.name.value, []).append(field)
    return groups


def select_field(scope: Scope, parent: GraphQLObjectType, key: str, fields: Sequence[FieldNode]) -> Selection:
    """One field from all the nodes that share its response key. Raises GraphQLError for a wrong argument."""
    name = fields[0].name.value
    if name == TYPENAME:
        return Selection(key, TYPENAME)
    definition = parent.fields[name]
    arguments = _plain(get_argument_values(definition, fields[0], scope.variables))
    return Selection(key, name, arguments, select_below(scope, fields, get_named_type(definition.type)))


def _select_object(scope: Scope, parent: GraphQLObjectType, sets: Iterable[SelectionSetNode]) -> tuple[Selection, ...]:
    return tuple(
        select_field(scope, parent, key, fields) for key, fields in grouped_fields(scope, parent, sets).items()
    )


def _select_interface(
    scope: Scope, parent: GraphQLInterfaceType, sets: list[SelectionSetNode]
) -> tuple[Selection, ...]:
    """What all types have in common first, then what each has for itself.

    Only a common beginning is shared: then the order of the keys is that of the document for every type.
    """
    types = scope.schema.get_possible_types(parent)
    by_type = {each.name: _select_object(scope, each, sets) for each in types}
    shared = 0
    for column in zip(*by_type.values(), strict=False):
        if any(selection != column[0] for selection in column):
            break
        shared += 1
    common = next(iter(by_type.values()), ())[:shared]
    marks = (Selection(scope.type_key, TYPENAME),) if scope.type_key else ()
    own = (replace(each, on=name) for name, selections in by_type.items() for each in selections[shared:])
    return (*common, *own, *marks)


def _fields(
    scope: Scope, parent: GraphQLObjectType, selection_set: SelectionSetNode, opened: set[str]
) -> Iterator[FieldNode]:
    for node in selection_set.selections:
        if not _included(scope, node):
            continue
        if isinstance(node, FieldNode):
            yield node
        elif isinstance(node, InlineFragmentNode):
            condition = node.type_condition
            if condition is None or _applies(scope, condition.name.value, parent):
                yield from _fields(scope, parent, node.selection_set, opened)
        elif isinstance(node, FragmentSpreadNode) and node.name.value not in opened:
            opened.add(node.name.value)
            fragment = scope.fragments[node.name.value]
            if _applies(scope, fragment.type_condition.name.value, parent):
                yield from _fields(scope, parent, fragment.selection_set, opened)


def _applies(scope: Scope, condition: str, parent: GraphQLObjectType) -> bool:
    if condition == parent.name:
        return True
    wider = scope.schema.get_type(condition)
    return isinstance(wider, GraphQLInterfaceType) and scope.schema.is_sub_type(wider, parent)


def _included(scope: Scope, node: SelectionNode) -> bool:
    if not node.directives:
        return True
    skip = get_directive_values(GraphQLSkipDirective, node, scope.variables)
    include = get_directive_values(GraphQLIncludeDirective, node, scope.variables)
    return not (skip and skip["if"]) and not (include and not include["if"])


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_plain(member) for member in value]
    return value
