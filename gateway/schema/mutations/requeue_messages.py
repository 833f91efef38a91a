from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.message import RequeueMessagesInput
from gateway.schema.inputs.problems import Problems
from gateway.schema.mutations.batch import BatchPayload
from gateway.schema.mutations.settle import guard, settle
from graph.idempotency import Done
from graph.outbox.requeueing import requeue_messages
from graph.vocabulary import Channel


@strawberry.type(
    description="What became of the messages: UPDATED where one waits again, DUPLICATE where it was named before, "
    "REFUSED with STATE_NOT_ALLOWED, NOT_FOUND, or CONTENT_INVALID where what it said was erased."
)
class RequeueMessagesPayload(BatchPayload):
    pass


async def resolve(
    info: strawberry.Info[Context], input: Annotated[RequeueMessagesInput, INPUT]
) -> RequeueMessagesPayload:
    settled = await settle(info.context, _requeue(info.context, input))
    for message_id, channel in (settled.value("channels") or {}).items():
        info.context.nudges.message(Channel(channel), message_id)
    return RequeueMessagesPayload.of(settled)


async def _requeue(context: Context, given: RequeueMessagesInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key, needed=True)
    problems.refuse()
    kept = guard(context, "requeueMessages", given)
    if kept is None:
        raise AssertionError("a missing key was refused above")
    return await requeue_messages(context.graph, given.messages, kept, context.clock.now())
