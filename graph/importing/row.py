from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from graph.consent.evidence import Evidence
from graph.errors import UserError
from graph.identifiers import IdentifierValue
from graph.people.attribute_change import AttributeChange
from graph.people.facts import Facts, FieldValue
from graph.people.upsert import UpsertMode
from graph.subscribing.address import Push
from graph.subscribing.resource import CategoryReference, ResourceReference
from graph.vocabulary import Channel, IdentifierType, SubscriptionStatus


@dataclass(frozen=True, slots=True)
class ImportedSubscription:
    """An address of the row's person at a resource, with the status that the source knows of it.

    `priority` 0 is the highest; None leaves a new one's place to the resource, and an old one where it is.
    """

    resource: ResourceReference
    channel: Channel
    address: IdentifierValue
    status: SubscriptionStatus = SubscriptionStatus.SUBSCRIBED
    opt_in: Evidence | None = None
    priority: int | None = None
    categories: tuple[CategoryReference, ...] = ()
    consent_expires_at_ms: int | None = None
    push: Push | None = None


@dataclass(frozen=True, slots=True)
class ImportedProfile:
    """A checked row; `index` is its place in what the client sent, `status` that of the person as a whole.

    `left_out` says what of the row is not here because it cannot be, which its result tells.
    """

    index: int
    identifiers: tuple[IdentifierValue, ...]
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    attributes: tuple[AttributeChange, ...] = ()
    mode: UpsertMode = UpsertMode.UPSERT
    match_on: frozenset[IdentifierType] | None = None
    is_test: bool = False
    status: SubscriptionStatus | None = None
    subscriptions: tuple[ImportedSubscription, ...] = ()
    left_out: tuple[UserError, ...] = ()

    @property
    def facts(self) -> Facts:
        return Facts(self.fields, self.attributes)

    @property
    def addresses(self) -> tuple[IdentifierValue, ...]:
        return tuple(each.address for each in self.subscriptions)


@dataclass(frozen=True, slots=True)
class ImportTerms:
    """What holds for all rows of one import. `source` is what links and the ledger name as where they come from.

    `erased_key` keys the hashes of erased addresses, None where nobody asks for them. With
    `skip_invalid_subscriptions` a subscription that cannot be is left out, and without it its row is refused.
    """

    actor: str
    source: str = "import"
    skip_invalid_subscriptions: bool = False
    erased_key: bytes | None = field(default=None, repr=False)
