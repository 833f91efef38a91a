"""What the directives printed in the schema mean for a caller with some scopes."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto

from graphql import DirectiveNode, GraphQLError, GraphQLField, ListValueNode, StringValueNode

from tests.oracle.asking import refusal


class Verdict(Enum):
    SEEN = auto()
    BLANK = auto()
    FORBIDDEN = auto()


def verdict(field: GraphQLField, scopes: frozenset[str]) -> Verdict:
    directives = field.ast_node.directives if field.ast_node else None
    for directive in directives or ():
        if directive.name.value == "scope" and scopes.isdisjoint(_names(directive)):
            return Verdict.FORBIDDEN
        if directive.name.value == "pii" and "profile:pii" not in scopes:
            return Verdict.BLANK
    return Verdict.SEEN


def forbidden() -> GraphQLError:
    return refusal("FORBIDDEN", "a right is missing")


def _names(directive: DirectiveNode) -> Iterator[str]:
    for argument in directive.arguments or ():
        if isinstance(argument.value, ListValueNode):
            yield from (each.value for each in argument.value.values if isinstance(each, StringValueNode))
