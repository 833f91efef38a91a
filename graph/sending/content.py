from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from graph.vocabulary import Channel

# What a message holds of its content, by its names in the graph; an erasure takes all of it away.
PROPERTIES: Final = ("subject", "text", "html", "url", "icon", "payload")

Properties = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class EmailContent:
    subject: str
    text: str | None
    html: str | None

    def properties(self) -> Properties:
        return {"subject": self.subject, "text": self.text, "html": self.html}


@dataclass(frozen=True, slots=True)
class TextContent:
    text: str

    def properties(self) -> Properties:
        return {"text": self.text}


@dataclass(frozen=True, slots=True)
class PushContent:
    title: str
    body: str
    url: str | None = None
    icon: str | None = None

    def properties(self) -> Properties:
        return {"subject": self.title, "text": self.body, "url": self.url, "icon": self.icon}


@dataclass(frozen=True, slots=True)
class WebhookContent:
    """`payload` is JSON."""

    payload: str

    def properties(self) -> Properties:
        return {"payload": self.payload}


@dataclass(frozen=True, slots=True)
class Content:
    """What is said, in as many ways as there are kinds of channels that it may go by."""

    email: EmailContent | None = None
    sms: TextContent | None = None
    push: PushContent | None = None
    messenger: TextContent | None = None
    webhook: WebhookContent | None = None

    @property
    def channels(self) -> frozenset[Channel]:
        """By which it can go."""
        return frozenset(channel for channel in Channel if self._part(channel) is not None)

    def properties(self, channel: Channel) -> Properties:
        """As a message on that channel holds it, each of `PROPERTIES`. Raises ValueError where it cannot go by it."""
        part = self._part(channel)
        if part is None:
            raise ValueError(f"the content has nothing for {channel}")
        return {**dict.fromkeys(PROPERTIES), **part.properties()}

    def _part(self, channel: Channel) -> EmailContent | TextContent | PushContent | WebhookContent | None:
        match channel:
            case Channel.EMAIL:
                return self.email
            case Channel.SMS:
                return self.sms
            case Channel.WEB_PUSH | Channel.MOBILE_PUSH:
                return self.push
            case Channel.TELEGRAM | Channel.WHATSAPP | Channel.VIBER:
                return self.messenger
            case Channel.WEBHOOK:
                return self.webhook
