from __future__ import annotations

import strawberry

from gateway.schema.fields import described
from gateway.schema.node import Node
from gateway.schema.scalars import JSON, DateTime
from graph.vocabulary import Channel


@strawberry.type(description="A letter whose texts are templates.")
class TemplateEmail:
    subject: str = described("The subject line.")
    text: str | None = described("The plain text.")
    html: str | None = described("The HTML. What is filled in is escaped.")


@strawberry.type(description="A notification whose texts are templates.")
class TemplatePush:
    title: str = described("Its title.")
    body: str = described("What it says.")
    url: str | None = described("What a click opens.")
    icon: str | None = described("The picture beside it.")


@strawberry.type(description="What a template says, in as many ways as there are kinds of channels that it goes by.")
class TemplateContent:
    required_data: list[str] = described("The names that `sendMessage` has to be given in `data`; null is something.")
    email: TemplateEmail | None = described("As a letter.")
    sms: str | None = described("As a text message.")
    push: TemplatePush | None = described("As a notification, on WEB_PUSH and MOBILE_PUSH.")
    messenger: str | None = described("As a message on TELEGRAM, WHATSAPP or VIBER.")
    webhook: JSON | None = described("As the data of a webhook; every text in it is a template.")
    whatsapp: JSON | None = described(
        "As a template of Meta on WHATSAPP, with the names of `WhatsappTemplateInput`; what stands in its variables "
        "are templates."
    )


@strawberry.type(
    description="What is said again and again, in Liquid. It may name `profile`, `attributes`, `resource`, "
    "`subscription`, `now`, `viewedProducts`, `lastPurchase` and the `data` that comes with a message; `profile` has "
    "`firstName`, `lastName`, `birthDate`, `sex`, `locale`, `timezone`, `country`, `city` and `createdAt`, `resource` "
    "has `key` and `title`, `subscription` has `channel` and `leaveUrl`. `viewedProducts` are the last 10 that events "
    "`product.viewed` or `page.viewed` named, the newest first, each with `source`, `sku`, `name`, `productCategory` "
    "and `viewedAt`. `lastPurchase` has `source`, `externalId`, `purchaseStatus`, `placedAt`, `currency`, `total`, "
    "`delivery`, `discount` and `lines`, each with `position`, `source`, `sku`, `name`, `productCategory`, `quantity`, "
    "`unitPrice`, `total` and `lineStatus`; it is asked for by `if lastPurchase`. Amounts are in millionths, which the "
    "filter `money` shows. Other templates and files it cannot name."
)
class Template(Node):
    key: str = described("Unique; what your programs call it.")
    title: str = described("For people.")
    version: int = described("Which this is: 1, and one more with each new content. What is queued keeps its own.")
    channels: list[Channel] = described("By which it can go.")
    content: TemplateContent = described("What it says in this version.")
    created_at: DateTime = described("When it was made.")
    updated_at: DateTime = described("When it was last changed.")
    archived_at: DateTime | None = described("Since when nothing new is sent by it.")
