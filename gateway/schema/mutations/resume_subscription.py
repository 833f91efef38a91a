from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.subscription_change import ResumeSubscriptionInput
from gateway.schema.mutations.changed_subscription import ChangedSubscription, answered, reason
from gateway.schema.mutations.settle import guard, settle
from graph.idempotency import Done
from graph.subscribing.suspend import Resume, resume


@strawberry.type(description="The subscription whose pause ended.")
class ResumeSubscriptionPayload(ChangedSubscription):
    pass


async def resolve(
    info: strawberry.Info[Context], input: Annotated[ResumeSubscriptionInput, INPUT]
) -> ResumeSubscriptionPayload:
    return answered(ResumeSubscriptionPayload, await settle(info.context, _change(info.context, input)))


async def _change(context: Context, given: ResumeSubscriptionInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    why = reason(given.reason, problems)
    problems.refuse()
    command = Resume(given.subscription, context.viewer.id, why)
    return await resume(context.graph, command, guard(context, "resumeSubscription", given), context.clock.now())
