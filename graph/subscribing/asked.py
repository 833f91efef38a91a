from __future__ import annotations

from dataclasses import dataclass, field

from graph.consent.cause import Cause
from graph.consent.evidence import Evidence
from graph.identifiers import IdentifierValue
from graph.people.reference import Person, ProfileReference
from graph.subscribing.address import Push
from graph.subscribing.device import Device
from graph.subscribing.opening import Wish
from graph.subscribing.placing import Row
from graph.subscribing.resource import CategoryReference, ResourceFacts, ResourceReference
from graph.vocabulary import Channel, ConfirmationMode


@dataclass(frozen=True, slots=True)
class Subscribe:
    """`priority` 0 is the highest; None leaves a new one's place to the resource, and an old one where it is.

    `replaces` is the id of a subscription that gets the address instead of a new one. `erased_key` keys the hashes of
    erased addresses, None where nobody asks for them.
    """

    profile: ProfileReference
    resource: ResourceReference
    channel: Channel
    address: IdentifierValue
    actor: str
    create_profile: bool = True
    categories: tuple[CategoryReference, ...] = ()
    opt_in: Evidence | None = None
    priority: int | None = None
    resubscribe: bool = False
    confirmation: ConfirmationMode = ConfirmationMode.RESOURCE_DEFAULT
    lift_profile_status: bool = False
    consent_expires_at_ms: int | None = None
    replaces: str | None = None
    device: Device | None = None
    push: Push | None = None
    cause: Cause = Cause.SUBSCRIBE
    source: str = "api"
    erased_key: bytes | None = field(default=None, repr=False)

    def details(self) -> dict[str, str | None]:
        """What is said of device and push keys, by property."""
        device = {} if self.device is None else self.device.properties()
        return device if self.push is None else {**device, **self.push.properties()}


@dataclass(frozen=True, slots=True)
class Opening:
    """A command whose person is locked, with all that was looked up for it."""

    command: Subscribe
    person: Person
    resource: ResourceFacts
    wish: Wish

    @property
    def row(self) -> Row:
        return Row(self.person.profile_id, self.resource.id, self.command.channel)

    @property
    def identifier_id(self) -> str:
        return self.person.resolution.identifier_ids[self.command.address.key]

    @property
    def now_ms(self) -> int:
        return self.wish.now_ms
