from __future__ import annotations

from decimal import Decimal

import strawberry

from gateway.schema.connection import Connection
from gateway.schema.fields import described, paged
from gateway.schema.lazy import LazyResource
from gateway.schema.node import Node
from gateway.schema.scalars import DateTime
from graph.vocabulary import Channel, UnknownPolicy


@strawberry.type(description="A kind of content that a subscriber may leave while staying subscribed.")
class Category(Node):
    key: str = described("Unique within its resource.")
    title: str = described("What people read.")
    resource: LazyResource = described("Whose category it is.")
    mandatory: bool = described("Whether it cannot be left.")
    active: bool = described("Whether it is in use.")
    joined_by_default: bool = described("Whether a subscriber who said nothing gets it.")


@strawberry.type(description="A publisher that people subscribe to: a site, an app, a brand, a newsletter.")
class Resource(Node):
    key: str = described("Unique; what your programs call it.")
    title: str = described("What people read.")
    channels: list[Channel] = described("On which channels it publishes.")
    categories: Connection[Category] = paged("The kinds of content that it offers.")
    require_double_opt_in: bool = described("Whether a new subscription is UNCONFIRMED until the person confirms it.")
    raise_priority_of_new: bool = described(
        "Whether a person's new address is tried before their others, where no priority is given."
    )
    on_unknown: UnknownPolicy = described(
        "What becomes of a message whose provider may have taken it without saying so."
    )
    track_opens: bool = described("Whether its marketing letters hold a picture whose loading counts as an open.")
    track_clicks: bool = described(
        "Whether the links of its marketing letters lead through this gateway, which counts the click."
    )
    stop_words: list[str] = described(
        "By which words people end a subscription to it, beside those of the carriers, like STOP."
    )
    start_words: list[str] = described("By which they take that back, beside those of the carriers, like START.")
    rate: Decimal | None = described(
        "At most so many marketing messages a second, over all its channels; null is as fast as the accounts may."
    )
    burst: int | None = described("How many of these may leave at once after a pause; null where there is no rate.")
    created_at: DateTime = described("When it was made.")
