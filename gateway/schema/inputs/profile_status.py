from __future__ import annotations

import strawberry

from gateway.schema.inputs.fields import key_field, mute_field, required
from gateway.schema.inputs.subscription import EvidenceInput
from gateway.schema.references import ProfileRef
from graph.vocabulary import SubscriptionStatus


@strawberry.input(description="Sets the bar above all subscriptions of a person.")
class SetProfileStatusInput:
    profile: ProfileRef = required("Who.")
    status: SubscriptionStatus = required("What it is from now on; the subscriptions stay as they are.")
    evidence: EvidenceInput | None = strawberry.field(
        default=None,
        description="How the person said so. A status that allows more than the present one needs it, and newer than "
        "the present one: otherwise the user error is CONSENT_REQUIRED.",
    )
    reason: str | None = strawberry.field(default=None, description="Why, in words.")
    mute_triggers: bool = mute_field()
    idempotency_key: str | None = key_field()
