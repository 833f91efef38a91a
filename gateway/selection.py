from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
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
    is_non_null_type,
)
from graphql.execution.values import VariableValues

from gateway.schema.directives import Pii, definition_of, scopes_of
from gateway.slots import Slot, Slots, has_variable, plain
from graph.selection import TYPENAME, Selection, Withheld
from graph.vocabulary import Right

ALL_RIGHTS: frozenset[str] = frozenset(Right)


@dataclass(frozen=True, slots=True)
class Scope:
    """What the names in a validated document mean: its schema, its fragments, the values of its variables.

    With `type_key` every object that may be of several types also tells its type, under that response key. What needs
    a right that is not among `rights` is withheld. With `slots` the arguments that contain a variable are left open
    and gathered there, so that only the variables of @skip and @include are looked at.
    """

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: VariableValues
    type_key: str | None = None
    rights: frozenset[str] = ALL_RIGHTS
    slots: Slots | None = None


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
    withheld = _withheld(scope, definition)
    if withheld:
        return Selection(key, name, withheld=withheld)
    arguments = _arguments(scope, definition, fields[0])
    return Selection(key, name, arguments, select_below(scope, fields, get_named_type(definition.type)))


def _withheld(scope: Scope, definition: GraphQLField) -> Withheld | None:
    if scope.rights >= ALL_RIGHTS:
        return None
    may_be_null = not is_non_null_type(definition.type)
    needed = scopes_of(definition)
    if needed and needed.isdisjoint(scope.rights):
        return Withheld.FORBIDDEN if may_be_null else Withheld.FORBIDDEN_REQUIRED
    if Right.PROFILE_PII not in scope.rights and _is_pii(definition):
        return Withheld.BLANK if may_be_null else Withheld.FORBIDDEN_REQUIRED
    return None


def _is_pii(field: GraphQLField) -> bool:
    definition = definition_of(field)
    return definition is not None and any(isinstance(each, Pii) for each in definition.directives)


def _arguments(scope: Scope, definition: GraphQLField, node: FieldNode) -> Mapping[str, object]:
    arguments: dict[str, object] = plain(get_argument_values(definition, node, scope.variables))
    if scope.slots is None:
        return arguments
    for each in node.arguments or ():
        if has_variable(each.value):
            name = definition.args[each.name.value].out_name or each.name.value
            arguments[name] = scope.slots.given(Slot.of(definition, node, each))
    return arguments


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
