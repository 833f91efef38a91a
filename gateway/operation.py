from __future__ import annotations

from collections.abc import Iterator, Mapping

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
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
        deciding: frozenset[str],
        characters: int,
    ) -> None:
        """`characters` is the length of its document."""
        self.node = node
        self.kind: OperationType = node.operation
        self.fragments = fragments
        self.characters = characters
        self.variables = Variables(schema, node)
        self._deciding = tuple(each for each in self.variables.names() if each in deciding)

    def shape(self, variables: VariableValues) -> tuple[object, ...]:
        """What in these values decides which fields are asked for."""
        return tuple([variables.coerced.get(each) for each in self._deciding]) if self._deciding else ()


def deciding_variables(document: DocumentNode) -> frozenset[str]:
    """The variables that @skip and @include look at, anywhere in the document."""
    return frozenset(
        name
        for each in document.definitions
        if isinstance(each, OperationDefinitionNode | FragmentDefinitionNode)
        for name in _deciding_in(each.selection_set)
    )


def _deciding_in(selection_set: SelectionSetNode) -> Iterator[str]:
    for node in selection_set.selections:
        for directive in node.directives or ():
            for argument in directive.arguments or ():
                if isinstance(argument.value, VariableNode):
                    yield argument.value.name.value
        if isinstance(node, FieldNode | InlineFragmentNode) and node.selection_set:
            yield from _deciding_in(node.selection_set)
