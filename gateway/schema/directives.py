from __future__ import annotations

import strawberry
from strawberry.schema_directive import Location


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="pii",
    description="The field holds personal data: handle what it answers accordingly.",
)
class Pii:
    pass
