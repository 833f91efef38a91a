from __future__ import annotations

from typing import Any

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.unset import UNSET

from gateway.schema.directives import Pii
from graph.vocabulary import SortDirection


def argument(name: str, annotation: Any, description: str, default: object = UNSET) -> StrawberryArgument:
    """`annotation` is the type itself: it is read when the schema is built, not from a module's names."""
    return StrawberryArgument(
        python_name=name,
        graphql_name=None,
        type_annotation=StrawberryAnnotation(annotation),
        description=description,
        default=default,
    )


def described(description: str, *arguments: StrawberryArgument, pii: bool = False) -> Any:
    """A field without a resolver: what it answers was read by the graph before GraphQL comes to it."""
    field = strawberry.field(description=description, directives=[Pii()] if pii else [])
    field.arguments = list(arguments)
    return field


def paged(description: str, *filters: StrawberryArgument) -> Any:
    return described(description, *filters, *_PAGE)


def history(description: str, *filters: StrawberryArgument) -> Any:
    """A list in the order of time, which can also be read from its other end."""
    return paged(description, *filters, _DIRECTION)


_PAGE = (
    argument("first", int | None, "How many to take from the beginning: 1 to 100, 20 where nothing is said."),
    argument("after", str | None, "Only what comes after this cursor."),
    argument("last", int | None, "How many to take from the end: 1 to 100."),
    argument("before", str | None, "Only what comes before this cursor."),
)
_DIRECTION = argument("direction", SortDirection, "Newest first, unless you say ASC.", SortDirection.DESC)
