from __future__ import annotations

import strawberry

from gateway.schema.inputs.category import CategoryRef
from gateway.schema.inputs.fields import key_field, mute_field, optional, required
from gateway.schema.inputs.subscription import EvidenceInput
from gateway.schema.references import ProfileRef, ResourceRef
from graph.vocabulary import Channel


@strawberry.input(description="A kind of content, as one subscription gets it.")
class SubscriptionCategoryInput:
    subscription: strawberry.ID = required("Whose.")
    category: CategoryRef = required("Which, of the subscription's resource.")


@strawberry.input(description="A person at a resource.")
class ProfileResourceInput:
    profile: ProfileRef = required("Who.")
    resource: ResourceRef = required("From what.")


@strawberry.input(description="A person on a channel.")
class ProfileChannelInput:
    profile: ProfileRef = required("Who.")
    channel: Channel = required("On which channel.")


@strawberry.input(one_of=True, description="What ends, by exactly one of these.")
class UnsubscribeTarget:
    category: SubscriptionCategoryInput | None = optional(
        "One kind of content; the subscription itself stays. A mandatory one cannot be left: CATEGORY_MANDATORY."
    )
    subscription: strawberry.ID | None = optional("This one subscription; others of the person stay.")
    message: strawberry.ID | None = optional("The one subscription that this message went to.")
    resource: ProfileResourceInput | None = optional(
        "All subscriptions of the person at the resource. An opt-out stands from then on, against new addresses too."
    )
    channel: ProfileChannelInput | None = optional(
        "All subscriptions of the person on the channel. An opt-out stands from then on, against new addresses too."
    )
    everything: ProfileRef | None = optional("The person as a whole: a bar above the subscriptions, which stay.")


@strawberry.input(description="Says no, on behalf of a person.")
class UnsubscribeInput:
    target: UnsubscribeTarget = required("What ends.")
    reason: str | None = strawberry.field(default=None, description="What the person said.")
    evidence: EvidenceInput | None = strawberry.field(default=None, description="How the person said no.")
    mute_triggers: bool = mute_field()
    idempotency_key: str | None = key_field()
