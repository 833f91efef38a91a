from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.suppression import SuppressInput, suppression_target
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.payload import refer
from gateway.schema.results import UserError
from gateway.schema.suppression import Suppression
from graph.consent.suppression import Suppress, suppress
from graph.idempotency import Done


@strawberry.type(description="What is stopped from now on.")
class SuppressPayload:
    suppression: Suppression | None = described("The suppression as it is now.")
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(info: strawberry.Info[Context], input: Annotated[SuppressInput, INPUT]) -> SuppressPayload:
    settled = await settle(info.context, _suppress(info.context, input))
    return SuppressPayload(
        suppression=refer(settled.value("suppressionId")), user_errors=settled.user_errors, replayed=settled.replayed
    )


async def _suppress(context: Context, given: SuppressInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    command = Suppress(
        target=suppression_target(given.target, problems, "target"),
        reason=problems.text(given.reason, "reason"),
        until_ms=given.until,
    )
    problems.refuse()
    return await suppress(context.graph, command, guard(context, "suppress", given), context.clock.now())
