from __future__ import annotations

import strawberry
from graphql import GraphQLField
from strawberry.schema_directive import Location
from strawberry.types.field import StrawberryField

from graph.vocabulary import Right


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="pii",
    description="The field holds personal data. It is null without the right `profile:pii`; "
    "handle what it answers accordingly.",
)
class Pii:
    pass


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="scope",
    description="The field needs one of these rights; without it the answer is the error FORBIDDEN. "
    "`viewer.scopes` tells which a key has.",
)
class Scope:
    any: list[str]


def scope(*rights: Right) -> Scope:
    return Scope(any=[right.value for right in rights])


def definition_of(field: GraphQLField) -> StrawberryField | None:
    """What the field was made from; None for those of introspection."""
    found = field.extensions.get("strawberry-definition")
    return found if isinstance(found, StrawberryField) else None


def scopes_of(field: GraphQLField) -> frozenset[str]:
    """The rights of which a viewer needs one to see this field; none where everybody may."""
    definition = definition_of(field)
    directives = definition.directives if definition else ()
    return frozenset(right for each in directives if isinstance(each, Scope) for right in each.any)
