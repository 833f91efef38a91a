from __future__ import annotations

import strawberry

from gateway.schema.fields import described
from graph.vocabulary import AttributeType


@strawberry.type(description="What an attribute is: one that people may have, of a type that never changes.")
class AttributeDefinition:
    key: str = described("Unique; what your programs call it.")
    type: AttributeType = described("What values it has.")
    values: list[str] | None = described("Which values an ENUM may have, in the order they were added; else null.")
    indexed: bool = described(
        "Whether an index finds people by it. Where none does, a search or a filter by it looks at people one by one."
    )
