from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.relation import UnrelateProfilesInput, relation
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.payload import refer
from gateway.schema.profile import Profile
from gateway.schema.results import UserError
from graph.idempotency import Done
from graph.people.relation import unrelate_profiles
from graph.vocabulary import RowOutcome


@strawberry.type(description="The person whose relation it was, and what became of it.")
class UnrelateProfilesPayload:
    profile: Profile | None = described("The person it began at.")
    outcome: RowOutcome | None = described("UPDATED where there was such a relation, UNCHANGED where there was none.")
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(
    info: strawberry.Info[Context], input: Annotated[UnrelateProfilesInput, INPUT]
) -> UnrelateProfilesPayload:
    settled = await settle(info.context, _unrelate(info.context, input))
    return UnrelateProfilesPayload(
        profile=refer(settled.value("profileId")),
        outcome=settled.value("outcome"),
        user_errors=settled.user_errors,
        replayed=settled.replayed,
    )


async def _unrelate(context: Context, given: UnrelateProfilesInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    ended = relation(given, problems)
    problems.refuse()
    return await unrelate_profiles(context.graph, ended, guard(context, "unrelateProfiles", given), context.clock.now())
