from __future__ import annotations

import strawberry

from gateway.schema.fields import described
from gateway.schema.lazy import LazyResource
from gateway.schema.scalars import DateTime
from graph.vocabulary import Channel


@strawberry.type(description="A person's standing no to a resource or to a channel. No new address gets round it.")
class OptOut:
    resource: LazyResource | None = described("The resource; null where it is of a channel.")
    channel: Channel | None = described("The channel; null where it is of a resource.")
    since: DateTime = described("Since when. Only consent that is newer lifts it.")
    lifted_for_channels: list[Channel] = described("On which of the resource's channels the person said yes again.")
    lifted_for_resources: list[strawberry.ID] = described(
        "For which resources on the channel the person said yes again."
    )
