from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.merging import LONGEST_EVIDENCE, MergeProfilesInput
from gateway.schema.inputs.problems import Problems
from gateway.schema.merge import Merge
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.payload import refer
from gateway.schema.profile import Profile
from gateway.schema.results import UserError
from graph.idempotency import Done
from graph.merging.merge import MergeProfiles, merge_profiles


@strawberry.type(description="The person who remains, and the merge, by which it can be undone.")
class MergeProfilesPayload:
    profile: Profile | None = described("The person who remains.")
    merge: Merge | None = described("What happened; its id undoes it.")
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(info: strawberry.Info[Context], input: Annotated[MergeProfilesInput, INPUT]) -> MergeProfilesPayload:
    settled = await settle(info.context, _merge(info.context, input))
    return MergeProfilesPayload(
        profile=refer(settled.value("profileId")),
        merge=refer(settled.value("mergeId")),
        user_errors=settled.user_errors,
        replayed=settled.replayed,
    )


async def _merge(context: Context, given: MergeProfilesInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    evidence = None
    if given.evidence is not None:
        evidence = problems.text(given.evidence, "evidence", longest=LONGEST_EVIDENCE)
    loser, survivor = problems.profile(given.from_, "from"), problems.profile(given.into, "into")
    problems.refuse()
    command = MergeProfiles(loser, survivor, context.viewer.id, evidence)
    key = guard(context, "mergeProfiles", given)
    return await merge_profiles(context.graph, command, context.merging, key, context.clock.now())
