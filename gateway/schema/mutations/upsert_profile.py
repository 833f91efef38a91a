from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.attribute import attribute_changes
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.profile import UpsertProfileInput, profile_fields
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.payload import refer, refer_all
from gateway.schema.profile import Profile
from gateway.schema.results import UserError
from graph.idempotency import Done
from graph.people.upsert import UpsertProfile, upsert_profile
from graph.vocabulary import RowOutcome, UserErrorCode


@strawberry.type(description="The person, and what became of them.")
class UpsertProfilePayload:
    profile: Profile | None = described("The person as now known.")
    outcome: RowOutcome | None = described("What became of them.")
    candidates: list[Profile] = described(
        "With AMBIGUOUS_MATCH, IDENTIFIER_CONFLICT, MERGE_REFUSED or TAKEN: whom the identifiers could mean."
    )
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(info: strawberry.Info[Context], input: Annotated[UpsertProfileInput, INPUT]) -> UpsertProfilePayload:
    settled = await settle(info.context, _upsert(info.context, input))
    return UpsertProfilePayload(
        profile=refer(settled.value("profileId")),
        outcome=settled.value("outcome"),
        candidates=refer_all(settled.candidates),
        user_errors=settled.user_errors,
        replayed=settled.replayed,
    )


async def _upsert(context: Context, given: UpsertProfileInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    if given.match_on is not None and not given.match_on:
        problems.add(UserErrorCode.INVALID, "Leave it out, or name at least one type.", "matchOn")
    command = UpsertProfile(
        identifiers=problems.identifiers(given.identifiers, "identifiers"),
        fields=profile_fields(given.set, problems),
        mode=given.mode,
        match_on=None if given.match_on is None else frozenset(given.match_on),
        is_test=given.is_test,
        attributes=attribute_changes(given.attributes, problems),
        on_conflict=given.on_conflict,
        actor=context.viewer.id,
        merging=context.merging,
    )
    problems.refuse()
    return await upsert_profile(context.graph, command, guard(context, "upsertProfile", given), context.clock.now())
