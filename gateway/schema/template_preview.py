from __future__ import annotations

import asyncio
from typing import Annotated

import strawberry
from graphql import GraphQLError

from dispatch.templates.fault import TemplateFault
from dispatch.templates.rendering import rendered
from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.content import ContentInput, InlineContentInput
from gateway.schema.inputs.problems import Problems, resource_reference
from gateway.schema.inputs.template import checked_template
from gateway.schema.mutations.settle import shown
from gateway.schema.references import ProfileRef, ResourceRef
from gateway.schema.results import UserError
from gateway.schema.scalars import JSON
from graph.connection import Graph
from graph.errors import Refusal
from graph.errors import UserError as GraphUserError
from graph.sending.content import Properties
from graph.templates.chosen import missing_data
from graph.templates.facts import values
from graph.templates.preview import PreviewFacts, latest_content, preview_facts
from graph.templates.template import Checked, no_such_template
from graph.vocabulary import Channel, UserErrorCode

_CONTENT = strawberry.argument(description="A template, or texts that could be one.")
_PROFILE = strawberry.argument(description="For whom.")
_CHANNEL = strawberry.argument(description="As it goes by which channel.")
_RESOURCE = strawberry.argument(description="From whom; left out, it has no key and no title.")
_DATA = strawberry.argument(description="What `sendMessage` would be given.")


@strawberry.type(description="What a message would say now, to this person on this channel.")
class TemplatePreview:
    subject: str | None = described("The subject of a letter, or the title of a notification.")
    text: str | None = described("The text.")
    html: str | None = described("The HTML of a letter.")
    url: str | None = described("What a click on a notification opens.")
    icon: str | None = described("The picture of a notification.")
    webhook: str | None = described("The data of a webhook, as JSON.")
    whatsapp: str | None = described("A template of Meta on WHATSAPP, with the names of its input, as JSON.")
    user_errors: list[UserError] = described("Why nothing can be shown.")


async def preview(  # These are the arguments of the field.
    info: strawberry.Info[Context],
    content: Annotated[ContentInput, _CONTENT],
    profile: Annotated[ProfileRef, _PROFILE],
    channel: Annotated[Channel, _CHANNEL],
    resource: Annotated[ResourceRef | None, _RESOURCE] = None,
    data: Annotated[JSON | None, _DATA] = None,
) -> TemplatePreview:
    """It is filled in as the worker fills it in, with the same values.

    Raises a GraphQL error with the code of what is wrong with a reference.
    """
    context = info.context
    try:
        problems = Problems()
        person = problems.profile(profile, "profile")
        given = problems.properties(data, "data")
        checked = await _checked(context.graph, content, problems)
        problems.refuse()
        problems.found += [missing_data(name) for name in sorted(checked.required - given.keys())]
        if channel not in checked.content.channels:
            problems.add(UserErrorCode.INVALID, f"The content has nothing for {channel}.", "channel")
        problems.refuse()
        reference = None if resource is None else resource_reference(resource)
        facts = await preview_facts(context.graph, person, reference, given, checked.past)
        said = await asyncio.to_thread(_said, checked, channel, facts, context.clock.now())
    except Refusal as refusal:
        if any(each.code in _OF_REFERENCES for each in refusal.user_errors):
            first = refusal.user_errors[0]
            raise GraphQLError(first.message, extensions={"code": first.code}) from None
        return _empty(refusal)
    return TemplatePreview(
        subject=said["subject"],
        text=said["text"],
        html=said["html"],
        url=said["url"],
        icon=said["icon"],
        webhook=said["payload"] if channel is Channel.WEBHOOK else None,
        whatsapp=said["payload"] if channel is Channel.WHATSAPP else None,
        user_errors=[],
    )


_OF_REFERENCES = frozenset({UserErrorCode.NOT_FOUND, UserErrorCode.AMBIGUOUS_MATCH})


async def _checked(graph: Graph, given: ContentInput, problems: Problems) -> Checked:
    if isinstance(given.inline, InlineContentInput):
        return await checked_template(graph, given.inline, problems, "content", "inline")
    found = await latest_content(graph, str(given.template))
    if found is None:
        raise Refusal(no_such_template("content", "template"))
    return found


def _said(checked: Checked, channel: Channel, facts: PreviewFacts, now_ms: int) -> Properties:
    try:
        return rendered(checked.content, channel, values(facts, channel, None, now_ms))
    except TemplateFault as fault:
        raise Refusal(GraphUserError(UserErrorCode.CONTENT_INVALID, str(fault), ("content",))) from None


def _empty(refusal: Refusal) -> TemplatePreview:
    return TemplatePreview(
        subject=None,
        text=None,
        html=None,
        url=None,
        icon=None,
        webhook=None,
        whatsapp=None,
        user_errors=shown(refusal.user_errors),
    )
