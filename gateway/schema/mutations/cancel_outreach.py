from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.message import CancelOutreachInput
from gateway.schema.inputs.problems import Problems
from gateway.schema.message import Outreach
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.payload import refer
from gateway.schema.results import UserError
from graph.idempotency import Done
from graph.outbox.cancelling import cancel_outreach


@strawberry.type(description="What became of an intent that was taken back.")
class CancelOutreachPayload:
    outreach: Outreach | None = described(
        "The outreach as it is now: CANCELLED unless a message of it is still being sent or was sent last."
    )
    cancelled: int = described("How many of its messages are cancelled, by this or before: they never leave.")
    too_late: int = described("How many had left, may have left, or are being sent at this moment.")
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(
    info: strawberry.Info[Context], input: Annotated[CancelOutreachInput, INPUT]
) -> CancelOutreachPayload:
    settled = await settle(info.context, _cancel(info.context, input))
    return CancelOutreachPayload(
        outreach=refer(settled.value("outreachId")),
        cancelled=settled.value("cancelled") or 0,
        too_late=settled.value("tooLate") or 0,
        user_errors=settled.user_errors,
        replayed=settled.replayed,
    )


async def _cancel(context: Context, given: CancelOutreachInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    problems.refuse()
    kept = guard(context, "cancelOutreach", given)
    return await cancel_outreach(context.graph, given.outreach, kept, context.clock.now())
