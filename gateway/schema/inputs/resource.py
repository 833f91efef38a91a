from __future__ import annotations

from decimal import Decimal

import strawberry

from gateway.schema.inputs.fields import key_field, optional, required
from gateway.schema.references import ResourceRef
from graph.vocabulary import Channel, UnknownPolicy


@strawberry.input(description="A kind of content that subscribers may leave.")
class NewCategoryInput:
    key: str = required("Unique within the resource; small letters, digits, `-` and `_`.")
    title: str = required("For people.")
    mandatory: bool = strawberry.field(default=False, description="Cannot be left while subscribed.")
    joined_by_default: bool = strawberry.field(default=True, description="Whether new subscribers are in.")


@strawberry.input(description="A publisher that people can subscribe to: a site, an app, a brand, a newsletter.")
class CreateResourceInput:
    key: str = required("Unique; small letters, digits, `-` and `_`.")
    title: str = required("For people.")
    channels: list[Channel] = required("The channels it uses.")
    sender: str | None = strawberry.field(default=None, description="The e-mail address that its letters come from.")
    sender_name: str | None = strawberry.field(default=None, description="The name beside that address.")
    categories: list[NewCategoryInput] | None = strawberry.field(default=None, description="Its kinds of content.")
    require_double_opt_in: bool = strawberry.field(
        default=False, description="Whether a new subscription is UNCONFIRMED until the person confirms it."
    )
    raise_priority_of_new: bool = strawberry.field(
        default=True,
        description="Whether a person's new address is tried before their others; otherwise after them. A priority "
        "that is given with the address goes before this.",
    )
    on_unknown: UnknownPolicy = strawberry.field(
        default=UnknownPolicy.RETRY,
        description="What becomes of a message whose provider may have taken it without saying so.",
    )
    track_opens: bool = strawberry.field(
        default=True,
        description="Whether its marketing letters hold a picture whose loading counts as an open. Who loaded it, and "
        "from where, is not kept.",
    )
    track_clicks: bool = strawberry.field(
        default=True,
        description="Whether the links of its marketing letters lead through this gateway, which counts the click. One "
        "with the attribute `data-no-track` never does.",
    )
    stop_words: list[str] | None = strawberry.field(
        default=None,
        description="A message that is one of these and nothing else ends the subscription, whatever its case. STOP, "
        "STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT, REVOKE and OPTOUT always do.",
    )
    start_words: list[str] | None = strawberry.field(
        default=None,
        description="A message that is one of these opens again what such a word had ended. START, YES and UNSTOP "
        "always do. A word that ends cannot be one of them.",
    )
    rate: Decimal | None = strawberry.field(
        default=None,
        description='At most so many marketing messages a second over all its channels, like `"20"` or `"0.5"`; from '
        "0.001 to 99999.999. What has to wait stays QUEUED, and lets those of other resources pass. Receipts, codes "
        "and confirmations never wait for it.",
    )
    burst: int | None = strawberry.field(
        default=None,
        description="How many of these may leave at once after a pause, up to 999,999; left out, as many as in a "
        "second. Only beside a rate.",
    )
    idempotency_key: str | None = key_field()


@strawberry.input(
    description="A publisher that is there, and what is to change. What is left out stays as it is, and so is what is "
    "null, where nothing else is said."
)
class UpdateResourceInput:
    resource: ResourceRef = required("Which.")
    title: str | None = strawberry.field(default=None, description="For people.")
    channels: list[Channel] | None = strawberry.field(
        default=None,
        description="All channels that it uses from now on. Subscriptions on one that is no longer named stay; nobody "
        "new can subscribe there.",
    )
    sender: str | None = strawberry.field(default=None, description="The e-mail address that its letters come from.")
    sender_name: str | None = optional("The name beside that address; null takes it away.")
    require_double_opt_in: bool | None = strawberry.field(
        default=None, description="Whether a new subscription is UNCONFIRMED until the person confirms it."
    )
    raise_priority_of_new: bool | None = strawberry.field(
        default=None, description="Whether a person's new address is tried before their others."
    )
    on_unknown: UnknownPolicy | None = strawberry.field(
        default=None, description="What becomes of a message whose provider may have taken it without saying so."
    )
    track_opens: bool | None = strawberry.field(
        default=None, description="Whether its marketing letters hold a picture whose loading counts as an open."
    )
    track_clicks: bool | None = strawberry.field(
        default=None, description="Whether the links of its marketing letters lead through this gateway."
    )
    stop_words: list[str] | None = strawberry.field(
        default=None, description="All words that end a subscription, beside those of the carriers."
    )
    start_words: list[str] | None = strawberry.field(
        default=None, description="All words that take that back, beside those of the carriers."
    )
    rate: Decimal | None = optional(
        "At most so many marketing messages a second over all its channels; null is as fast as the accounts may. What "
        "is queued goes by it within five minutes."
    )
    burst: int | None = strawberry.field(
        default=None,
        description="How many of these may leave at once after a pause; left out, as many as in a second. Only beside "
        "a rate.",
    )
    idempotency_key: str | None = key_field()
