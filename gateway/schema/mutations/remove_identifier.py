from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.identifier import RemoveIdentifierInput
from gateway.schema.inputs.problems import Problems
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.payload import refer
from gateway.schema.profile import Profile
from gateway.schema.results import UserError
from graph.idempotency import Done
from graph.people.remove_identifier import RemoveIdentifier, remove_identifier
from graph.vocabulary import RowOutcome


@strawberry.type(description="The person without the value.")
class RemoveIdentifierPayload:
    profile: Profile | None = described("The person as now known; anonymous where nothing to find them by is left.")
    outcome: RowOutcome | None = described("UPDATED, or UNCHANGED where the person did not have it.")
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(
    info: strawberry.Info[Context], input: Annotated[RemoveIdentifierInput, INPUT]
) -> RemoveIdentifierPayload:
    settled = await settle(info.context, _remove(info.context, input))
    return RemoveIdentifierPayload(
        profile=refer(settled.value("profileId")),
        outcome=settled.value("outcome"),
        user_errors=settled.user_errors,
        replayed=settled.replayed,
    )


async def _remove(context: Context, given: RemoveIdentifierInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    profile = problems.profile(given.profile, "profile")
    identifier = problems.identifier(given.identifier, "identifier")
    command = RemoveIdentifier(profile, problems.sound(identifier))
    kept = guard(context, "removeIdentifier", given)
    return await remove_identifier(context.graph, command, kept, context.clock.now())
