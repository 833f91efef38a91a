"""Every argument of a document that a reader might refuse, wherever it stands.

A refusal may come before anything is looked up, so its path has no places in lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_argument_values,
    get_directive_values,
    get_named_type,
)
from graphql.execution.values import VariableValues

from tests.oracle.asking import Asking, Path
from tests.oracle.checks import wrong

Refusal = tuple[Path, str]


@dataclass(frozen=True, slots=True)
class Refusals:
    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: VariableValues
    asked: Asking

    def of(self, operation: OperationDefinitionNode) -> set[Refusal]:
        query = self.schema.query_type
        assert query is not None
        return set(self._below(query, [operation.selection_set], ()))

    def _below(self, kind: GraphQLNamedType, sets: list[SelectionSetNode], path: Path) -> Iterator[Refusal]:
        if isinstance(kind, GraphQLInterfaceType):
            for possible in self.schema.get_possible_types(kind):
                yield from self._of_object(possible, sets, path)
        elif isinstance(kind, GraphQLObjectType):
            yield from self._of_object(kind, sets, path)

    def _of_object(self, kind: GraphQLObjectType, sets: list[SelectionSetNode], path: Path) -> Iterator[Refusal]:
        by_key: dict[str, list[FieldNode]] = {}
        for selection_set in sets:
            for node in self._fields(kind, selection_set.selections):
                by_key.setdefault((node.alias or node.name).value, []).append(node)
        for key, nodes in by_key.items():
            definition = kind.fields.get(nodes[0].name.value)
            if definition is not None:
                yield from self._of_field(kind, definition, nodes, (*path, key))

    def _of_field(
        self, kind: GraphQLObjectType, definition: GraphQLField, nodes: list[FieldNode], path: Path
    ) -> Iterator[Refusal]:
        try:
            arguments = get_argument_values(definition, nodes[0], self.variables)
        except GraphQLError:
            yield path, "BAD_USER_INPUT"
        else:
            for code in wrong(self.asked, kind.name, nodes[0].name.value, arguments):
                yield path, code
        below = [node.selection_set for node in nodes if node.selection_set]
        yield from self._below(get_named_type(definition.type), below, path)

    def _fields(self, kind: GraphQLObjectType, nodes: Iterable[SelectionNode]) -> Iterator[FieldNode]:
        for node in nodes:
            if not self._is_in(node):
                continue
            match node:
                case FieldNode():
                    yield node
                case InlineFragmentNode(type_condition=condition):
                    if condition is None or self._fits(kind, condition.name.value):
                        yield from self._fields(kind, node.selection_set.selections)
                case FragmentSpreadNode():
                    fragment = self.fragments[node.name.value]
                    if self._fits(kind, fragment.type_condition.name.value):
                        yield from self._fields(kind, fragment.selection_set.selections)

    def _is_in(self, node: SelectionNode) -> bool:
        skip = get_directive_values(GraphQLSkipDirective, node, self.variables) or {"if": False}
        include = get_directive_values(GraphQLIncludeDirective, node, self.variables) or {"if": True}
        return bool(include["if"]) and not skip["if"]

    def _fits(self, kind: GraphQLObjectType, condition: str) -> bool:
        return condition == kind.name or any(each.name == condition for each in kind.interfaces)
