from __future__ import annotations

import strawberry

from gateway.schema.inputs.category import CategoryRef
from gateway.schema.inputs.content import ContentInput
from gateway.schema.inputs.fields import key_field, mute_field, optional, required, test_field
from gateway.schema.references import ProfileRef, ResourceRef
from gateway.schema.scalars import JSON, DateTime
from graph.vocabulary import Channel, MessagePurpose


@strawberry.input(description="A channel to choose an address on.")
class ChannelChoice:
    channel: Channel = required("Which.")


@strawberry.input(one_of=True, description="Which of a person's addresses is used. The first reachable one is taken.")
class AddressStrategy:
    subscription: strawberry.ID | None = optional("This one and no other.")
    priority: ChannelChoice | None = optional(
        "By priority, 0 first. This is the default where the content is for one channel alone."
    )
    last: ChannelChoice | None = optional("The newest subscription first.")


@strawberry.input(description="One communication to one person.")
class SendMessageInput:
    profile: ProfileRef = required("To whom.")
    resource: ResourceRef = required("From whom: the person's subscriptions to it are where it may go.")
    category: CategoryRef | None = strawberry.field(
        default=None, description="The kind of content; who left it does not get marketing of it."
    )
    purpose: MessagePurpose = strawberry.field(
        default=MessagePurpose.MARKETING, description="Why; it decides which gates it has to pass."
    )
    content: ContentInput = required("What is said.")
    data: JSON | None = strawberry.field(
        default=None,
        description="What a template is filled in with besides what is known of the person, by name. A name that it "
        "needs and that is not here is the user error CONTENT_INVALID; null is something.",
    )
    strategy: AddressStrategy | None = strawberry.field(default=None, description="Where it goes.")
    send_at: DateTime | None = strawberry.field(default=None, description="When; left out, or past, is now.")
    expires_at: DateTime | None = strawberry.field(default=None, description="When it is too late to send.")
    is_test: bool = test_field()
    mute_triggers: bool = mute_field()
    idempotency_key: str = required(
        "Makes it safe to send the same again: for 48 hours the first answer is given, and nothing leaves twice."
    )


@strawberry.input(description="Takes an intent back.")
class CancelOutreachInput:
    outreach: strawberry.ID = required("Which.")
    idempotency_key: str | None = key_field()


@strawberry.input(description="Messages that are to be sent again.")
class RequeueMessagesInput:
    messages: list[strawberry.ID] = required("Which: up to 1,000.")
    idempotency_key: str = required(
        "Makes it safe to send the same again: for 48 hours the first answer is given, and nothing is queued twice."
    )
