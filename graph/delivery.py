from __future__ import annotations

from dataclasses import dataclass, field

from graph.reach import ReachFacts
from graph.vocabulary import Channel, MessagePurpose


@dataclass(frozen=True, slots=True)
class Delivery:
    """One claimed message with all that a channel and the gates need; personal values stay out of its repr."""

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
    address_id: str | None = None
    resource_id: str | None = None
    # Where who got it says no, without logging in. Whoever has it can do that.
    leave_url: str | None = field(default=None, repr=False)
