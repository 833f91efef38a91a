from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems, category_reference, resource_reference
from gateway.schema.inputs.subscription import evidence
from gateway.schema.inputs.unsubscribe import (
    ProfileChannelInput,
    ProfileResourceInput,
    SubscriptionCategoryInput,
    UnsubscribeInput,
    UnsubscribeTarget,
)
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.payload import refer, refer_all
from gateway.schema.profile import Profile
from gateway.schema.references import ProfileRef
from gateway.schema.results import UserError
from gateway.schema.subscription import ChannelSubscription
from graph.idempotency import Done
from graph.subscribing.unsubscribe import (
    AtResource,
    Everything,
    OfMessage,
    OnChannel,
    OneCategory,
    OneSubscription,
    Target,
    Unsubscribe,
    unsubscribe,
)

LONGEST_REASON = 1_000


@strawberry.type(description="What ended.")
class UnsubscribePayload:
    changed: list[ChannelSubscription] = described("The subscriptions that this changed.")
    unchanged_count: int = described(
        "How many of those that the target names had ended before, by the person, a complaint or a bounce."
    )
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
    reason = None if given.reason is None else problems.words(given.reason, "reason", longest=LONGEST_REASON)
    shown = None if given.evidence is None else evidence(given.evidence, problems, "evidence")
    target = _target(given.target, problems)
    problems.refuse()
    command = Unsubscribe(target, context.viewer.id, reason, shown)
    return await unsubscribe(context.graph, command, guard(context, "unsubscribe", given), context.clock.now())


def _target(given: UnsubscribeTarget, problems: Problems) -> Target:
    """The schema sees to it that exactly one of them is there."""
    if isinstance(given.category, SubscriptionCategoryInput):
        return OneCategory(str(given.category.subscription), category_reference(given.category.category))
    if isinstance(given.message, str):
        return OfMessage(given.message)
    if isinstance(given.resource, ProfileResourceInput):
        profile = problems.profile(given.resource.profile, "target", "resource", "profile")
        return AtResource(profile, resource_reference(given.resource.resource))
    if isinstance(given.channel, ProfileChannelInput):
        profile = problems.profile(given.channel.profile, "target", "channel", "profile")
        return OnChannel(profile, given.channel.channel)
    if isinstance(given.everything, ProfileRef):
        return Everything(problems.profile(given.everything, "target", "everything"))
    return OneSubscription(str(given.subscription))
