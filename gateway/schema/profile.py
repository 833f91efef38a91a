from __future__ import annotations

import strawberry

from gateway.schema.attribute import Attribute
from gateway.schema.connection import Connection
from gateway.schema.effective_timezone import EffectiveTimezone
from gateway.schema.enums import TimelineKind
from gateway.schema.fields import argument, described, history, paged
from gateway.schema.inputs.category import CategoryRef
from gateway.schema.lazy import (
    LazyConsentRecord,
    LazyEvent,
    LazyIdentifier,
    LazyMerge,
    LazyMessage,
    LazyPurchase,
    LazyRelation,
    LazySubscription,
)
from gateway.schema.node import Node, TimelineEntry
from gateway.schema.opt_out import OptOut
from gateway.schema.reach import Reach
from gateway.schema.references import DateTimeRange, ResourceRef
from gateway.schema.scalars import Date, DateTime
from gateway.schema.tracked import Tracked
from graph.vocabulary import (
    Channel,
    MessagePurpose,
    MessageState,
    ProfileKind,
    PurchaseKind,
    PurchaseStatus,
    Sex,
    SubscriptionStatus,
)

_DURING = argument("during", DateTimeRange | None, "Only what happened then.")


@strawberry.type(
    description="One person as known now. No address is the key of a person: a profile may have none, one or many."
)
class Profile(Node):
    merged_ids: list[strawberry.ID] = described("The ids of profiles that became part of this one; they keep working.")
    revision: int = described("Grows with every change to this person. Pass it as `after` to `profileChanged`.")
    kind: ProfileKind = described("How well the person is known.")
    is_identified: bool = described("Whether a verified or EXTERNAL identifier says who it is.")
    is_test: bool = described("Whether it is a test and stays out of reports.")
    status: SubscriptionStatus = described(
        "SUBSCRIBED means that no bar stands above the subscriptions; it is not a consent."
    )
    first_name: str | None = described("First name.", pii=True)
    last_name: str | None = described("Last name.", pii=True)
    birth_date: Date | None = described("Date of birth.", pii=True)
    sex: Sex | None = described("As declared by the person.", pii=True)
    locale: str | None = described("The person's language, like `en-GB`.")
    timezone: str | None = described("The declared time zone, like `Europe/London`.")
    effective_timezone: EffectiveTimezone | None = described(
        "The time zone that holds for this person, and how it is known; null beside an error that says so."
    )
    tracked: Tracked | None = described(
        "What the person's devices told along with events; null where none did. It never overwrites what is declared."
    )
    attribute: Attribute | None = described(
        "The attribute with this key, null where the person does not have it.", argument("key", str, "Which.")
    )
    attributes: list[Attribute] = described(
        "What the person has of the attributes that you defined, by key.",
        argument("keys", list[str] | None, "Only these."),
    )
    country: str | None = described("ISO 3166, like `GB`.")
    city: str | None = described("City.")
    identifiers: Connection[LazyIdentifier] = paged("The values that point to this person or reach them.")
    subscriptions: Connection[LazySubscription] = paged(
        "The addresses on which this person subscribed, in the order of their priority.",
        argument("channel", Channel | None, "Only those on this channel."),
        argument("resource", ResourceRef | None, "Only those to this resource."),
        argument("statuses", list[SubscriptionStatus] | None, "Only those with one of these statuses, as recorded."),
    )
    reach: Reach | None = described(
        "Whether this person may be written to, and if not, which gate refuses; null beside an error that says so.",
        argument("resource", ResourceRef, "By which publisher."),
        argument("channel", Channel | None, "Only on this channel."),
        argument("category", CategoryRef | None, "With this kind of content of the resource."),
        argument("purpose", MessagePurpose, "For what purpose.", MessagePurpose.MARKETING),
        argument("at", DateTime | None, "At which time; now, where nothing is said."),
    )
    relations: Connection[LazyRelation] = paged(
        "What others are to this person.", argument("type", str | None, "Only relations of this type.")
    )
    opt_outs: list[OptOut] = described("Where the person said no for good: 100 at most.")
    events: Connection[LazyEvent] = history(
        "What the person did.", argument("types", list[str] | None, "Only events of these types: 50 at most."), _DURING
    )
    purchases: Connection[LazyPurchase] = history(
        "What the person bought.",
        argument("statuses", list[PurchaseStatus] | None, "Only those with one of these statuses."),
        argument("kinds", list[PurchaseKind] | None, "Only sales, or only returns."),
        _DURING,
    )
    messages: Connection[LazyMessage] = history(
        "What was sent to the person.",
        argument("channel", Channel | None, "Only those on this channel."),
        argument("states", list[MessageState] | None, "Only those in one of these states."),
        argument("purposes", list[MessagePurpose] | None, "Only those sent for one of these purposes."),
        _DURING,
    )
    timeline: Connection[TimelineEntry] = history(
        "All that happened to the person, in one list.",
        argument("kinds", list[TimelineKind] | None, "Only entries of these kinds."),
        _DURING,
    )
    consent_history: Connection[LazyConsentRecord] = history("What the person allowed, and no longer did.", _DURING)
    merges: Connection[LazyMerge] = history("Who became part of this person, also where it was undone.")
    created_at: DateTime = described("When the profile was made.")
    updated_at: DateTime = described("When its own fields last changed.")
    first_seen_at: DateTime = described("When the person first did something, or was first heard of.")
    last_seen_at: DateTime | None = described("When the person last did something.")
