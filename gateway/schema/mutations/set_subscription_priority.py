from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.subscription import check_priority
from gateway.schema.inputs.subscription_change import SetSubscriptionPriorityInput
from gateway.schema.mutations.changed_subscription import ChangedSubscription, answered
from gateway.schema.mutations.settle import guard, settle
from graph.idempotency import Done
from graph.subscribing.set_priority import SetPriority, set_priority


@strawberry.type(description="The subscription at its place.")
class SetSubscriptionPriorityPayload(ChangedSubscription):
    pass


async def resolve(
    info: strawberry.Info[Context], input: Annotated[SetSubscriptionPriorityInput, INPUT]
) -> SetSubscriptionPriorityPayload:
    return answered(SetSubscriptionPriorityPayload, await settle(info.context, _change(info.context, input)))


async def _change(context: Context, given: SetSubscriptionPriorityInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    check_priority(problems, given.priority)
    problems.refuse()
    command = SetPriority(given.subscription, given.priority)
    return await set_priority(
        context.graph, command, guard(context, "setSubscriptionPriority", given), context.clock.now()
    )
