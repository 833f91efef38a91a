from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.identifier import UnblockIdentifierPlaceholderInput
from gateway.schema.inputs.problems import Problems
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.results import UserError
from graph.idempotency import Done
from graph.identifying.blocking import unblock_placeholder


@strawberry.type(description="What is not blocked any more.")
class UnblockIdentifierPlaceholderPayload:
    unblocked_id: strawberry.ID | None = described("The id of what was blocked.")
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(
    info: strawberry.Info[Context], input: Annotated[UnblockIdentifierPlaceholderInput, INPUT]
) -> UnblockIdentifierPlaceholderPayload:
    settled = await settle(info.context, _unblock(info.context, input))
    return UnblockIdentifierPlaceholderPayload(
        unblocked_id=settled.value("unblockedId"), user_errors=settled.user_errors, replayed=settled.replayed
    )


async def _unblock(context: Context, given: UnblockIdentifierPlaceholderInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    problems.refuse()
    kept = guard(context, "unblockIdentifierPlaceholder", given)
    return await unblock_placeholder(context.graph, str(given.blocked_identifier), kept, context.clock.now())
