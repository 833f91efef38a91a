from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.attribute import attribute_changes
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.profile import UpdateProfileInput, profile_fields
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.payload import refer
from gateway.schema.profile import Profile
from gateway.schema.results import UserError
from graph.idempotency import Done
from graph.people.update import UpdateProfile, update_profile


@strawberry.type(description="The person.")
class UpdateProfilePayload:
    profile: Profile | None = described("The person as now known.")
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(info: strawberry.Info[Context], input: Annotated[UpdateProfileInput, INPUT]) -> UpdateProfilePayload:
    settled = await settle(info.context, _update(info.context, input))
    return UpdateProfilePayload(
        profile=refer(settled.value("profileId")), user_errors=settled.user_errors, replayed=settled.replayed
    )


async def _update(context: Context, given: UpdateProfileInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    command = UpdateProfile(
        profile=problems.profile(given.profile, "profile"),
        fields=profile_fields(given.set, problems),
        attributes=attribute_changes(given.attributes, problems),
        if_revision=given.if_revision,
    )
    problems.refuse()
    return await update_profile(context.graph, command, guard(context, "updateProfile", given), context.clock.now())
