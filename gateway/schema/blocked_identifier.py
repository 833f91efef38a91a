from __future__ import annotations

import strawberry

from gateway.schema.fields import described
from gateway.schema.node import Node
from gateway.schema.scalars import DateTime
from graph.vocabulary import IdentifierType


@strawberry.type(
    description="A value that the owner blocks, because it stands for nobody. What is blocked everywhere, like `null`, "
    "`0000`, `anonymous` or `test@…`, is on no list."
)
class BlockedIdentifier(Node):
    type: IdentifierType | None = described("Values of which type it blocks; null for every type.")
    value: str | None = described("The value, or a mailbox at every e-mail domain like `noreply@*`.", pii=True)
    created_at: DateTime = described("Since when.")
