from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.blocked_identifier import BlockedIdentifier
from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.identifier import BlockIdentifierPlaceholderInput, placeholder
from gateway.schema.inputs.problems import Problems
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.payload import refer
from gateway.schema.results import UserError
from graph.idempotency import Done
from graph.identifying.blocking import BlockPlaceholder, block_placeholder
from graph.vocabulary import RowOutcome


@strawberry.type(description="What is blocked now.")
class BlockIdentifierPlaceholderPayload:
    blocked_identifier: BlockedIdentifier | None = described("What is blocked; its id is what lifts it again.")
    outcome: RowOutcome | None = described("CREATED, or UNCHANGED where it was blocked before.")
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(
    info: strawberry.Info[Context], input: Annotated[BlockIdentifierPlaceholderInput, INPUT]
) -> BlockIdentifierPlaceholderPayload:
    settled = await settle(info.context, _block(info.context, input))
    return BlockIdentifierPlaceholderPayload(
        blocked_identifier=refer(settled.value("blockedIdentifierId")),
        outcome=settled.value("outcome"),
        user_errors=settled.user_errors,
        replayed=settled.replayed,
    )


async def _block(context: Context, given: BlockIdentifierPlaceholderInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    value = placeholder(given, problems)
    command = BlockPlaceholder(problems.sound(value), context.viewer.id)
    kept = guard(context, "blockIdentifierPlaceholder", given)
    return await block_placeholder(context.graph, command, kept, context.clock.now())
