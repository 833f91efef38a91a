from __future__ import annotations

import strawberry

from gateway.schema.fields import described
from gateway.schema.lazy import LazyResource
from gateway.schema.node import Node
from gateway.schema.scalars import DateTime
from graph.vocabulary import Channel, SuppressionKind


@strawberry.type(description="An address or a domain that nobody writes to, whoever has it. Statuses stay as they are.")
class Suppression(Node):
    kind: SuppressionKind = described("Whether it is one address, or all of a domain.")
    pattern: str | None = described("The address or the domain.", pii=True)
    masked: str = described("Enough of the address to recognise it; a domain as it is.")
    resource: LazyResource | None = described("The resource that may not write there; null for all.")
    channel: Channel | None = described("The channel on which nobody writes there; null for all.")
    reason: str = described("Why.")
    since: DateTime = described("Since when.")
    until: DateTime | None = described("When it ends by itself; one that is over stops nothing any more.")
