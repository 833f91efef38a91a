from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.subscription_change import ArchiveSubscriptionInput
from gateway.schema.mutations.changed_subscription import ChangedSubscription, answered, reason
from gateway.schema.mutations.settle import guard, settle
from graph.idempotency import Done
from graph.subscribing.archive import Archive, archive


@strawberry.type(description="The subscription that was archived.")
class ArchiveSubscriptionPayload(ChangedSubscription):
    pass


async def resolve(
    info: strawberry.Info[Context], input: Annotated[ArchiveSubscriptionInput, INPUT]
) -> ArchiveSubscriptionPayload:
    return answered(ArchiveSubscriptionPayload, await settle(info.context, _change(info.context, input)))


async def _change(context: Context, given: ArchiveSubscriptionInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    why = reason(given.reason, problems)
    problems.refuse()
    command = Archive(given.subscription, context.viewer.id, why)
    return await archive(context.graph, command, guard(context, "archiveSubscription", given), context.clock.now())
