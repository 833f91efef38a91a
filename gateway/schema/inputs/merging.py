from __future__ import annotations

import strawberry

from gateway.schema.inputs.fields import key_field, mute_field, required
from gateway.schema.references import IdentifierInput, ProfileRef

LONGEST_EVIDENCE = 1_000


@strawberry.input(description="Makes one person of two.")
class MergeProfilesInput:
    from_: ProfileRef = strawberry.field(
        name="from", description="Who becomes part of the other; the id keeps working and means the one who remains."
    )
    into: ProfileRef = required("Who remains.")
    evidence: str | None = strawberry.field(
        default=None,
        description="What says that the two are one person. Needed where both have a value that belongs to one person, "
        "like a customer number, and not the same one.",
    )
    mute_triggers: bool = mute_field()
    idempotency_key: str | None = key_field()


@strawberry.input(description="Undoes a merge.")
class SplitProfilesInput:
    merge: strawberry.ID = required("Which: the newest of the person that was not undone.")
    mute_triggers: bool = mute_field()
    idempotency_key: str | None = key_field()


@strawberry.input(description="Says whose a browser, a device or a push token is.")
class IdentifyInput:
    anonymous: list[IdentifierInput] = required(
        "What the visitor was known by until now: cookies, devices, tokens. Not what belongs to one person."
    )
    known: ProfileRef = required("Who it turned out to be.")
    proof: str | None = strawberry.field(
        default=None,
        description="What says that this person is at the device now, like the id of the session they logged in with. "
        "Without it the values are only added to the person, and nobody's history comes along.",
    )
    create_profile: bool = strawberry.field(
        default=True, description="Whether a value that is nobody's yet makes a new person."
    )
    mute_triggers: bool = mute_field()
    idempotency_key: str | None = key_field()


@strawberry.input(description="Ends that a browser, a device or a push token is somebody's.")
class SignOutDeviceInput:
    profile: ProfileRef = required("Who leaves.")
    devices: list[IdentifierInput] = required("Of type COOKIE, DEVICE or PUSH_TOKEN.")
    mute_triggers: bool = mute_field()
    idempotency_key: str | None = key_field()
