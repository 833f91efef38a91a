"""How the content of a template is kept: a property for each of its texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from graph.sending.content import (
    Content,
    ContentKind,
    EmailContent,
    PushContent,
    TextContent,
    WebhookContent,
    WhatsappContent,
)

# What the texts of a message are called in a template, which has them in every form.
_NAMES: Final[Mapping[ContentKind, Mapping[str, str]]] = {
    ContentKind.EMAIL: {"subject": "emailSubject", "text": "emailText", "html": "emailHtml"},
    ContentKind.SMS: {"text": "smsText"},
    ContentKind.PUSH: {"subject": "pushTitle", "text": "pushBody", "url": "pushUrl", "icon": "pushIcon"},
    ContentKind.MESSENGER: {"text": "messengerText"},
    ContentKind.WEBHOOK: {"payload": "webhook"},
    ContentKind.WHATSAPP: {"payload": "whatsapp"},
}


def properties(content: Content) -> dict[str, str | None]:
    return {_NAMES[kind][name]: text for kind, part in content.parts() for name, text in part.properties().items()}


def content(row: Mapping[str, Any]) -> Content:
    """What `properties` made the row of."""
    subject, title = row["emailSubject"], row["pushTitle"]
    sms, messenger, webhook, whatsapp = row["smsText"], row["messengerText"], row["webhook"], row["whatsapp"]
    return Content(
        email=None if subject is None else EmailContent(subject, row["emailText"], row["emailHtml"]),
        sms=None if sms is None else TextContent(sms),
        push=None if title is None else PushContent(title, row["pushBody"], row["pushUrl"], row["pushIcon"]),
        messenger=None if messenger is None else TextContent(messenger),
        webhook=None if webhook is None else WebhookContent(webhook),
        whatsapp=None if whatsapp is None else WhatsappContent(whatsapp),
    )
