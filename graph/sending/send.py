from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graph.connection import Graph, Transaction
from graph.errors import Refusal, UserError
from graph.idempotency import Done, Guard, once
from graph.ids import IdPrefix, new_id
from graph.people.reference import ProfileReference, locked_person
from graph.people.touch import touch
from graph.reach import Verdict
from graph.reach_row import facts_from_row
from graph.sending.content import Content
from graph.sending.strategy import AddressOrder, Candidate, choose
from graph.statements import sending as statements
from graph.subscribing.resource import CategoryReference, ResourceReference, resource_facts
from graph.templates.chosen import ChosenTemplate, TemplateChoice, chosen_template
from graph.vocabulary import ChangeKind, Channel, MessagePurpose, UserErrorCode


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Times are epoch ms; `send_at_ms` None means now. `subscription_id` names one address instead of an order.

    `channel` None is any that the content can go by, which is for `subscription_id`.
    """

    profile: ProfileReference
    resource: ResourceReference
    content: Content | TemplateChoice
    purpose: MessagePurpose = MessagePurpose.MARKETING
    channel: Channel | None = Channel.EMAIL
    category: CategoryReference | None = None
    subscription_id: str | None = None
    order: AddressOrder = AddressOrder.PRIORITY
    send_at_ms: int | None = None
    expires_at_ms: int | None = None
    is_test: bool = False


async def send_message(graph: Graph, command: SendMessage, guard: Guard, now_ms: int) -> Done:
    """Queues one message to one person, in one transaction with its idempotency key; nothing has left then.

    The result holds `outreachId`, and `messageId` and `channel` where an address was reachable. An unreachable person
    is no refusal: the outreach says which gate. Raises Refusal NOT_FOUND or AMBIGUOUS_MATCH.
    """

    async def work(transaction: Transaction) -> Done:
        return await send_in(transaction, command, now_ms)

    return await once(graph, guard, now_ms, work)


async def send_in(transaction: Transaction, command: SendMessage, now_ms: int) -> Done:
    content = command.content
    if isinstance(content, TemplateChoice):
        said: Content | ChosenTemplate = await chosen_template(transaction, content)
        channel = _channel(command, said.channels)
    else:
        said, channel = content, command.channel
    resource = await resource_facts(transaction, command.resource)
    category_id = resource.category_id(command.category, ("category",)) if command.category else None
    person = await locked_person(transaction, command.profile, now_ms)
    rows = await transaction.run(
        statements.CANDIDATES,
        profileId=person.profile_id,
        resourceId=resource.id,
        channels=sorted(said.channels if channel is None else {channel}),
        categoryId=category_id,
        subscriptionId=command.subscription_id,
    )
    if command.subscription_id is not None and not rows:
        path = ("strategy", "subscription")
        message = "The profile has no such subscription on this resource that the content can go to."
        raise Refusal(UserError(UserErrorCode.NOT_FOUND, message, path))
    candidates = [_candidate(row, command.expires_at_ms) for row in rows]
    choice = choose(candidates, command.order, command.purpose, now_ms)
    if choice.candidate is None:
        return await _refused(transaction, person.profile_id, choice.verdict, now_ms)
    queued = _Queued(person.profile_id, choice.candidate, said.properties(choice.candidate.channel), category_id)
    return await _queued(transaction, command, queued, now_ms)


def _channel(command: SendMessage, channels: frozenset[Channel]) -> Channel | None:
    """By which a template goes, which nobody could look at before. None is any, which is for one subscription."""
    if command.subscription_id is not None:
        return None
    if command.channel is None:
        if len(channels) == 1:
            return next(iter(channels))
        message = "The content can go by several channels: say by which."
        raise Refusal(UserError(UserErrorCode.REQUIRED, message, ("strategy",)))
    if command.channel not in channels:
        message = f"The content has nothing for {command.channel}."
        path = ("strategy", command.order.lower(), "channel")
        raise Refusal(UserError(UserErrorCode.INVALID, message, path))
    return command.channel


@dataclass(frozen=True, slots=True)
class _Queued:
    profile_id: str
    candidate: Candidate
    content: Mapping[str, str | None]
    category_id: str | None


async def _refused(transaction: Transaction, profile_id: str, verdict: Verdict, now_ms: int) -> Done:
    outreach_id = await transaction.run(
        statements.REFUSE,
        outreachId=new_id(IdPrefix.OUTREACH),
        profileId=profile_id,
        refusedBy=verdict.refused_by,
        reason=verdict.reason,
        now=now_ms,
    )
    return Done({"outreachId": outreach_id, "profileId": profile_id})


async def _queued(transaction: Transaction, command: SendMessage, queued: _Queued, now_ms: int) -> Done:
    profile_id, candidate = queued.profile_id, queued.candidate
    outreach_id, message_id = await transaction.run(
        statements.QUEUE,
        outreachId=new_id(IdPrefix.OUTREACH),
        messageId=new_id(IdPrefix.MESSAGE),
        profileId=profile_id,
        subscriptionId=candidate.subscription_id,
        categoryId=queued.category_id,
        purpose=command.purpose,
        channel=candidate.channel,
        content=queued.content,
        isTest=command.is_test,
        dueAt=max(command.send_at_ms or now_ms, now_ms),
        expiresAt=command.expires_at_ms,
        now=now_ms,
    )
    changes = await touch(transaction, [profile_id], now_ms, ChangeKind.MESSAGE)
    result = {
        "outreachId": outreach_id,
        "profileId": profile_id,
        "messageId": message_id,
        "channel": candidate.channel,
    }
    return Done(result, changes)


def _candidate(row: dict[str, Any], expires_at_ms: int | None) -> Candidate:
    return Candidate(
        row["id"], Channel(row["channel"]), row["priority"], row["createdAt"], facts_from_row(row, expires_at_ms)
    )
