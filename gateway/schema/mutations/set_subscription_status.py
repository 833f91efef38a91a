from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.subscription import evidence
from gateway.schema.inputs.subscription_change import SetSubscriptionStatusInput
from gateway.schema.mutations.changed_subscription import ChangedSubscription, answered, reason
from gateway.schema.mutations.settle import guard, settle
from graph.idempotency import Done
from graph.subscribing.set_status import SetStatus, set_status


@strawberry.type(description="The subscription with its status.")
class SetSubscriptionStatusPayload(ChangedSubscription):
    pass


async def resolve(
    info: strawberry.Info[Context], input: Annotated[SetSubscriptionStatusInput, INPUT]
) -> SetSubscriptionStatusPayload:
    return answered(SetSubscriptionStatusPayload, await settle(info.context, _change(info.context, input)))


async def _change(context: Context, given: SetSubscriptionStatusInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    why = reason(given.reason, problems)
    how = None if given.evidence is None else evidence(given.evidence, problems, "evidence")
    problems.refuse()
    command = SetStatus(given.subscription, given.status, context.viewer.id, why, how)
    return await set_status(context.graph, command, guard(context, "setSubscriptionStatus", given), context.clock.now())
