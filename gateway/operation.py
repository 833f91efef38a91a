from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)
from graphql.execution.values import VariableValues

from gateway.variables import Variables


class Operation:
    """One operation of a valid document, and what of it never changes. Each is equal only to itself."""

    __slots__ = ("_deciding", "characters", "fragments", "kind", "node", "variables")

    def __init__(
        self,
        schema: GraphQLSchema,
        node: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        mentioned: Mentioned,
        characters: int,
    ) -> None:
        """`characters` is the length of its document, `mentioned` what that does with variables."""
        self.node = node
        self.kind: OperationType = node.operation
        self.fragments = fragments
        self.characters = characters
        self.variables = Variables(schema, node, mentioned.inside)
        # Another operation of the document may decide by a variable of this name, and this one hold a list in it.
        self._deciding = tuple(each for each in self.variables.booleans() if each in mentioned.deciding)

    def shape(self, variables: VariableValues) -> tuple[object, ...]:
        """What in these values decides which fields are asked for."""
        return tuple([variables.coerced.get(each) for each in self._deciding]) if self._deciding else ()


class Mentioned:
    """What a document does with variables, in all its operations and fragments.

    `deciding` are those that @skip and @include look at. `inside` says how often each stands inside a list or object,
    where what it holds is copied each time.
    """

    __slots__ = ("deciding", "inside")

    def __init__(self, document: DocumentNode) -> None:
        deciding: set[str] = set()
        self.inside: Counter[str] = Counter()
        for each in document.definitions:
            if isinstance(each, OperationDefinitionNode | FragmentDefinitionNode):
                deciding.update(_deciding_in(each.selection_set))
                self.inside.update(_inside(each.selection_set))
        self.deciding = frozenset(deciding)


def _deciding_in(selection_set: SelectionSetNode) -> Iterator[str]:
    for node in selection_set.selections:
        for directive in node.directives or ():
            for argument in directive.arguments or ():
                if isinstance(argument.value, VariableNode):
                    yield argument.value.name.value
        if isinstance(node, FieldNode | InlineFragmentNode) and node.selection_set:
            yield from _deciding_in(node.selection_set)


def _inside(selection_set: SelectionSetNode) -> Iterator[str]:
    for node in selection_set.selections:
        if isinstance(node, FieldNode):
            for argument in node.arguments or ():
                if not isinstance(argument.value, VariableNode):
                    yield from _variables(argument.value)
        if isinstance(node, FieldNode | InlineFragmentNode) and node.selection_set:
            yield from _inside(node.selection_set)


def _variables(literal: ValueNode) -> Iterator[str]:
    if isinstance(literal, VariableNode):
        yield literal.name.value
    elif isinstance(literal, ListValueNode):
        for each in literal.values:
            yield from _variables(each)
    elif isinstance(literal, ObjectValueNode):
        for member in literal.fields:
            yield from _variables(member.value)
