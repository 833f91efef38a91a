from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.relation import RelateProfilesInput, relation
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.payload import refer
from gateway.schema.relation import Relation
from gateway.schema.results import UserError
from graph.idempotency import Done
from graph.people.relation import relate_profiles
from graph.vocabulary import RowOutcome


@strawberry.type(description="The relation, and what became of it.")
class RelateProfilesPayload:
    relation: Relation | None = described("The relation as it is now.")
    outcome: RowOutcome | None = described("What became of it.")
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(
    info: strawberry.Info[Context], input: Annotated[RelateProfilesInput, INPUT]
) -> RelateProfilesPayload:
    settled = await settle(info.context, _relate(info.context, input))
    return RelateProfilesPayload(
        relation=refer(settled.value("relationId")),
        outcome=settled.value("outcome"),
        user_errors=settled.user_errors,
        replayed=settled.replayed,
    )


async def _relate(context: Context, given: RelateProfilesInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    wanted = relation(given, problems)
    properties = problems.properties(given.properties, "properties")
    problems.refuse()
    kept = guard(context, "relateProfiles", given)
    return await relate_profiles(context.graph, wanted, properties, kept, context.clock.now())
