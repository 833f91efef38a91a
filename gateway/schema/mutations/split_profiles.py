from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.merging import SplitProfilesInput
from gateway.schema.inputs.problems import Problems
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.payload import refer
from gateway.schema.profile import Profile
from gateway.schema.results import UserError
from graph.idempotency import Done
from graph.merging.split import SplitProfiles, split_profiles


@strawberry.type(description="The two people of whom one had been made.")
class SplitProfilesPayload:
    survivor: Profile | None = described("Who remained at the merge, with what they had and what came since.")
    restored: Profile | None = described("Who had become part of them, with what they had.")
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(info: strawberry.Info[Context], input: Annotated[SplitProfilesInput, INPUT]) -> SplitProfilesPayload:
    settled = await settle(info.context, _split(info.context, input))
    return SplitProfilesPayload(
        survivor=refer(settled.value("survivorId")),
        restored=refer(settled.value("restoredId")),
        user_errors=settled.user_errors,
        replayed=settled.replayed,
    )


async def _split(context: Context, given: SplitProfilesInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    problems.refuse()
    command = SplitProfiles(str(given.merge), context.viewer.id)
    key = guard(context, "splitProfiles", given)
    return await split_profiles(context.graph, command, context.merging, key, context.clock.now())
