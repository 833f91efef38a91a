"""What a message says, as mutations are given it."""

from __future__ import annotations

import orjson
import strawberry

from gateway.mjml import NotMjml, html_of
from gateway.schema.inputs.fields import optional, required
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.whatsapp import AS_IT_IS, WhatsappTemplateInput, whatsapp_content
from gateway.schema.scalars import JSON
from graph.sending.content import (
    LONGEST_BODY,
    LONGEST_NOTE,
    LONGEST_SUBJECT,
    LONGEST_TEXT,
    LONGEST_TITLE,
    LONGEST_URL,
    Content,
    EmailContent,
    PushContent,
    TextContent,
    WebhookContent,
)
from graph.vocabulary import UserErrorCode


@strawberry.input(description="A letter.")
class EmailContentInput:
    subject: str = required("The subject line, at most 500 characters.")
    text: str | None = strawberry.field(default=None, description="The plain text, at most 200,000 characters.")
    html: str | None = strawberry.field(
        default=None, description="The HTML, at most 200,000 characters; give `text` as well if you can."
    )
    mjml: str | None = strawberry.field(
        default=None,
        description="MJML instead of `html`, at most 200,000 characters and 2,000 tags; `mj-include` is not taken. "
        "It is made HTML at once, of at most 200,000 characters too.",
    )


@strawberry.input(description="A text without any form.")
class TextContentInput:
    text: str = required("The text, at most 4,000 characters.")


@strawberry.input(description="A notification.")
class PushContentInput:
    title: str = required("Its title, at most 200 characters.")
    body: str = required("What it says, at most 2,000 characters.")
    url: str | None = strawberry.field(default=None, description="What a click opens: a web address by https.")
    icon: str | None = strawberry.field(default=None, description="The picture beside it: a web address by https.")


@strawberry.input(
    description="Content that comes with the request, in as many ways as there are kinds of channels that it may go by."
)
class InlineContentInput:
    email: EmailContentInput | None = strawberry.field(default=None, description="As a letter.")
    sms: TextContentInput | None = strawberry.field(default=None, description="As a text message.")
    push: PushContentInput | None = strawberry.field(
        default=None, description="As a notification, on WEB_PUSH and MOBILE_PUSH."
    )
    messenger: TextContentInput | None = strawberry.field(
        default=None, description="As a message on TELEGRAM, WHATSAPP or VIBER."
    )
    webhook: JSON | None = strawberry.field(default=None, description="As the data of a webhook.")
    whatsapp: WhatsappTemplateInput | None = strawberry.field(
        default=None, description="As a template that Meta has approved, on WHATSAPP, where it goes before `messenger`."
    )


@strawberry.input(one_of=True, description="What is said.")
class ContentInput:
    template: strawberry.ID | None = optional(
        "The newest version of a template, filled in when the message leaves with what is true then."
    )
    inline: InlineContentInput | None = optional("Content that comes with the request, which is sent as it is.")


def content(given: ContentInput, problems: Problems) -> Content:
    """What is wrong with it is added to `problems`, and so is that there is none."""
    inline = given.inline
    if not isinstance(inline, InlineContentInput) or not says_something(inline):
        problems.add(UserErrorCode.CONTENT_INVALID, "There is no content for any channel.", "content", "inline")
        return Content()
    path = ("content", "inline")
    messenger = inline.messenger
    return Content(
        email=None if inline.email is None else letter(inline.email, LONGEST_SUBJECT, problems, *path, "email"),
        sms=None if inline.sms is None else plain_text(inline.sms, LONGEST_TEXT, problems, *path, "sms"),
        push=None if inline.push is None else _push(inline.push, problems, *path, "push"),
        messenger=None if messenger is None else plain_text(messenger, LONGEST_TEXT, problems, *path, "messenger"),
        webhook=None if inline.webhook is None else WebhookContent(orjson.dumps(inline.webhook).decode()),
        whatsapp=None
        if inline.whatsapp is None
        else whatsapp_content(inline.whatsapp, AS_IT_IS, problems, *path, "whatsapp"),
    )


def says_something(given: InlineContentInput) -> bool:
    return any((given.email, given.sms, given.push, given.messenger, given.webhook is not None, given.whatsapp))


def letter(given: EmailContentInput, longest_subject: int, problems: Problems, *path: str) -> EmailContent:
    if not (given.text or given.html or given.mjml):
        problems.add(UserErrorCode.CONTENT_INVALID, "A letter needs text, html or mjml.", *path)
    for name, body in (("text", given.text), ("html", given.html)):
        if body is not None:
            problems.words(body, *path, name, longest=LONGEST_BODY)
    subject = problems.text(given.subject, *path, "subject", longest=longest_subject)
    html = given.html if given.mjml is None else _html(given.mjml, given.html, problems, *path, "mjml")
    return EmailContent(subject, given.text or None, html or None)


def _html(mjml: str, html: str | None, problems: Problems, *path: str) -> str | None:
    if html is not None:
        problems.add(UserErrorCode.CONTENT_INVALID, "Give html or mjml, not both.", *path)
        return html
    known = len(problems.found)
    problems.words(mjml, *path, longest=LONGEST_BODY)
    if not mjml or len(problems.found) > known:
        return None
    try:
        made = html_of(mjml)
    except NotMjml as error:
        problems.add(UserErrorCode.CONTENT_INVALID, f"This {error}.", *path)
        return None
    if len(made) > LONGEST_BODY:
        message = f"Comes to {len(made):,} characters of HTML; at most {LONGEST_BODY:,} are taken."
        problems.add(UserErrorCode.CONTENT_INVALID, message, *path)
    return made


def plain_text(given: TextContentInput, longest: int, problems: Problems, *path: str) -> TextContent:
    if not given.text.strip():
        problems.add(UserErrorCode.CONTENT_INVALID, "The text is empty.", *path, "text")
    return TextContent(problems.words(given.text, *path, "text", longest=longest))


def _push(given: PushContentInput, problems: Problems, *path: str) -> PushContent:
    title = problems.text(given.title, *path, "title", longest=LONGEST_TITLE)
    body = problems.words(given.body, *path, "body", longest=LONGEST_NOTE)
    if not title:
        problems.add(UserErrorCode.CONTENT_INVALID, "A notification needs a title.", *path, "title")
    return PushContent(
        title, body, _web_address(given.url, problems, *path, "url"), _web_address(given.icon, problems, *path, "icon")
    )


def _web_address(given: str | None, problems: Problems, *path: str) -> str | None:
    if given is None:
        return None
    address = problems.text(given, *path, longest=LONGEST_URL)
    if not address.startswith("https://") or " " in address:
        problems.add(UserErrorCode.INVALID, "Must be a web address by https.", *path)
    return address
