from __future__ import annotations

import strawberry

from gateway.schema.fields import described
from gateway.schema.lazy import LazyProfile
from gateway.schema.node import Node
from gateway.schema.scalars import JSON, DateTime


@strawberry.type(description="What one person is to another, like family or a colleague.")
class Relation(Node):
    type: str = described("What the other person is to this one, like `parent`.")
    to: LazyProfile = described("The other person; after a merge the one who remains.")
    properties: JSON = described("Whatever else belongs to it.")
    since: DateTime = described("When it was made.")
