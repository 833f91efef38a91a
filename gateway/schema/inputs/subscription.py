from __future__ import annotations

import strawberry

from gateway.schema.inputs.category import CategoryRef
from gateway.schema.inputs.fields import key_field, mute_field, optional, required
from gateway.schema.inputs.problems import Problems
from gateway.schema.references import ProfileRef, ResourceRef
from gateway.schema.scalars import DateTime
from graph.consent.evidence import Evidence

LOWEST_PRIORITY = 1_000

_LONGEST_URL = 2_000
_LONGEST_SOURCE = 200
_LONGEST_WORDING = 10_000


@strawberry.input(one_of=True, description="An address; which of these it is says on which channel.")
class AddressInput:
    email: str | None = optional("E-mail.")
    phone: str | None = optional("SMS: a phone number with its country code.")


@strawberry.input(description="How the person said yes or no.")
class EvidenceInput:
    at: DateTime = required("When; at most 24 hours from now.")
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
        default=None, description="Kinds of content that the subscriber joins explicitly."
    )
    opt_in: EvidenceInput | None = strawberry.field(default=None, description="How the person agreed.")
    priority: int | None = strawberry.field(
        default=None,
        description=f"0 is the highest, and what a new subscription gets; the others move down. {LOWEST_PRIORITY:,} is "
        "the lowest.",
    )
    resubscribe: bool = strawberry.field(
        default=False,
        description="Opens a subscription again that the person had left; this takes an `optIn` that is newer than the "
        "leaving. After a complaint, a hard bounce or for an invalid address nothing opens it here: the user error is "
        "STATE_NOT_ALLOWED.",
    )
    mute_triggers: bool = mute_field()
    idempotency_key: str | None = key_field()


def evidence(given: EvidenceInput, problems: Problems, *path: str) -> Evidence:
    """When it was is checked by whoever knows the time."""
    return Evidence(
        at_ms=given.at,
        ip=None if given.ip is None else problems.ip(given.ip, *path, "ip"),
        url=None if given.url is None else problems.text(given.url, *path, "url", longest=_LONGEST_URL),
        source=None if given.source is None else problems.text(given.source, *path, "source", longest=_LONGEST_SOURCE),
        wording=None
        if given.wording is None
        else problems.words(given.wording, *path, "wording", longest=_LONGEST_WORDING),
    )
