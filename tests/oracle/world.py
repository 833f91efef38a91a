"""A small customer graph in memory: what the oracle answers from, and what is written into the real graph.

Attributes are named like the graph's properties. Times (named `at`, `since` or `until`, or ending in `_at` or `_until`)
are epoch milliseconds. What is None is not written at all. Everything leads to everything, so nothing of it can be
printed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

# Marks an attribute that is an edge, or otherwise no property of its own.
_LINK: Mapping[str, bool] = {"link": True}


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class Person:
    typename: ClassVar[str] = "Profile"
    id: str
    member_ids: list[str]
    revision: int
    status: str
    kind: str
    created_at: int
    merged_into: str | None = None
    is_identified: bool | None = None
    is_test: bool | None = None
    first_name: str | None = None
    last_name: str | None = None
    birth_date: str | None = None
    sex: str | None = None
    locale: str | None = None
    timezone: str | None = None
    country: str | None = None
    city: str | None = None
    updated_at: int | None = None
    first_seen_at: int | None = None
    last_seen_at: int | None = None
    attributes: dict[str, Any] = field(default_factory=dict, metadata=_LINK)
    attributes_at: dict[str, int] = field(default_factory=dict, metadata=_LINK)
    tracked: Tracked | None = field(default=None, metadata=_LINK)
    identifiers: list[Identifier] = field(default_factory=list, metadata=_LINK)
    subscriptions: list[ChannelSubscription] = field(default_factory=list, metadata=_LINK)
    relations: list[Relation] = field(default_factory=list, metadata=_LINK)
    opt_outs: list[OptOut] = field(default_factory=list, metadata=_LINK)


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class Relation:
    typename: ClassVar[str] = "Relation"
    id: str
    key: str
    type: str
    since: int
    properties: str | None = None
    person: Person = field(metadata=_LINK)
    to: Person = field(metadata=_LINK)


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class Tracked:
    last_at: int
    ip: str | None = None
    country: str | None = None
    region: str | None = None
    city: str | None = None
    timezone: str | None = None
    browser: str | None = None
    os: str | None = None


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class Identifier:
    typename: ClassVar[str] = "Identifier"
    id: str
    key: str
    type: str
    value: str | None
    masked: str
    namespace: str | None = None
    reversed: str | None = None
    domain: str | None = None
    people: list[Person] = field(default_factory=list, metadata=_LINK)


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class BlockedIdentifier:
    typename: ClassVar[str] = "BlockedIdentifier"
    id: str
    key: str
    value: str
    created_at: int
    type: str | None = None


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class Resource:
    typename: ClassVar[str] = "Resource"
    id: str
    key: str
    title: str
    created_at: int
    channels: list[str] | None = None
    require_double_opt_in: bool | None = None
    raise_priority_of_new: bool | None = None
    on_unknown: str | None = None
    track_opens: bool | None = None
    track_clicks: bool | None = None
    stop_words: list[str] | None = None
    start_words: list[str] | None = None
    rate_micros: int | None = None
    burst: int | None = None
    categories: list[Category] = field(default_factory=list, metadata=_LINK)


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class Category:
    typename: ClassVar[str] = "Category"
    id: str
    key: str
    scoped_key: str
    title: str
    mandatory: bool | None = None
    active: bool | None = None
    joined_by_default: bool | None = None
    resource: Resource = field(metadata=_LINK)


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class Said:
    """What a subscriber said about a category: joined, or left."""

    joined: bool
    at: int


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class ChannelSubscription:
    typename: ClassVar[str] = "ChannelSubscription"
    id: str
    key: str | None
    channel: str
    status: str
    priority: int
    created_at: int
    opt_in_at: int | None = None
    opt_in_ip: str | None = None
    opt_in_url: str | None = None
    opt_in_source: str | None = None
    opt_in_wording: str | None = None
    suspended_until: int | None = None
    consent_expires_at: int | None = None
    device_type: str | None = None
    device_model: str | None = None
    device_os: str | None = None
    device_os_version: str | None = None
    device_app_id: str | None = None
    device_app_version: str | None = None
    device_language: str | None = None
    push_provider: str | None = None
    person: Person = field(metadata=_LINK)
    address: Identifier = field(metadata=_LINK)
    resource: Resource = field(metadata=_LINK)
    said: dict[str, Said] = field(default_factory=dict, metadata=_LINK)


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class OptOut:
    typename: ClassVar[str] = "OptOut"
    id: str
    key: str
    since: int
    channel: str | None = None
    resource_id: str | None = None
    lifted_for_channels: list[str] | None = None
    lifted_for_resources: list[str] | None = None
    person: Person = field(metadata=_LINK)
    resource: Resource | None = field(default=None, metadata=_LINK)


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class Suppression:
    typename: ClassVar[str] = "Suppression"
    id: str
    key: str
    kind: str
    reason: str
    since: int
    domain: str | None = None
    resource_id: str | None = None
    channel: str | None = None
    until: int | None = None
    address: Identifier | None = field(default=None, metadata=_LINK)
    resource: Resource | None = field(default=None, metadata=_LINK)


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class ConsentRecord:
    typename: ClassVar[str] = "ConsentRecord"
    id: str
    scope: str
    subject_id: str
    seq: int
    profile_id: str | None
    at: int
    to_status: str
    cause: str
    from_status: str | None = None
    source: str | None = None
    actor: str | None = None
    reason: str | None = None
    category_id: str | None = None
    evidence_at: int | None = None
    evidence_ip: str | None = None
    evidence_url: str | None = None
    evidence_source: str | None = None
    evidence_wording: str | None = None
    about: Person | ChannelSubscription | Identifier = field(metadata=_LINK)
    category: Category | None = field(default=None, metadata=_LINK)


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class Product:
    typename: ClassVar[str] = "Product"
    id: str
    source_key: str
    source: str
    sku: str
    name: str | None = None
    product_category: str | None = None


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class Event:
    typename: ClassVar[str] = "Event"
    id: str
    source_key: str
    source: str
    external_id: str
    profile_id: str
    type: str
    occurred_at: int
    received_at: int | None = None
    value_micros: int | None = None
    properties: str | None = None
    is_test: bool | None = None
    products: list[Product] = field(default_factory=list, metadata=_LINK)
    caused_by: Message | None = field(default=None, metadata=_LINK)


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class Line:
    typename: ClassVar[str] = "PurchaseLine"
    position: int
    quantity: int
    unit_price_micros: int
    total_micros: int
    status: str
    product: Product = field(metadata=_LINK)
    purchase: Purchase = field(metadata=_LINK)


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class Purchase:
    typename: ClassVar[str] = "Purchase"
    id: str
    source_key: str
    source: str
    external_id: str
    profile_id: str
    kind: str
    status: str
    placed_at: int
    currency: str
    total_micros: int
    changed_at: int | None = None
    delivery_micros: int | None = None
    discount_micros: int | None = None
    is_test: bool | None = None
    lines: list[Line] = field(default_factory=list, metadata=_LINK)


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class Outreach:
    typename: ClassVar[str] = "Outreach"
    id: str
    profile_id: str
    origin: str
    state: str
    created_at: int
    refused_by: str | None = None
    reason: str | None = None


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class Attempt:
    typename: ClassVar[str] = "Attempt"
    id: str
    at: int
    provider: str
    outcome: str
    answer: str | None = None
    next_at: int | None = None
    message: Message = field(metadata=_LINK)


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class Receipt:
    typename: ClassVar[str] = "Receipt"
    id: str
    at: int
    provider: str
    event_type: str
    applied: bool
    reason: str | None = None
    message: Message = field(metadata=_LINK)


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class Message:
    typename: ClassVar[str] = "Message"
    id: str
    profile_id: str
    state: str
    purpose: str
    channel: str
    created_at: int
    subject: str | None = None
    is_test: bool | None = None
    refused_by: str | None = None
    reason: str | None = None
    sent_at: int | None = None
    delivered_at: int | None = None
    opened_at: int | None = None
    first_clicked_at: int | None = None
    open_count: int | None = None
    click_count: int | None = None
    complained_at: int | None = None
    unsubscribed_at: int | None = None
    subscription: ChannelSubscription | None = field(default=None, metadata=_LINK)
    outreach: Outreach | None = field(default=None, metadata=_LINK)
    attempts: list[Attempt] = field(default_factory=list, metadata=_LINK)
    receipts: list[Receipt] = field(default_factory=list, metadata=_LINK)


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class Merge:
    typename: ClassVar[str] = "Merge"
    id: str
    profile_id: str
    from_id: str
    at: int
    rule: str
    evidence: str | None = None
    actor: str | None = None
    undone_at: int | None = None


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class JobRejectError:
    typename: ClassVar[str] = "UserError"
    id: str
    position: int
    code: str
    message: str
    # Before the one that is called like what makes it a link.
    reject: JobReject = field(metadata=_LINK)
    field: list[str] | None = None
    index: int | None = None


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class JobReject:
    """Nothing is its id: its own name in the graph is for the test alone."""

    typename: ClassVar[str] = "RowResult"
    id: str
    key: str
    index: int
    outcome: str
    result_id: str | None = None
    job: Job = field(metadata=_LINK)
    user_errors: list[JobRejectError] = field(default_factory=list, metadata=_LINK)


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class Job:
    typename: ClassVar[str] = "Job"
    id: str
    state: str
    revision: int
    done: int
    total: int | None
    received: int
    created: int
    updated: int
    unchanged: int
    refused: int
    duplicate: int | None = None
    rejects: list[JobReject] = field(default_factory=list, metadata=_LINK)


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class TemplateVersion:
    typename: ClassVar[str] = "TemplateVersion"
    id: str
    required: list[str]
    email_subject: str | None = None
    email_text: str | None = None
    email_html: str | None = None
    sms_text: str | None = None
    push_title: str | None = None
    push_body: str | None = None
    push_url: str | None = None
    push_icon: str | None = None
    messenger_text: str | None = None
    webhook: str | None = None
    whatsapp: str | None = None


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class Template:
    typename: ClassVar[str] = "Template"
    id: str
    key: str
    title: str
    version: int
    channels: list[str]
    created_at: int
    updated_at: int
    archived_at: int | None = None
    latest: TemplateVersion = field(metadata=_LINK)


Thing = (
    Person
    | Relation
    | Identifier
    | BlockedIdentifier
    | Resource
    | Category
    | ChannelSubscription
    | Product
    | Event
    | Purchase
    | Outreach
    | Message
    | Merge
    | Attempt
    | Receipt
    | Suppression
    | ConsentRecord
    | Job
    | Template
)


@dataclass(slots=True, repr=False)
class World:
    """Everything there is, and by id."""

    people: list[Person] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    identifiers: list[Identifier] = field(default_factory=list)
    blocked: list[BlockedIdentifier] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    categories: list[Category] = field(default_factory=list)
    subscriptions: list[ChannelSubscription] = field(default_factory=list)
    opt_outs: list[OptOut] = field(default_factory=list)
    suppressions: list[Suppression] = field(default_factory=list)
    records: list[ConsentRecord] = field(default_factory=list)
    products: list[Product] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)
    outreaches: list[Outreach] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    templates: list[Template] = field(default_factory=list)
    by_id: dict[str, Thing] = field(default_factory=dict)

    def survivor(self, person: Person) -> Person:
        """Who remains of a person after merges."""
        if person.merged_into is None:
            return person
        found = self.by_id[person.merged_into]
        assert isinstance(found, Person)
        return found

    def person(self, identity: str) -> Person | None:
        """The one who remains of the person with this id; None for an id of nobody."""
        found = self.by_id.get(identity)
        return self.survivor(found) if isinstance(found, Person) else None
