from __future__ import annotations

import strawberry

from gateway.schema.connection import Connection
from gateway.schema.fields import described, paged
from gateway.schema.lazy import LazyMessage, LazyOutreach, LazyResource, LazySubscription
from gateway.schema.node import Node, TimelineEntry
from gateway.schema.scalars import DateTime
from graph.vocabulary import Channel, Gate, MessagePurpose, MessageState, OutreachOrigin


@strawberry.type(description="One try to hand a message to a provider.")
class Attempt(Node):
    at: DateTime = described("When it was tried.")
    provider: str = described("Which provider.")
    outcome: str = described("What came of it.")
    answer: str | None = described("What the provider said.")
    next_at: DateTime | None = described("When it is tried again.")


@strawberry.type(description="What a provider told of a message after it had taken it.")
class Receipt(Node):
    at: DateTime = described("When it happened, as the provider says.")
    provider: str = described("Which account it came from.")
    event_type: str = described("The provider's word for it.")
    applied: bool = described("Whether it changed anything: what is late, doubled or unknown is kept all the same.")
    reason: str | None = described("Why, in the provider's words or code.")


@strawberry.type(description="One communication to one person at one address. Its way is recorded step by step.")
class Message(Node, TimelineEntry):
    message_state: MessageState = described("Where it is on its way.")
    purpose: MessagePurpose = described("Why it is sent.")
    channel: Channel = described("On which channel.")
    subject: str | None = described("The subject of a letter.")
    address: str | None = described("Where it goes.", pii=True)
    masked: str | None = described("Enough of the address to recognise it.")
    subscription: LazySubscription | None = described("The subscription that it goes through.")
    resource: LazyResource = described("In whose name it is sent.")
    outreach: LazyOutreach = described("The intent that it belongs to.")
    refused_by: Gate | None = described("The gate that refused it.")
    reason: str | None = described("Why, in words.")
    is_test: bool = described("Whether it was sent as a test and stays out of reports.")
    created_at: DateTime = described("When it was queued; the same as `at`.")
    sent_at: DateTime | None = described("When the provider accepted it.")
    delivered_at: DateTime | None = described("When it arrived.")
    opened_at: DateTime | None = described("When it was first opened.")
    first_clicked_at: DateTime | None = described("When a link in it was first followed.")
    open_count: int = described("How often it was opened.")
    click_count: int = described("How often a link in it was followed.")
    complained_at: DateTime | None = described("When it was reported as unwanted.")
    unsubscribed_at: DateTime | None = described("When somebody ended the subscription because of it.")
    attempts: Connection[Attempt] = paged("The tries to hand it over, oldest first.")
    receipts: Connection[Receipt] = paged("What its provider told of it, oldest first.")


@strawberry.type(description="One intent to reach one person. Its messages are the tries on different addresses.")
class Outreach(Node):
    origin: OutreachOrigin = described("What started it.")
    state: str = described(
        "QUEUED while a message is in flight, REFUSED where a gate is closed, else what its message came to, like SENT."
    )
    refused_by: Gate | None = described("The gate that refused all of it.")
    reason: str | None = described("Why, in words.")
    messages: Connection[LazyMessage] = paged("The messages of this intent.")
