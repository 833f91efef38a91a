from __future__ import annotations

import strawberry

from gateway.schema.inputs.address import AddressInput, DeviceInput
from gateway.schema.inputs.category import CategoryRef
from gateway.schema.inputs.fields import key_field, mute_field, required
from gateway.schema.inputs.problems import Problems
from gateway.schema.references import ProfileRef, ResourceRef
from gateway.schema.scalars import DateTime
from graph.consent.evidence import Evidence
from graph.vocabulary import ConfirmationMode, UserErrorCode

LOWEST_PRIORITY = 1_000

_LONGEST_URL = 2_000
_LONGEST_SOURCE = 200
_LONGEST_WORDING = 10_000


@strawberry.input(description="How the person said yes or no.")
class EvidenceInput:
    at: DateTime = required("When; at most 5 minutes from now.")
    ip: str | None = strawberry.field(default=None, description="From which IP address.")
    url: str | None = strawberry.field(
        default=None, description=f"On which page, in at most {_LONGEST_URL:,} characters."
    )
    source: str | None = strawberry.field(
        default=None, description=f"In which system, in at most {_LONGEST_SOURCE} characters."
    )
    wording: str | None = strawberry.field(
        default=None, description=f"The words that the person agreed to, at most {_LONGEST_WORDING:,} characters."
    )


@strawberry.input(description="Connects one address of a person with a resource.")
class SubscribeInput:
    profile: ProfileRef = required("Who.")
    create_profile: bool = strawberry.field(
        default=True, description="Makes the person where the identifier in `profile` is not known yet."
    )
    resource: ResourceRef = required("To what.")
    address: AddressInput = required("Where.")
    categories: list[CategoryRef] | None = strawberry.field(
        default=None,
        description="Kinds of content that the subscriber joins explicitly. One that they had left takes an `optIn` "
        "that is newer than the leaving.",
    )
    opt_in: EvidenceInput | None = strawberry.field(default=None, description="How the person agreed.")
    confirmation: ConfirmationMode = strawberry.field(
        default=ConfirmationMode.RESOURCE_DEFAULT,
        description="Whether the subscription waits for the person's confirmation. One that is SUBSCRIBED stays so; "
        "ALREADY_CONFIRMED needs `optIn`, which must be newer than an UNCONFIRMED that it ends.",
    )
    priority: int | None = strawberry.field(
        default=None,
        description="0 is the highest; whoever stands there or below moves one down, and a place after the last is "
        "the next free one. Left out, a new subscription goes on top, or below all others where the resource says "
        f"so in `raisePriorityOfNew`, and an old one stays where it is. {LOWEST_PRIORITY:,} is the lowest that can "
        "be asked for.",
    )
    device: DeviceInput | None = strawberry.field(
        default=None, description="What it is read on; this replaces all that is known of the device."
    )
    replaces: strawberry.ID | None = strawberry.field(
        default=None,
        description="A subscription of this person on the same channel of the same resource that gets this address "
        "in place of its own, as when a token was renewed: its id, place and history stay. Where the person has "
        "another subscription at the address already, the user error is TAKEN. The old address still points to the "
        "person. Where a confirmation is needed, a new address other than a push token turns SUBSCRIBED into "
        "UNCONFIRMED.",
    )
    resubscribe: bool = strawberry.field(
        default=False,
        description="Opens a subscription again that the person had left or paused; this takes an `optIn` that is "
        "newer than that. After a complaint, a hard bounce or for an invalid address nothing opens it here: the "
        "user error is STATE_NOT_ALLOWED. What was suspended because somebody else logged in on the device opens "
        "without it.",
    )
    lift_profile_status: bool = strawberry.field(
        default=False,
        description="A person who as a whole is not SUBSCRIBED gets no subscription: the user error is PROFILE_BARRED. "
        "True makes them SUBSCRIBED again, where `optIn` is newer than their status and the subscription waits for no "
        "confirmation, else the user error is CONSENT_REQUIRED. COMPLAINED, HARD_BOUNCED and INVALID stay barred.",
    )
    consent_expires_at: DateTime | None = strawberry.field(
        default=None,
        description="When the consent runs out, in the future; the subscription is UNCONFIRMED from then on. A "
        "later end than the one that was agreed takes newer `optIn`.",
    )
    mute_triggers: bool = mute_field()
    idempotency_key: str | None = key_field()


def evidence(given: EvidenceInput, problems: Problems, *path: str) -> Evidence:
    """When it was is checked by whoever knows the time."""
    return Evidence(
        at_ms=given.at,
        ip=None if given.ip is None else problems.ip(given.ip, *path, "ip"),
        url=None if given.url is None else checked_url(given.url, problems, *path, "url"),
        source=None if given.source is None else problems.text(given.source, *path, "source", longest=_LONGEST_SOURCE),
        wording=None
        if given.wording is None
        else problems.words(given.wording, *path, "wording", longest=_LONGEST_WORDING),
    )


def check_priority(problems: Problems, priority: int, *path: str) -> None:
    if not 0 <= priority <= LOWEST_PRIORITY:
        message = f"Must be between 0, the highest, and {LOWEST_PRIORITY:,}."
        problems.add(UserErrorCode.INVALID, message, *path, "priority")


def checked_url(value: str, problems: Problems, *path: str) -> str:
    return problems.text(value, *path, longest=_LONGEST_URL)
