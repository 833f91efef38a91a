"""Makes a case that fails smaller, as long as it still fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from graphql import (
    REMOVE,
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    ObjectFieldNode,
    ObjectValueNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    validate,
    visit,
)

from tests.oracle.cases import Case

Fails = Callable[[Case], Awaitable[bool]]

_REMOVABLE = (
    ArgumentNode,
    DirectiveNode,
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ObjectFieldNode,
    ObjectValueNode,
)
_MOST_TRIES = 400


async def smallest(case: Case, schema: GraphQLSchema, fails: Fails) -> Case:
    """Leaves out one part after the other; the result fails as the first did, but perhaps for another reason."""
    found = case
    for variables in case.variables if len(case.variables) > 1 else ():
        alone = replace(case, variables=(variables,))
        if await fails(alone):
            found = alone
            break
    index = tries = 0
    while tries < _MOST_TRIES and index < _parts(found):
        smaller = _without(found, index, schema)
        tries += smaller is not None
        if smaller is not None and await fails(smaller):
            found = smaller
        else:
            index += 1
    return found


def _parts(case: Case) -> int:
    counter = _Without(-1)
    visit(parse(case.document), counter)
    return counter.seen


def _without(case: Case, index: int, schema: GraphQLSchema) -> Case | None:
    """None where what is left is no document of this schema."""
    try:
        text = _tidied(visit(parse(case.document), _Without(index)))
        if text is None or validate(schema, parse(text, allow_empty_selection_sets=False)):
            return None
    except GraphQLError:
        return None
    mentioned = {name for values in case.variables for name in values if f"${name}:" in text}
    variables = tuple({name: values[name] for name in values if name in mentioned} for values in case.variables)
    return replace(case, document=text, variables=variables)


class _Without(Visitor):
    """Leaves out the part with this number, and counts the parts that can be left out."""

    def __init__(self, index: int) -> None:
        super().__init__()
        self.index = index
        self.seen = 0

    def enter(self, node: Node, *_: Any) -> Any:
        if isinstance(node, _REMOVABLE):
            self.seen += 1
            if self.seen - 1 == self.index:
                return REMOVE
        return None


class _Mentioned(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.variables: set[str] = set()
        self.fragments: set[str] = set()

    def enter_variable_definition(self, node: Any, *_: Any) -> Any:
        del node
        return False

    def enter(self, node: Node, *_: Any) -> None:
        if isinstance(node, VariableNode):
            self.variables.add(node.name.value)
        if isinstance(node, FragmentSpreadNode):
            self.fragments.add(node.name.value)


class _OnlyMentioned(Visitor):
    def __init__(self, mentioned: _Mentioned) -> None:
        super().__init__()
        self.mentioned = mentioned

    def enter_variable_definition(self, node: Any, *_: Any) -> Any:
        return None if node.variable.name.value in self.mentioned.variables else REMOVE

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: Any) -> Any:
        return None if node.name.value in self.mentioned.fragments else REMOVE


def _tidied(document: DocumentNode) -> str | None:
    """Without what nothing mentions any more; None where a place was left with nothing in it."""
    try:
        for _ in range(3):
            mentioned = _Mentioned()
            visit(document, mentioned)
            document = visit(document, _OnlyMentioned(mentioned))
        return print_ast(document)
    except (GraphQLError, TypeError):
        return None
