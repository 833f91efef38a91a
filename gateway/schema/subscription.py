from __future__ import annotations

import strawberry

from gateway.schema.connection import Connection
from gateway.schema.fields import argument, described, history
from gateway.schema.lazy import LazyCategory, LazyConsentRecord, LazyIdentifier, LazyProfile, LazyResource
from gateway.schema.node import Node
from gateway.schema.scalars import DateTime
from graph.vocabulary import Channel, PushProvider, SubscriptionStatus


@strawberry.type(description="Whether a subscriber gets one category of the resource.")
class CategoryMembership:
    category: LazyCategory = described("The category.")
    joined: bool = described("Whether the subscriber gets it.")
    explicit: bool = described("Whether the subscriber said so; otherwise it is the category's default.")
    since: DateTime | None = described("When the subscriber said so.")


@strawberry.type(description="What proves that somebody agreed.")
class OptInEvidence:
    at: DateTime = described("When they agreed.")
    ip: str | None = described("From which address of the network.", pii=True)
    url: str | None = described("On which page.")
    source: str = described("Which system took it down.")
    wording: str | None = described("The words they agreed to.")


@strawberry.type(description="What a subscription is read on.")
class Device:
    type: str | None = described("Its kind, like `phone`.")
    model: str | None = described("Its model.")
    os: str | None = described("Its operating system.")
    os_version: str | None = described("The version of that.")
    app_id: str | None = described("The app that shows the notification.")
    app_version: str | None = described("The version of that.")
    language: str | None = described("The language it is set to.")


@strawberry.type(description="One address of one person on one channel of one resource, with a status of its own.")
class ChannelSubscription(Node):
    profile: LazyProfile = described("Whose subscription it is.")
    resource: LazyResource = described("The publisher.")
    channel: Channel = described("The channel.")
    address: LazyIdentifier = described("Where messages go.")
    status: SubscriptionStatus = described(
        "Whether this address may be written to, now: a pause or a consent that ran out is over at once. Filters "
        "(`statuses:`) look at what is recorded, which follows within about a minute."
    )
    status_as_of: SubscriptionStatus | None = described(
        "The status that the ledger had then; null before the first record.",
        argument("at", DateTime, "When."),
    )
    priority: int = described("Which of several addresses is tried first; 0 is the highest.")
    categories: list[CategoryMembership] = described("Which kinds of content the subscriber gets.")
    opt_in: OptInEvidence | None = described("What proves the consent.")
    device: Device | None = described("What it is read on, where anything is known of that.")
    push_provider: PushProvider | None = described("Who carries notifications to an app.")
    suspended_until: DateTime | None = described("When a pause ends.")
    consent_expires_at: DateTime | None = described("When the consent runs out.")
    history: Connection[LazyConsentRecord] = history("The changes of its status and of its categories.")
    created_at: DateTime = described("When it was made.")
