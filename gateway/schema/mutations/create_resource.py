from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.resource import CreateResourceInput, NewCategoryInput
from gateway.schema.inputs.resource_checks import channels, sender, sending_rate, words
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.payload import refer
from gateway.schema.resource import Resource
from gateway.schema.results import UserError
from graph.idempotency import Done
from graph.subscribing.resource import (
    KEY_PATTERN,
    SENDER_MISSING,
    CreateResource,
    NewCategory,
    create_resource,
    ending_start_words,
)
from graph.vocabulary import Channel, UserErrorCode

_MOST_CATEGORIES = 100
_KEY_MEANING = "small letters, digits, '-' and '_', 64 at most"


@strawberry.type(description="The new resource.")
class CreateResourcePayload:
    resource: Resource | None = described("The resource.")
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(
    info: strawberry.Info[Context], input: Annotated[CreateResourceInput, INPUT]
) -> CreateResourcePayload:
    settled = await settle(info.context, _create(info.context, input))
    return CreateResourcePayload(
        resource=refer(settled.value("resourceId")), user_errors=settled.user_errors, replayed=settled.replayed
    )


async def _create(context: Context, given: CreateResourceInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    command = CreateResource(
        key=problems.pattern(given.key, KEY_PATTERN, _KEY_MEANING, "key"),
        title=problems.text(given.title, "title"),
        channels=channels(given.channels, problems),
        sender=_sender(given, problems),
        sender_name=None if given.sender_name is None else problems.text(given.sender_name, "senderName"),
        categories=tuple(_category(n, each, problems) for n, each in enumerate(given.categories or ())),
        require_double_opt_in=given.require_double_opt_in,
        raise_priority_of_new=given.raise_priority_of_new,
        on_unknown=given.on_unknown,
        track_opens=given.track_opens,
        track_clicks=given.track_clicks,
        stop_words=words(given.stop_words, problems, "stopWords"),
        start_words=words(given.start_words, problems, "startWords"),
        rate=sending_rate(given.rate, given.burst, problems),
    )
    for each in ending_start_words(command.start_words, command.stop_words):
        problems.add(each.code, each.message, *(each.field or ()))
    if len(command.categories) > _MOST_CATEGORIES:
        problems.add(UserErrorCode.LIMIT_EXCEEDED, f"At most {_MOST_CATEGORIES} categories.", "categories")
    if len({each.key for each in command.categories}) < len(command.categories):
        problems.add(UserErrorCode.TAKEN, "Two categories have the same key.", "categories")
    problems.refuse()
    return await create_resource(context.graph, command, guard(context, "createResource", given), context.clock.now())


def _sender(given: CreateResourceInput, problems: Problems) -> str | None:
    if given.sender is not None:
        return sender(given.sender, problems)
    if Channel.EMAIL in given.channels:
        problems.add(SENDER_MISSING.code, SENDER_MISSING.message, *(SENDER_MISSING.field or ()))
    return None


def _category(position: int, given: NewCategoryInput, problems: Problems) -> NewCategory:
    path = ("categories", str(position))
    return NewCategory(
        key=problems.pattern(given.key, KEY_PATTERN, _KEY_MEANING, *path, "key"),
        title=problems.text(given.title, *path, "title"),
        mandatory=given.mandatory,
        joined_by_default=given.joined_by_default,
    )
