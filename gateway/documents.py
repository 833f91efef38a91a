from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    parse,
    specified_rules,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from gateway.errors import DocumentRefused, ErrorCode
from gateway.limits import MAX_TOKENS, excess

_CAPACITY = 500
# A parsed document takes 80 to 160 times the room of its text (measured), so the sum of the texts bounds the memory.
# Longer documents are parsed each time.
_LARGEST_KEPT = 16 * 1024
_LARGEST_SUM = 128 * 1024
_MAX_ERRORS = 20
_RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)


@dataclass(frozen=True, slots=True)
class Document:
    node: DocumentNode
    fragments: dict[str, FragmentDefinitionNode]

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """Raises DocumentRefused where no operation, or more than one, has that name."""
        operations = [each for each in self.node.definitions if isinstance(each, OperationDefinitionNode)]
        if name is None:
            if len(operations) == 1:
                return operations[0]
            raise _no_operation("The document has several operations: say which by `operationName`.")
        for each in operations:
            if each.name and each.name.value == name:
                return each
        raise _no_operation("The document has no operation of that name.")


class Documents:
    """Documents that were parsed, found small enough and validated, the last used ones kept by their text."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._kept: OrderedDict[str, Document] = OrderedDict()
        self._characters = 0

    def prepare(self, text: str) -> Document:
        """Raises DocumentRefused."""
        kept = self._kept.get(text)
        if kept is not None:
            self._kept.move_to_end(text)
            return kept
        document = self._validated(text)
        if len(text) <= _LARGEST_KEPT:
            self._keep(text, document)
        return document

    def _keep(self, text: str, document: Document) -> None:
        self._kept[text] = document
        self._characters += len(text)
        while len(self._kept) > _CAPACITY or self._characters > _LARGEST_SUM:
            oldest, _ = self._kept.popitem(last=False)
            self._characters -= len(oldest)

    def _validated(self, text: str) -> Document:
        try:
            return self._checked(_parsed(text, no_location=True))
        except DocumentRefused:
            # What is wrong is said with its place; places take most of a document's room, so what is right has none.
            return self._checked(_parsed(text, no_location=False))

    def _checked(self, node: DocumentNode) -> Document:
        too_much = excess(node)
        if too_much:
            raise DocumentRefused(ErrorCode.TOO_LARGE, [GraphQLError(too_much)])
        errors = validate(
            self._schema, node, _RULES, _MAX_ERRORS, hide_suggestions=True, allow_empty_selection_sets=False
        )
        if errors:
            raise DocumentRefused(ErrorCode.VALIDATION_FAILED, errors)
        fragments = {each.name.value: each for each in node.definitions if isinstance(each, FragmentDefinitionNode)}
        return Document(node, fragments)


def _parsed(text: str, *, no_location: bool) -> DocumentNode:
    try:
        return parse(text, no_location=no_location, max_tokens=MAX_TOKENS, allow_empty_selection_sets=False)
    except GraphQLError as error:
        raise DocumentRefused(ErrorCode.SYNTAX_ERROR, [error]) from None


def _no_operation(message: str) -> DocumentRefused:
    return DocumentRefused(ErrorCode.BAD_USER_INPUT, [GraphQLError(message)])
