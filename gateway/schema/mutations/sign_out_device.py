from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.merging import SignOutDeviceInput
from gateway.schema.inputs.problems import Problems
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.payload import refer
from gateway.schema.profile import Profile
from gateway.schema.results import UserError
from graph.idempotency import Done
from graph.people.sign_out import SignOutDevice, sign_out_device


@strawberry.type(description="The person, without the devices.")
class SignOutDevicePayload:
    profile: Profile | None = described("The person; what was done on the devices before is still theirs.")
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(info: strawberry.Info[Context], input: Annotated[SignOutDeviceInput, INPUT]) -> SignOutDevicePayload:
    settled = await settle(info.context, _sign_out(info.context, input))
    return SignOutDevicePayload(
        profile=refer(settled.value("profileId")), user_errors=settled.user_errors, replayed=settled.replayed
    )


async def _sign_out(context: Context, given: SignOutDeviceInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    command = SignOutDevice(
        profile=problems.profile(given.profile, "profile"),
        devices=problems.identifiers(given.devices, "devices"),
        actor=context.viewer.id,
    )
    problems.refuse()
    return await sign_out_device(context.graph, command, guard(context, "signOutDevice", given), context.clock.now())
