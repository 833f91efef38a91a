from __future__ import annotations

import strawberry

from gateway.schema.inputs.fields import key_field, optional, required
from gateway.schema.inputs.problems import Problems, resource_reference
from gateway.schema.references import IdentifierInput, ResourceRef
from gateway.schema.scalars import DateTime
from graph.consent.suppression import SuppressionTarget
from graph.identifiers import domain_of_mail
from graph.vocabulary import Channel, UserErrorCode


@strawberry.input(one_of=True, description="An address, or all addresses of a domain.")
class SuppressionPatternInput:
    address: IdentifierInput | None = optional("One address; nobody needs to have it yet.")
    domain: str | None = optional("All e-mail addresses of this domain; not those of domains below it.")


@strawberry.input(description="What nobody writes to, and within what.")
class SuppressionTargetInput:
    pattern: SuppressionPatternInput = required("Which address or domain.")
    resource: ResourceRef | None = strawberry.field(
        default=None, description="Only this resource may not write there; all where it is left out."
    )
    channel: Channel | None = strawberry.field(
        default=None, description="Only on this channel; on all where it is left out."
    )


@strawberry.input(description="Stops an address or a domain on everybody who has it or gets it later.")
class SuppressInput:
    target: SuppressionTargetInput = required("What is stopped.")
    reason: str = required("Why.")
    until: DateTime | None = strawberry.field(
        default=None, description="When it ends by itself. Said again, a suppression ends later than before, or never."
    )
    idempotency_key: str | None = key_field()


@strawberry.input(one_of=True, description="A suppression, by exactly one of these.")
class UnsuppressTarget:
    suppression: strawberry.ID | None = optional("Its id.")
    target: SuppressionTargetInput | None = optional("What it stops, as it was given to `suppress`.")


@strawberry.input(description="Takes a suppression away.")
class UnsuppressInput:
    target: UnsuppressTarget = required("Which.")
    idempotency_key: str | None = key_field()


def suppression_target(given: SuppressionTargetInput, problems: Problems, *path: str) -> SuppressionTarget:
    resource = None if given.resource is None else resource_reference(given.resource)
    if isinstance(given.pattern.address, IdentifierInput):
        address = problems.identifier(given.pattern.address, *path, "pattern", "address")
        return SuppressionTarget(address=address, resource=resource, channel=given.channel)
    domain = _domain(str(given.pattern.domain), problems, *path, "pattern", "domain")
    return SuppressionTarget(domain=domain, resource=resource, channel=given.channel)


def _domain(text: str, problems: Problems, *path: str) -> str:
    try:
        return domain_of_mail(text)
    except ValueError as error:
        problems.add(UserErrorCode.INVALID, f"The value {error}.", *path)
        return text
