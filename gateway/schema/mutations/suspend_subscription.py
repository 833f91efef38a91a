from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.subscription_change import SuspendSubscriptionInput
from gateway.schema.mutations.changed_subscription import ChangedSubscription, answered, reason
from gateway.schema.mutations.settle import guard, settle
from graph.idempotency import Done
from graph.subscribing.suspend import Suspend, suspend


@strawberry.type(description="The subscription that was paused.")
class SuspendSubscriptionPayload(ChangedSubscription):
    pass


async def resolve(
    info: strawberry.Info[Context], input: Annotated[SuspendSubscriptionInput, INPUT]
) -> SuspendSubscriptionPayload:
    return answered(SuspendSubscriptionPayload, await settle(info.context, _change(info.context, input)))


async def _change(context: Context, given: SuspendSubscriptionInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    why = reason(given.reason, problems)
    problems.refuse()
    command = Suspend(given.subscription, given.until, context.viewer.id, why)
    return await suspend(context.graph, command, guard(context, "suspendSubscription", given), context.clock.now())
