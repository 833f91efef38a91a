from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.message import AddressStrategy, ChannelChoice, SendMessageInput
from gateway.schema.inputs.problems import Problems, category_reference, resource_reference
from gateway.schema.message import Outreach
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.payload import refer
from gateway.schema.results import UserError
from graph.idempotency import Done
from graph.sending.send import EmailContent, SendMessage, send_message
from graph.sending.strategy import AddressOrder
from graph.vocabulary import Channel, UserErrorCode

_LONGEST_SUBJECT = 500
_LONGEST_BODY = 200_000


@strawberry.type(description="The intent to reach this person; its messages are the tries.")
class SendMessagePayload:
    outreach: Outreach | None = described(
        "The outreach. A person who cannot be reached is no user error: `refusedBy` says which gate is closed."
    )
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(info: strawberry.Info[Context], input: Annotated[SendMessageInput, INPUT]) -> SendMessagePayload:
    settled = await settle(info.context, _send(info.context, input))
    message_id, channel = settled.value("messageId"), settled.value("channel")
    if message_id is not None:
        info.context.nudges.message(Channel(channel), message_id)
    return SendMessagePayload(
        outreach=refer(settled.value("outreachId")), user_errors=settled.user_errors, replayed=settled.replayed
    )


async def _send(context: Context, given: SendMessageInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key, needed=True)
    content = _content(given, problems)
    subscription_id, order = _strategy(given.strategy, problems)
    profile = problems.profile(given.profile, "profile")
    now_ms = context.clock.now()
    if given.expires_at is not None and given.expires_at <= max(now_ms, given.send_at or now_ms):
        problems.add(UserErrorCode.INVALID, "Is over before the message could leave.", "expiresAt")
    problems.refuse()
    command = SendMessage(
        profile=profile,
        resource=resource_reference(given.resource),
        content=content,
        purpose=given.purpose,
        category=None if given.category is None else category_reference(given.category),
        subscription_id=subscription_id,
        order=order,
        send_at_ms=given.send_at,
        expires_at_ms=given.expires_at,
        is_test=given.is_test,
    )
    kept = guard(context, "sendMessage", given)
    if kept is None:
        raise AssertionError("a missing key was refused above")
    return await send_message(context.graph, command, kept, now_ms)


def _content(given: SendMessageInput, problems: Problems) -> EmailContent:
    path = ("content", "inline", "email")
    email = given.content.inline.email if given.content.inline else None
    if email is None:
        problems.add(UserErrorCode.CONTENT_INVALID, "The content must be a letter.", *path)
        return EmailContent("", None, None)
    if not (email.text or email.html):
        problems.add(UserErrorCode.CONTENT_INVALID, "A letter needs text or html.", *path)
    for name, body in (("text", email.text), ("html", email.html)):
        if body is not None:
            problems.words(body, *path, name, longest=_LONGEST_BODY)
    subject = problems.text(email.subject, *path, "subject", longest=_LONGEST_SUBJECT)
    return EmailContent(subject, email.text, email.html)


def _strategy(given: AddressStrategy | None, problems: Problems) -> tuple[str | None, AddressOrder]:
    if given is None:
        return None, AddressOrder.PRIORITY
    if isinstance(given.subscription, str):
        return given.subscription, AddressOrder.PRIORITY
    name, choice, order = (
        ("priority", given.priority, AddressOrder.PRIORITY)
        if isinstance(given.priority, ChannelChoice)
        else ("last", given.last, AddressOrder.LAST)
    )
    if choice and choice.channel is not Channel.EMAIL:
        problems.add(UserErrorCode.INVALID, "The content is a letter: choose EMAIL.", "strategy", name, "channel")
    return None, order
