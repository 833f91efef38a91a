from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.subscription import UnsubscribeInput
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.payload import refer, refer_all
from gateway.schema.profile import Profile
from gateway.schema.results import UserError
from gateway.schema.subscription import ChannelSubscription
from graph.idempotency import Done
from graph.subscribing.unsubscribe import Unsubscribe, unsubscribe

_LONGEST_REASON = 1_000


@strawberry.type(description="What ended.")
class UnsubscribePayload:
    changed: list[ChannelSubscription] = described("The subscriptions that ended now.")
    unchanged_count: int = described("How many had ended before, by the person, a complaint or a bounce.")
    profile: Profile | None = described("The person, with all that is left.")
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(info: strawberry.Info[Context], input: Annotated[UnsubscribeInput, INPUT]) -> UnsubscribePayload:
    settled = await settle(info.context, _unsubscribe(info.context, input))
    return UnsubscribePayload(
        changed=refer_all(settled.value("changed") or ()),
        unchanged_count=settled.value("unchangedCount") or 0,
        profile=refer(settled.value("profileId")),
        user_errors=settled.user_errors,
        replayed=settled.replayed,
    )


async def _unsubscribe(context: Context, given: UnsubscribeInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    reason = None if given.reason is None else problems.words(given.reason, "reason", longest=_LONGEST_REASON)
    problems.refuse()
    command = Unsubscribe(str(given.target.subscription), context.viewer.id, reason)
    return await unsubscribe(context.graph, command, guard(context, "unsubscribe", given), context.clock.now())
