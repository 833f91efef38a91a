"""Conditions by which lists are narrowed. What is left out of one narrows nothing."""

from __future__ import annotations

import strawberry

from gateway.schema.inputs.fields import optional, required
from gateway.schema.money import MoneyInput
from gateway.schema.references import DateTimeRange, ResourceRef
from gateway.schema.scalars import JSON
from graph.vocabulary import Channel, IdentifierType, MessageState, ProfileKind, SubscriptionStatus


@strawberry.input(
    description="What one attribute of a person must be; its type says what a value means. All that is said must hold."
)
class AttributeCondition:
    key: str = required("Which attribute.")
    equals: JSON | None = optional("It is this; of TAGS, this is one of them.")
    in_: list[JSON] | None = strawberry.field(name="in", default=strawberry.UNSET, description="It is one of these.")
    over: JSON | None = optional("It is more than this. BOOLEAN and TAGS are never more or less than anything.")
    under: JSON | None = optional("It is less than this. BOOLEAN and TAGS are never more or less than anything.")
    exists: bool | None = optional("True: the person has it, whatever it is. False: the person does not have it.")


@strawberry.input(description="A subscription that a person must have. All that is said must hold for the same one.")
class SubscriptionCondition:
    channel: Channel | None = optional("It is on this channel.")
    resource: ResourceRef | None = optional("It is to this resource.")
    statuses: list[SubscriptionStatus] | None = optional("It has one of these statuses, as recorded.")
    exists: bool = strawberry.field(default=True, description="False: the person must not have such a subscription.")


@strawberry.input(description="Purchases that a person must have made. All that is said must hold for the same ones.")
class PurchaseCondition:
    total_over: MoneyInput | None = optional("Each came to more than this, in the same currency.")
    during: DateTimeRange | None = optional("Each was placed then.")
    times_at_least: int = strawberry.field(default=1, description="At least so many of them, up to 1,000.")
    times_at_most: int | None = optional("At most so many of them, up to 1,000.")


@strawberry.input(
    description="Which people. All that is said must hold; `any` and `not` say otherwise. Conditions may stand 5 deep "
    "and number 50."
)
class ProfileFilter:
    all: list[ProfileFilter] | None = optional("All of these hold.")
    any: list[ProfileFilter] | None = optional("At least one of these holds.")
    not_: ProfileFilter | None = strawberry.field(
        name="not", default=strawberry.UNSET, description="This does not hold."
    )
    kinds: list[ProfileKind] | None = optional("Known so well.")
    statuses: list[SubscriptionStatus] | None = optional("The person as a whole has one of these statuses.")
    countries: list[str] | None = optional("In one of these countries: ISO 3166, like `GB`.")
    created_at: DateTimeRange | None = optional("Made then.")
    last_seen_at: DateTimeRange | None = optional("Last did something then.")
    has_identifier: IdentifierType | None = optional("Has an identifier of this type.")
    attribute: AttributeCondition | None = optional("Has such an attribute.")
    subscription: SubscriptionCondition | None = optional("Has such a subscription, or has none.")
    purchase: PurchaseCondition | None = optional("Made such purchases.")
    is_test: bool | None = optional("Only tests, or only real people.")


@strawberry.input(description="Which messages. All that is said must hold.")
class MessageFilter:
    states: list[MessageState] | None = optional("In one of these states.")
    channel: Channel | None = optional("On this channel.")
    resource: ResourceRef | None = optional("Sent in the name of this resource.")
    during: DateTimeRange | None = optional("Queued then.")
