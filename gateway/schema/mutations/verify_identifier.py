from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.identifier import Identifier
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.identifier import VerifyIdentifierInput
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.subscription import evidence
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.payload import refer
from gateway.schema.profile import Profile
from gateway.schema.results import UserError
from graph.idempotency import Done
from graph.people.verify_identifier import VerifyIdentifier, verify_identifier
from graph.vocabulary import RowOutcome


@strawberry.type(description="The person whose value was verified.")
class VerifyIdentifierPayload:
    profile: Profile | None = described("The person as now known.")
    identifier: Identifier | None = described("The value. Others who share it are as verified as they were.")
    outcome: RowOutcome | None = described("UPDATED, or UNCHANGED where newer evidence was known.")
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(
    info: strawberry.Info[Context], input: Annotated[VerifyIdentifierInput, INPUT]
) -> VerifyIdentifierPayload:
    settled = await settle(info.context, _verify(info.context, input))
    return VerifyIdentifierPayload(
        profile=refer(settled.value("profileId")),
        identifier=refer(settled.value("identifierId")),
        outcome=settled.value("outcome"),
        user_errors=settled.user_errors,
        replayed=settled.replayed,
    )


async def _verify(context: Context, given: VerifyIdentifierInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    profile = problems.profile(given.profile, "profile")
    identifier = problems.identifier(given.identifier, "identifier")
    proof = evidence(given.evidence, problems, "evidence")
    command = VerifyIdentifier(profile, problems.sound(identifier), proof, context.viewer.id, context.merging)
    kept = guard(context, "verifyIdentifier", given)
    return await verify_identifier(context.graph, command, kept, context.clock.now())
