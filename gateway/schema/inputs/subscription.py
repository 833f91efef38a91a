from __future__ import annotations

import strawberry

from gateway.schema.inputs.category import CategoryRef
from gateway.schema.inputs.fields import key_field, mute_field, optional, required
from gateway.schema.references import ProfileRef, ResourceRef
from gateway.schema.scalars import DateTime
from graph.subscribing.consent import Evidence


@strawberry.input(one_of=True, description="An address; which of these it is says on which channel.")
class AddressInput:
    email: str | None = optional("E-mail.")
    phone: str | None = optional("SMS: a phone number with its country code.")


@strawberry.input(description="How the person said yes or no.")
class EvidenceInput:
    at: DateTime = required("When.")
    ip: str | None = strawberry.field(default=None, description="From which address.")
    url: str | None = strawberry.field(default=None, description="On which page.")
    source: str | None = strawberry.field(default=None, description="In which system.")
    wording: str | None = strawberry.field(default=None, description="The words that the person agreed to.")

    def to_graph(self) -> Evidence:
        return Evidence(self.at, self.ip, self.url, self.source, self.wording)


@strawberry.input(description="Connects one address of a person with a resource.")
class SubscribeInput:
    profile: ProfileRef = required("Who.")
    create_profile: bool = strawberry.field(
        default=True, description="Makes the person where the identifier in `profile` is not known yet."
    )
    resource: ResourceRef = required("To what.")
    address: AddressInput = required("Where.")
    categories: list[CategoryRef] | None = strawberry.field(
        default=None, description="Kinds of content that the subscriber joins explicitly."
    )
    opt_in: EvidenceInput | None = strawberry.field(default=None, description="How the person agreed.")
    priority: int | None = strawberry.field(
        default=None, description="0 is the highest, and what a new subscription gets; the others move down."
    )
    resubscribe: bool = strawberry.field(
        default=False, description="Opens a subscription again that had ended; this takes `optIn`."
    )
    mute_triggers: bool = mute_field()
    idempotency_key: str | None = key_field()


@strawberry.input(one_of=True, description="What ends.")
class UnsubscribeTarget:
    subscription: strawberry.ID | None = optional("This one subscription; others of the person stay.")


@strawberry.input(description="Ends a subscription.")
class UnsubscribeInput:
    target: UnsubscribeTarget = required("What ends.")
    reason: str | None = strawberry.field(default=None, description="What the person said.")
    mute_triggers: bool = mute_field()
    idempotency_key: str | None = key_field()
