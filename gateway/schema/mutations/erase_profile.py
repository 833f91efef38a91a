from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.whole_person import EraseProfileInput
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.results import UserError
from gateway.schema.scalars import DateTime
from graph.erasing.erase import EraseProfile, erase_profile
from graph.idempotency import Done


@strawberry.type(description="What proves that somebody was forgotten.")
class EraseProfilePayload:
    erased_profile_id: strawberry.ID | None = described("The id that meant the person; nothing is found by it now.")
    erased_at: DateTime | None = described("When it was done; a second request tells when it was done first.")
    receipt_id: strawberry.ID | None = described("What to write down: the same for every request for this person.")
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(info: strawberry.Info[Context], input: Annotated[EraseProfileInput, INPUT]) -> EraseProfilePayload:
    settled = await settle(info.context, _erase(info.context, input))
    return EraseProfilePayload(
        erased_profile_id=settled.value("profileId"),
        erased_at=settled.value("erasedAt"),
        receipt_id=settled.value("receiptId"),
        user_errors=settled.user_errors,
        replayed=settled.replayed,
    )


async def _erase(context: Context, given: EraseProfileInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    profile = problems.profile(given.profile, "profile")
    problems.refuse()
    command = EraseProfile(profile, context.keys.addresses)
    return await erase_profile(context.graph, command, guard(context, "eraseProfile", given), context.clock.now())
