from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.subscription_change import RestoreSubscriptionInput
from gateway.schema.mutations.changed_subscription import ChangedSubscription, answered, reason
from gateway.schema.mutations.settle import guard, settle
from graph.idempotency import Done
from graph.subscribing.archive import Restore, restore


@strawberry.type(description="The subscription that is in use again.")
class RestoreSubscriptionPayload(ChangedSubscription):
    pass


async def resolve(
    info: strawberry.Info[Context], input: Annotated[RestoreSubscriptionInput, INPUT]
) -> RestoreSubscriptionPayload:
    return answered(RestoreSubscriptionPayload, await settle(info.context, _change(info.context, input)))


async def _change(context: Context, given: RestoreSubscriptionInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    why = reason(given.reason, problems)
    problems.refuse()
    command = Restore(given.subscription, context.viewer.id, why)
    return await restore(context.graph, command, guard(context, "restoreSubscription", given), context.clock.now())
