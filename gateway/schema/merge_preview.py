from __future__ import annotations

from typing import Annotated

import strawberry
from graphql import GraphQLError

from gateway.errors import ErrorCode
from gateway.schema.context import Context
from gateway.schema.inputs.problems import Problems
from gateway.schema.merge import MergePreview
from gateway.schema.mutations.settle import shown
from gateway.schema.payload import refer
from gateway.schema.references import IdentifierInput, ProfileRef
from graph.errors import Refusal
from graph.merging.merge import MergeProfiles
from graph.merging.preview import preview_merge
from graph.reading.lookups import NAMES_OF_SYSTEMS
from graph.vocabulary import Right

_FROM = strawberry.argument(name="from", description="Who would become part of the other.")
_INTO = strawberry.argument(description="Who would remain.")


async def preview(
    info: strawberry.Info[Context], from_: Annotated[ProfileRef, _FROM], into: Annotated[ProfileRef, _INTO]
) -> MergePreview:
    """It is decided by the plan of the merge itself, which is no statement that could be compiled.

    Raises a GraphQL error with the code of what is wrong with a reference.
    """
    context = info.context
    try:
        problems = Problems()
        _refuse_to_look(context, from_, into)
        loser, survivor = problems.profile(from_, "from"), problems.profile(into, "into")
        problems.refuse()
        command = MergeProfiles(loser, survivor, context.viewer.id)
        found = await preview_merge(context.graph, command, context.merging, context.clock.now())
    except Refusal as refusal:
        first = refusal.user_errors[0]
        raise GraphQLError(first.message, extensions={"code": first.code}) from None
    return MergePreview(
        survivor=refer(found.survivor_id),
        changes=list(found.changes),
        subscriptions_touched=found.subscriptions_touched,
        consent_conflicts=found.consent_conflicts,
        messages_in_flight=found.messages_in_flight,
        refused_by=shown(found.refused_by),
    )


def _refuse_to_look(context: Context, *references: ProfileRef) -> None:
    """Nobody looks for people by where they are reached who may not see personal data; so it is in every query."""
    if Right.PROFILE_PII in context.viewer.rights:
        return
    for each in references:
        if isinstance(each.identifier, IdentifierInput) and each.identifier.type not in NAMES_OF_SYSTEMS:
            message = f"This needs the right `{Right.PROFILE_PII}`."
            raise GraphQLError(message, extensions={"code": ErrorCode.FORBIDDEN})
