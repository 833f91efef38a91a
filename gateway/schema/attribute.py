from __future__ import annotations

import strawberry

from gateway.schema.fields import described
from gateway.schema.scalars import JSON, DateTime
from graph.vocabulary import AttributeType


@strawberry.type(description="An attribute that a person has.")
class Attribute:
    key: str = described("What your programs call it.")
    type: AttributeType = described("What kind of value it has.")
    value: JSON = described(
        "The value: a DECIMAL is a string, so that no digit is lost; DATE and DATETIME are strings like those of the "
        "scalars with these names; TAGS are a list."
    )
    text: str = described("The value for people to read; tags are joined by commas.")
    updated_at: DateTime = described("When it last changed.")


@strawberry.type(description="What an attribute is: one that people may have, of a type that never changes.")
class AttributeDefinition:
    key: str = described("Unique; what your programs call it.")
    type: AttributeType = described("What values it has.")
    values: list[str] | None = described("Which values an ENUM may have, in the order they were added; else null.")
    indexed: bool = described(
        "Whether an index finds people by it. Where none does, a search or a filter by it looks at people one by one."
    )
