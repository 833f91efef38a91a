"""What changes one subscription that is there."""

from __future__ import annotations

import strawberry

from gateway.schema.inputs.address import AddressInput
from gateway.schema.inputs.category import CategoryRef
from gateway.schema.inputs.fields import key_field, mute_field, required
from gateway.schema.inputs.subscription import LOWEST_PRIORITY, EvidenceInput
from gateway.schema.scalars import DateTime
from graph.vocabulary import SubscriptionStatus

_WHICH = "Which subscription."
LONGEST_REASON = 1_000


@strawberry.input(description="What the link in a letter of confirmation says.")
class ConfirmSubscriptionInput:
    token: str = required("The `confirmationToken` of `subscribe`.")
    ip: str | None = strawberry.field(default=None, description="From which IP address the link was followed.")
    url: str | None = strawberry.field(default=None, description="On which page the person confirmed.")
    mute_triggers: bool = mute_field()
    idempotency_key: str | None = key_field()


@strawberry.input(description="Pauses a subscription.")
class SuspendSubscriptionInput:
    subscription: strawberry.ID = required(_WHICH)
    until: DateTime = required("When it is SUBSCRIBED again by itself; in the future.")
    reason: str | None = strawberry.field(default=None, description="What the person said.")
    mute_triggers: bool = mute_field()
    idempotency_key: str | None = key_field()


@strawberry.input(description="Ends a pause before its time.")
class ResumeSubscriptionInput:
    subscription: strawberry.ID = required(_WHICH)
    reason: str | None = strawberry.field(default=None, description="What the person said.")
    mute_triggers: bool = mute_field()
    idempotency_key: str | None = key_field()


@strawberry.input(description="Gives a subscription another status.")
class SetSubscriptionStatusInput:
    subscription: strawberry.ID = required(_WHICH)
    status: SubscriptionStatus = required("What it is from now on; SUSPENDED has no end then.")
    reason: str | None = strawberry.field(default=None, description="Why.")
    evidence: EvidenceInput | None = strawberry.field(
        default=None,
        description="How the person said so. It is needed, and must be newer than the present status and than a "
        "standing opt-out, where the new status allows more, and for any change of COMPLAINED, HARD_BOUNCED or "
        "INVALID; else the user error is CONSENT_REQUIRED.",
    )
    mute_triggers: bool = mute_field()
    idempotency_key: str | None = key_field()


@strawberry.input(description="Puts a subscription at a place among the person's on its channel of its resource.")
class SetSubscriptionPriorityInput:
    subscription: strawberry.ID = required(_WHICH)
    priority: int = required(
        "0 is the highest; the others close up and make room. A place after the last is the last. "
        f"{LOWEST_PRIORITY:,} is the lowest that can be asked for."
    )
    mute_triggers: bool = mute_field()
    idempotency_key: str | None = key_field()


@strawberry.input(description="Joins a category of a subscription's resource.")
class JoinCategoryInput:
    subscription: strawberry.ID = required(_WHICH)
    category: CategoryRef = required("Which kind of content.")
    evidence: EvidenceInput | None = strawberry.field(default=None, description="How the person said so.")
    mute_triggers: bool = mute_field()
    idempotency_key: str | None = key_field()


@strawberry.input(description="Takes a subscription out of use.")
class ArchiveSubscriptionInput:
    subscription: strawberry.ID = required(_WHICH)
    reason: str | None = strawberry.field(default=None, description="Why.")
    mute_triggers: bool = mute_field()
    idempotency_key: str | None = key_field()


@strawberry.input(description="Takes an archived subscription into use again.")
class RestoreSubscriptionInput:
    subscription: strawberry.ID = required(_WHICH)
    reason: str | None = strawberry.field(default=None, description="Why.")
    mute_triggers: bool = mute_field()
    idempotency_key: str | None = key_field()


@strawberry.input(description="Gives a subscription another address.")
class ReplaceAddressInput:
    subscription: strawberry.ID = required(_WHICH)
    address: AddressInput = required("The new address, on the same channel.")
    evidence: EvidenceInput | None = strawberry.field(default=None, description="How the person said so.")
    mute_triggers: bool = mute_field()
    idempotency_key: str | None = key_field()
