from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.identifier import Identifier
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.identifier import AddIdentifierInput
from gateway.schema.inputs.problems import Problems
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.payload import refer
from gateway.schema.profile import Profile
from gateway.schema.results import UserError
from graph.idempotency import Done
from graph.people.add_identifier import AddIdentifier, add_identifier
from graph.vocabulary import RowOutcome


@strawberry.type(description="The person with the value.")
class AddIdentifierPayload:
    profile: Profile | None = described("The person as now known.")
    identifier: Identifier | None = described("The value.")
    outcome: RowOutcome | None = described("UPDATED, or UNCHANGED where the person had it.")
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(info: strawberry.Info[Context], input: Annotated[AddIdentifierInput, INPUT]) -> AddIdentifierPayload:
    settled = await settle(info.context, _add(info.context, input))
    return AddIdentifierPayload(
        profile=refer(settled.value("profileId")),
        identifier=refer(settled.value("identifierId")),
        outcome=settled.value("outcome"),
        user_errors=settled.user_errors,
        replayed=settled.replayed,
    )


async def _add(context: Context, given: AddIdentifierInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    profile = problems.profile(given.profile, "profile")
    identifier = problems.identifier(given.identifier, "identifier")
    command = AddIdentifier(profile, problems.sound(identifier))
    return await add_identifier(context.graph, command, guard(context, "addIdentifier", given), context.clock.now())
