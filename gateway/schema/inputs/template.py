from __future__ import annotations

import asyncio
from dataclasses import dataclass

import orjson
import strawberry

from dispatch.templates.checking import Named
from dispatch.templates.rendering import named
from gateway.schema.inputs.content import (
    InlineContentInput,
    PushContentInput,
    letter,
    plain_text,
    says_something,
)
from gateway.schema.inputs.fields import key_field, required
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.whatsapp import AS_TEMPLATE, whatsapp_content
from graph.connection import Graph
from graph.people.attribute_definition import defined_keys
from graph.sending.content import LONGEST_BODY, Content, PushContent, WebhookContent
from graph.templates.template import Checked
from graph.vocabulary import UserErrorCode

# Of a text that is short once it is filled in.
_LONGEST_LINE = 4_000
_MOST_PROBLEMS = 50


@strawberry.input(description="What is said again and again, in Liquid.")
class CreateTemplateInput:
    key: str = required("Unique; small letters, digits, `-` and `_`.")
    title: str = required("For people.")
    content: InlineContentInput = required(
        "Its texts, each of them a template; of a webhook every text in the JSON. MJML is made HTML when it is "
        "saved, and errors name that HTML and its lines. CONTENT_INVALID says where and in "
        "which line something is wrong or names what nobody could fill in."
    )
    idempotency_key: str | None = key_field()


@strawberry.input(description="Another version of a template.")
class UpdateTemplateInput:
    template: strawberry.ID = required("Which.")
    if_version: int | None = strawberry.field(
        default=None, description="Only where it is still at this version; else REVISION_CHANGED."
    )
    title: str | None = strawberry.field(default=None, description="For people; left out stays.")
    content: InlineContentInput | None = strawberry.field(
        default=None, description="All its texts, as a new version; left out stays."
    )
    idempotency_key: str | None = key_field()


@strawberry.input(description="A template that is used no more.")
class ArchiveTemplateInput:
    template: strawberry.ID = required("Which.")
    idempotency_key: str | None = key_field()


async def checked_template(graph: Graph, given: InlineContentInput, problems: Problems, *path: str) -> Checked:
    """What is wrong with its texts is added to `problems`, each with its line."""
    content = template_content(given, problems, *path)
    if problems.found:
        return Checked(content, frozenset())
    # Some ten thousand tags take a while, in which the others go on.
    found = await asyncio.to_thread(lambda: [_Part((*path, *where), names) for where, names in named(content)])
    wanted = {key for each in found for key in each.names.attributes}
    known = await defined_keys(graph, wanted) if wanted else frozenset()
    for part in found:
        for fault in part.names.faults:
            part.say(problems, fault.line, fault.message)
        for key, line in part.names.attributes.items():
            if key not in known:
                part.say(problems, line, "There is no such attribute.")
    return Checked(
        content,
        required=frozenset().union(*(each.names.data for each in found)),
        past=frozenset().union(*(each.names.past for each in found)),
    )


def template_content(given: InlineContentInput, problems: Problems, *path: str) -> Content:
    """The texts as they are; what they come to is looked at when they are filled in."""
    if not says_something(given):
        problems.add(UserErrorCode.CONTENT_INVALID, "There is no content for any channel.", *path)
    messenger = given.messenger
    return Content(
        email=None if given.email is None else letter(given.email, _LONGEST_LINE, problems, *path, "email"),
        sms=None if given.sms is None else plain_text(given.sms, LONGEST_BODY, problems, *path, "sms"),
        push=None if given.push is None else _push(given.push, problems, *path, "push"),
        messenger=None if messenger is None else plain_text(messenger, LONGEST_BODY, problems, *path, "messenger"),
        webhook=None if given.webhook is None else WebhookContent(orjson.dumps(given.webhook).decode()),
        whatsapp=None
        if given.whatsapp is None
        else whatsapp_content(given.whatsapp, AS_TEMPLATE, problems, *path, "whatsapp"),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    path: tuple[str, ...]
    names: Named

    def say(self, problems: Problems, line: int, message: str) -> None:
        if len(problems.found) < _MOST_PROBLEMS:
            where = f"Line {line}: " if line else ""
            problems.add(UserErrorCode.CONTENT_INVALID, f"{where}{message}", *self.path)


def _push(given: PushContentInput, problems: Problems, *path: str) -> PushContent:
    title = problems.text(given.title, *path, "title", longest=_LONGEST_LINE)
    body = problems.words(given.body, *path, "body", longest=LONGEST_BODY)
    url, icon = (
        None if each is None else problems.text(each, *path, name, longest=_LONGEST_LINE)
        for name, each in (("url", given.url), ("icon", given.icon))
    )
    return PushContent(title, body, url, icon)
