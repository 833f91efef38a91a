from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.suppression import SuppressionTargetInput, UnsuppressInput, suppression_target
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.results import UserError
from graph.consent.suppression import Unsuppress, unsuppress
from graph.idempotency import Done


@strawberry.type(description="What is stopped no more.")
class UnsuppressPayload:
    suppression_id: strawberry.ID | None = described("The id of the suppression that is gone; null where none stood.")
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(info: strawberry.Info[Context], input: Annotated[UnsuppressInput, INPUT]) -> UnsuppressPayload:
    settled = await settle(info.context, _unsuppress(info.context, input))
    return UnsuppressPayload(
        suppression_id=settled.value("suppressionId"), user_errors=settled.user_errors, replayed=settled.replayed
    )


async def _unsuppress(context: Context, given: UnsuppressInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    if isinstance(given.target.target, SuppressionTargetInput):
        command = Unsuppress(target=suppression_target(given.target.target, problems, "target", "target"))
    else:
        command = Unsuppress(suppression_id=str(given.target.suppression))
    problems.refuse()
    return await unsuppress(context.graph, command, guard(context, "unsuppress", given), context.clock.now())
