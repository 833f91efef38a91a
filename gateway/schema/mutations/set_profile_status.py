from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.profile_status import SetProfileStatusInput
from gateway.schema.inputs.subscription import evidence
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.mutations.unsubscribe import LONGEST_REASON
from gateway.schema.payload import refer
from gateway.schema.profile import Profile
from gateway.schema.results import UserError
from graph.consent.profile_status import SetProfileStatus, set_profile_status
from graph.idempotency import Done


@strawberry.type(description="The person, with the bar as it is now.")
class SetProfileStatusPayload:
    profile: Profile | None = described("The person as now known.")
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(
    info: strawberry.Info[Context], input: Annotated[SetProfileStatusInput, INPUT]
) -> SetProfileStatusPayload:
    settled = await settle(info.context, _set(info.context, input))
    return SetProfileStatusPayload(
        profile=refer(settled.value("profileId")), user_errors=settled.user_errors, replayed=settled.replayed
    )


async def _set(context: Context, given: SetProfileStatusInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    command = SetProfileStatus(
        profile=problems.profile(given.profile, "profile"),
        status=given.status,
        actor=context.viewer.id,
        evidence=None if given.evidence is None else evidence(given.evidence, problems, "evidence"),
        reason=None if given.reason is None else problems.words(given.reason, "reason", longest=LONGEST_REASON),
    )
    problems.refuse()
    return await set_profile_status(
        context.graph, command, guard(context, "setProfileStatus", given), context.clock.now()
    )
