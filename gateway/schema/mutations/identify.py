from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.enums import publish
from gateway.schema.fields import described
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.merging import LONGEST_EVIDENCE, IdentifyInput
from gateway.schema.inputs.problems import Problems
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.payload import refer
from gateway.schema.profile import Profile
from gateway.schema.results import UserError
from graph.idempotency import Done
from graph.people import identify as identifying
from graph.people.device import IdentifyOutcome

publish(
    IdentifyOutcome,
    "What became of the anonymous values; where different things happened, the first of these.",
    MERGED="An anonymous visitor became part of the known person, with all that was done before.",
    HANDED_OVER="A value was another known person's. From now on it is this one's; what was done before stays there.",
    LINKED="Values were added to the known person, and nothing else happened.",
    ALREADY_KNOWN="All values were this person's already.",
    REFUSED="Nothing happened; `userErrors` say why.",
)


@strawberry.type(description="The known person, and what became of the anonymous values.")
class IdentifyPayload:
    profile: Profile | None = described("The known person.")
    outcome: IdentifyOutcome | None = described("What became of the values.")
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(info: strawberry.Info[Context], input: Annotated[IdentifyInput, INPUT]) -> IdentifyPayload:
    settled = await settle(info.context, _identify(info.context, input))
    return IdentifyPayload(
        profile=refer(settled.value("profileId")),
        outcome=IdentifyOutcome.REFUSED if settled.user_errors else settled.value("outcome"),
        user_errors=settled.user_errors,
        replayed=settled.replayed,
    )


async def _identify(context: Context, given: IdentifyInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    proof = None if given.proof is None else problems.text(given.proof, "proof", longest=LONGEST_EVIDENCE)
    command = identifying.Identify(
        anonymous=problems.identifiers(given.anonymous, "anonymous"),
        known=problems.profile(given.known, "known"),
        actor=context.viewer.id,
        proof=proof,
        create_profile=given.create_profile,
    )
    problems.refuse()
    key = guard(context, "identify", given)
    return await identifying.identify(context.graph, command, context.merging, key, context.clock.now())
