from __future__ import annotations

from dataclasses import dataclass, field

from graph.reach import ReachFacts
from graph.vocabulary import Channel, MessagePurpose, PushProvider, UnknownPolicy


@dataclass(frozen=True, slots=True)
class PushTarget:
    """How a device is reached, beside its token: by whom an app's is, with which keys a browser's."""

    provider: PushProvider | None = None
    p256dh: str | None = field(default=None, repr=False)
    auth: str | None = field(default=None, repr=False)
    app_id: str | None = None


@dataclass(frozen=True, slots=True)
class SendingRate:
    """How fast a resource may send: `micros` millionths of a message a second, `burst` messages after a pause."""

    micros: int
    burst: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One claimed message with all that a channel and the gates need; personal values stay out of its repr.

    `subject` is a notification's title as well, `payload` is JSON. What there is of these depends on the channel.
    """

    message_id: str
    channel: Channel
    purpose: MessagePurpose
    attempt: int
    facts: ReachFacts
    address: str | None = field(repr=False)
    sender: str | None = field(repr=False)
    sender_name: str | None = field(default=None, repr=False)
    subject: str | None = field(default=None, repr=False)
    text: str | None = field(default=None, repr=False)
    html: str | None = field(default=None, repr=False)
    url: str | None = field(default=None, repr=False)
    icon: str | None = field(default=None, repr=False)
    payload: str | None = field(default=None, repr=False)
    push: PushTarget = PushTarget()
    # Whose the address is: a chat belongs to one bot, and means nothing to another.
    namespace: str = ""
    address_id: str | None = None
    resource_id: str | None = None
    # None where the resource names no rate.
    rate: SendingRate | None = None
    # What it says is not known before it is rendered.
    template_version_id: str | None = None
    on_unknown: UnknownPolicy = UnknownPolicy.RETRY
    # Already marked as handed over when it was claimed.
    is_handed: bool = False
    track_opens: bool = True
    track_clicks: bool = True
    # Where who got it says no, without logging in. Whoever has it can do that.
    leave_url: str | None = field(default=None, repr=False)
