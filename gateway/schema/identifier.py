from __future__ import annotations

import strawberry

from gateway.schema.connection import Connection
from gateway.schema.fields import described, paged
from gateway.schema.lazy import LazyProfile, LazySuppression
from gateway.schema.node import Node
from graph.vocabulary import IdentifierType


@strawberry.type(description="A value that points to a person or reaches one. Several people may share it.")
class Identifier(Node):
    type: IdentifierType = described("What the value is.")
    namespace: str = described(
        "The system that issued an EXTERNAL or CUSTOM value, the app or bot of a token or chat; else empty."
    )
    value: str | None = described("The value itself, in its normal form.", pii=True)
    masked: str = described("Enough of the value to recognise it, too little to use it.")
    suppression: LazySuppression | None = described(
        "What keeps everybody from writing there: of the address itself, else of its domain. Those of one resource or "
        "channel are in `suppressions`."
    )
    profiles: Connection[LazyProfile] = paged("The people it points to.")
