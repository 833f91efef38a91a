from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems, category_reference
from gateway.schema.inputs.subscription import evidence
from gateway.schema.inputs.subscription_change import JoinCategoryInput
from gateway.schema.mutations.changed_subscription import ChangedSubscription, answered
from gateway.schema.mutations.settle import guard, settle
from graph.idempotency import Done
from graph.subscribing.join import JoinCategory, join_category


@strawberry.type(description="The subscription with what it has joined.")
class JoinCategoryPayload(ChangedSubscription):
    pass


async def resolve(info: strawberry.Info[Context], input: Annotated[JoinCategoryInput, INPUT]) -> JoinCategoryPayload:
    return answered(JoinCategoryPayload, await settle(info.context, _change(info.context, input)))


async def _change(context: Context, given: JoinCategoryInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    how = None if given.evidence is None else evidence(given.evidence, problems, "evidence")
    problems.refuse()
    command = JoinCategory(given.subscription, category_reference(given.category), context.viewer.id, how)
    return await join_category(context.graph, command, guard(context, "joinCategory", given), context.clock.now())
