from __future__ import annotations

import strawberry

from gateway.schema.inputs.fields import key_field, mute_field, required
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.subscription import EvidenceInput
from gateway.schema.references import IdentifierInput, ProfileRef
from graph.identifying.placeholders import BlockedValue, blocked_value
from graph.vocabulary import IdentifierType, UserErrorCode


@strawberry.input(description="A value that a person gets.")
class AddIdentifierInput:
    profile: ProfileRef = required("Who.")
    identifier: IdentifierInput = required("What they are to be found by or reached at.")
    mute_triggers: bool = mute_field()
    idempotency_key: str | None = key_field()


@strawberry.input(description="A value that a person loses.")
class RemoveIdentifierInput:
    profile: ProfileRef = required("Who.")
    identifier: IdentifierInput = required("What they are not to be found by any more.")
    mute_triggers: bool = mute_field()
    idempotency_key: str | None = key_field()


@strawberry.input(description="Proof that a value is a person's own.")
class VerifyIdentifierInput:
    profile: ProfileRef = required("Who.")
    identifier: IdentifierInput = required("What is theirs.")
    evidence: EvidenceInput = required("How it was seen; the newest is kept.")
    mute_triggers: bool = mute_field()
    idempotency_key: str | None = key_field()


@strawberry.input(description="A value that stands for nobody.")
class BlockIdentifierPlaceholderInput:
    type: IdentifierType | None = strawberry.field(
        default=None, description="Only as a value of this type; of every type where it is left out."
    )
    value: str = required(
        "The value, in any namespace, or a mailbox at every e-mail domain like `noreply@*`. Capitals do not count."
    )
    idempotency_key: str | None = key_field()


@strawberry.input(description="A value that is to mean somebody again.")
class UnblockIdentifierPlaceholderInput:
    blocked_identifier: strawberry.ID = required("The id of what was blocked.")
    idempotency_key: str | None = key_field()


def placeholder(given: BlockIdentifierPlaceholderInput, problems: Problems) -> BlockedValue | None:
    try:
        return blocked_value(given.type, given.value)
    except ValueError as error:
        problems.add(UserErrorCode.INVALID, f"The value {error}.", "value")
        return None
