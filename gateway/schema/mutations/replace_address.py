from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.inputs.address import addressed
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.subscription import evidence
from gateway.schema.inputs.subscription_change import ReplaceAddressInput
from gateway.schema.mutations.changed_subscription import ChangedSubscription, answered
from gateway.schema.mutations.settle import guard, settle
from graph.idempotency import Done
from graph.subscribing.replace_address import ReplaceAddress, replace_address


@strawberry.type(description="The subscription at its address.")
class ReplaceAddressPayload(ChangedSubscription):
    pass


async def resolve(
    info: strawberry.Info[Context], input: Annotated[ReplaceAddressInput, INPUT]
) -> ReplaceAddressPayload:
    return answered(ReplaceAddressPayload, await settle(info.context, _change(info.context, input)))


async def _change(context: Context, given: ReplaceAddressInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    found = addressed(given.address, problems, "address")
    how = None if given.evidence is None else evidence(given.evidence, problems, "evidence")
    address = problems.sound(found)
    command = ReplaceAddress(
        subscription_id=given.subscription,
        channel=address.channel,
        address=address.identifier,
        actor=context.viewer.id,
        push=address.push,
        evidence=how,
        erased_key=context.keys.addresses,
    )
    return await replace_address(context.graph, command, guard(context, "replaceAddress", given), context.clock.now())
