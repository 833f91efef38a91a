from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import auto
from typing import Final

from graph.vocabulary import Channel, Word

# What a message holds of its content, by its names in the graph; an erasure takes all of it away. So does it with
# `data`, which is what a template is filled in with.
PROPERTIES: Final = ("subject", "text", "html", "url", "icon", "payload")
# In characters; `NOTE` is the text of a notification.
LONGEST_SUBJECT: Final = 500
LONGEST_BODY: Final = 200_000
LONGEST_TEXT: Final = 4_000
LONGEST_TITLE: Final = 200
LONGEST_NOTE: Final = 2_000
LONGEST_URL: Final = 2_000

Properties = Mapping[str, str | None]


class ContentKind(Word):
    """In which form something is said; several channels may share one."""

    EMAIL = auto()
    SMS = auto()
    PUSH = auto()
    MESSENGER = auto()
    WEBHOOK = auto()
    WHATSAPP = auto()

    @classmethod
    def of(cls, channel: Channel) -> tuple[ContentKind, ...]:
        """What can go by it: of these the first that there is."""
        match channel:
            case Channel.EMAIL:
                return (cls.EMAIL,)
            case Channel.SMS:
                return (cls.SMS,)
            case Channel.WEB_PUSH | Channel.MOBILE_PUSH:
                return (cls.PUSH,)
            case Channel.TELEGRAM | Channel.VIBER:
                return (cls.MESSENGER,)
            case Channel.WHATSAPP:
                return (cls.WHATSAPP, cls.MESSENGER)
            case Channel.WEBHOOK:
                return (cls.WEBHOOK,)


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
class WhatsappContent:
    """A template that Meta has approved: `payload` is JSON with its name, language and what stands in its variables."""

    payload: str

    def properties(self) -> Properties:
        return {"payload": self.payload}


ContentPart = EmailContent | TextContent | PushContent | WebhookContent | WhatsappContent


@dataclass(frozen=True, slots=True)
class Content:
    """What is said, in as many ways as there are kinds of channels that it may go by."""

    email: EmailContent | None = None
    sms: TextContent | None = None
    push: PushContent | None = None
    messenger: TextContent | None = None
    webhook: WebhookContent | None = None
    whatsapp: WhatsappContent | None = None

    @property
    def channels(self) -> frozenset[Channel]:
        """By which it can go."""
        kinds = {kind for kind, _ in self.parts()}
        return frozenset(channel for channel in Channel if kinds.intersection(ContentKind.of(channel)))

    def parts(self) -> Sequence[tuple[ContentKind, ContentPart]]:
        """Those that are there, in the order of the kinds."""
        each = (self.email, self.sms, self.push, self.messenger, self.webhook, self.whatsapp)
        return [(kind, part) for kind, part in zip(ContentKind, each, strict=True) if part is not None]

    def kind(self, channel: Channel) -> ContentKind:
        """In which form it goes by that channel. Raises ValueError where it cannot."""
        parts = dict(self.parts())
        found = next((kind for kind in ContentKind.of(channel) if kind in parts), None)
        if found is None:
            raise ValueError(f"the content has nothing for {channel}")
        return found

    def properties(self, channel: Channel) -> Properties:
        """As a message on that channel holds it, each of `PROPERTIES`. Raises ValueError where it cannot go by it."""
        part = dict(self.parts())[self.kind(channel)]
        return {**dict.fromkeys(PROPERTIES), **part.properties()}
