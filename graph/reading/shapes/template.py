"""What is said again and again, in the graph."""

from __future__ import annotations

from graph.reading import links
from graph.reading.fields import Leaf, Near, One, Shape
from graph.reading.values import LARGE, instant, optional, optional_instant, parsed, value, value_or

TEMPLATE = Shape(
    "Template",
    {
        "id": value("id"),
        "key": value("key"),
        "title": value("title"),
        "version": value("version"),
        "channels": value_or("channels", "[]"),
        "content": One("TemplateContent", links.LATEST_VERSION),
        "createdAt": instant("createdAt"),
        "updatedAt": instant("updatedAt"),
        "archivedAt": optional_instant("archivedAt"),
    },
)

TEMPLATE_CONTENT = Shape(
    "TemplateContent",
    {
        "requiredData": value_or("required", "[]"),
        "email": Near("TemplateEmail", there="{v}.emailSubject"),
        "sms": optional("smsText"),
        "push": Near("TemplatePush", there="{v}.pushTitle"),
        "messenger": optional("messengerText"),
        "webhook": Leaf("{v}.webhook", parsed, required=False, weight=LARGE),
        "whatsapp": Leaf("{v}.whatsapp", parsed, required=False, weight=LARGE),
    },
)

TEMPLATE_EMAIL = Shape(
    "TemplateEmail",
    {
        "subject": value("emailSubject"),
        "text": Leaf("{v}.emailText", required=False, weight=LARGE),
        "html": Leaf("{v}.emailHtml", required=False, weight=LARGE),
    },
)

TEMPLATE_PUSH = Shape(
    "TemplatePush",
    {
        "title": value("pushTitle"),
        "body": value("pushBody"),
        "url": optional("pushUrl"),
        "icon": optional("pushIcon"),
    },
)
