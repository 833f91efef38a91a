from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.content import content
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.message import ChannelChoice, SendMessageInput
from gateway.schema.inputs.problems import Problems, category_reference, resource_reference
from gateway.schema.message import Outreach
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.payload import refer
from gateway.schema.results import UserError
from graph.idempotency import Done
from graph.sending.content import Content
from graph.sending.send import SendMessage, send_message
from graph.sending.strategy import AddressOrder
from graph.templates.chosen import TemplateChoice
from graph.vocabulary import Channel, UserErrorCode


@dataclass(frozen=True, slots=True)
class _Where:
    """None as channel is any that the content can go by."""

    channel: Channel | None
    order: AddressOrder = AddressOrder.PRIORITY
    subscription_id: str | None = None


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
    said = _content(given, problems)
    # Of a template nobody knows yet what it has.
    where = _strategy(given, said.channels if isinstance(said, Content) else frozenset(), problems)
    profile = problems.profile(given.profile, "profile")
    now_ms = context.clock.now()
    if given.expires_at is not None and given.expires_at <= max(now_ms, given.send_at or now_ms):
        problems.add(UserErrorCode.INVALID, "Is over before the message could leave.", "expiresAt")
    problems.refuse()
    command = SendMessage(
        profile=profile,
        resource=resource_reference(given.resource),
        content=said,
        purpose=given.purpose,
        category=None if given.category is None else category_reference(given.category),
        channel=where.channel,
        subscription_id=where.subscription_id,
        order=where.order,
        send_at_ms=given.send_at,
        expires_at_ms=given.expires_at,
        is_test=given.is_test,
    )
    kept = guard(context, "sendMessage", given)
    if kept is None:
        raise AssertionError("a missing key was refused above")
    return await send_message(context.graph, command, kept, now_ms)


def _content(given: SendMessageInput, problems: Problems) -> Content | TemplateChoice:
    data = problems.properties(given.data, "data")
    if isinstance(given.content.template, str):
        return TemplateChoice(given.content.template, data)
    if data:
        problems.add(UserErrorCode.INVALID, "Only a template is filled in with data.", "data")
    return content(given.content, problems)


def _strategy(given: SendMessageInput, channels: frozenset[Channel], problems: Problems) -> _Where:
    strategy = given.strategy
    if strategy is None:
        channel = next(iter(channels)) if len(channels) == 1 else None
        if channels and channel is None:
            message = "The content can go by several channels: say by which."
            problems.add(UserErrorCode.REQUIRED, message, "strategy")
        return _Where(channel)
    if isinstance(strategy.subscription, str):
        return _Where(None, subscription_id=strategy.subscription)
    name, choice, order = (
        ("priority", strategy.priority, AddressOrder.PRIORITY)
        if isinstance(strategy.priority, ChannelChoice)
        else ("last", strategy.last, AddressOrder.LAST)
    )
    channel = choice.channel if choice else None
    if channel is not None and channels and channel not in channels:
        problems.add(UserErrorCode.INVALID, f"The content has nothing for {channel}.", "strategy", name, "channel")
    return _Where(channel, order)
