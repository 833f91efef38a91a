from __future__ import annotations

from collections import OrderedDict

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
from gateway.limits import MAX_TOKENS, check_document, check_text
from gateway.operation import Mentioned, Operation

_CAPACITY = 500
# A parsed document takes 40 to 60 bytes for every character of ordinary text, up to 130 for very short ones, and 100 to
# 170 for every token (measured with tracemalloc). So the sum of the texts, the number of documents and MAX_TOKENS bound
# the memory: 22 MB for 200 documents of 2.5 kB, 170 MB at the very most, for 500 that are all as dense as may be.
# Longer documents are parsed each time.
LARGEST_KEPT = 16 * 1024
_LARGEST_SUM = 4 * 1024 * 1024
_MAX_ERRORS = 10
_RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)


class Document:
    """What was found valid."""

    __slots__ = ("_operations", "fragments", "node")

    def __init__(self, schema: GraphQLSchema, node: DocumentNode, characters: int) -> None:
        self.node = node
        self.fragments = {
            each.name.value: each for each in node.definitions if isinstance(each, FragmentDefinitionNode)
        }
        written = [each for each in node.definitions if isinstance(each, OperationDefinitionNode)]
        mentioned = Mentioned(node)
        self._operations = {
            each.name.value if each.name else None: Operation(schema, each, self.fragments, mentioned, characters)
            for each in written
        }
        if len(written) == 1:
            (self._operations[None],) = self._operations.values()

    def operation(self, name: str | None) -> Operation:
        """Raises DocumentRefused where no operation, or more than one, has that name."""
        found = self._operations.get(name)
        if found is not None:
            return found
        if name is None:
            raise _no_operation("The document has several operations: say which by `operationName`.")
        raise _no_operation("The document has no operation of that name.")


class Documents:
    """Documents that were found small enough and valid, the last used ones kept by their text.

    `known` and `parsed` count how often one was at hand and how often a text had to be parsed.
    """

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._kept: OrderedDict[str, Document] = OrderedDict()
        self._characters = 0
        self.known = 0
        self.parsed = 0

    def prepare(self, text: str) -> Document:
        """Raises DocumentRefused."""
        kept = self._kept.get(text)
        if kept is not None:
            self._kept.move_to_end(text)
            self.known += 1
            return kept
        self.parsed += 1
        document = self._validated(text)
        if len(text) <= LARGEST_KEPT:
            self._keep(text, document)
        return document

    def _keep(self, text: str, document: Document) -> None:
        self._kept[text] = document
        self._characters += len(text)
        while len(self._kept) > _CAPACITY or self._characters > _LARGEST_SUM:
            oldest, _ = self._kept.popitem(last=False)
            self._characters -= len(oldest)

    def _validated(self, text: str) -> Document:
        check_text(text)
        node = _parsed(text, no_location=False)
        check_document(node)
        errors = validate(
            self._schema, node, _RULES, _MAX_ERRORS, hide_suggestions=True, allow_empty_selection_sets=False
        )
        if errors:
            raise DocumentRefused(ErrorCode.VALIDATION_FAILED, errors)
        # What is wrong is said with its place; places take most of a document's room, so what is kept has none.
        return Document(self._schema, _parsed(text, no_location=True), len(text))


def _parsed(text: str, *, no_location: bool) -> DocumentNode:
    try:
        return parse(text, no_location=no_location, max_tokens=MAX_TOKENS, allow_empty_selection_sets=False)
    except GraphQLError as error:
        raise DocumentRefused(ErrorCode.SYNTAX_ERROR, [error]) from None


def _no_operation(message: str) -> DocumentRefused:
    return DocumentRefused(ErrorCode.BAD_USER_INPUT, [GraphQLError(message)])
