from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.address import addressed, device
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems, category_reference, resource_reference
from gateway.schema.inputs.subscription import SubscribeInput, check_priority, evidence
from gateway.schema.mutations.settle import Settled, guard, settle
from gateway.schema.payload import refer
from gateway.schema.results import UserError
from gateway.schema.subscription import ChannelSubscription
from graph.idempotency import Done
from graph.subscribing.confirmations import DAY_MS, VALID_MS, Confirmation
from graph.subscribing.subscribe import Subscribe, subscribe
from graph.vocabulary import Right, RowOutcome, UserErrorCode

_MOST_CATEGORIES = 100


@strawberry.type(description="The subscription, and what became of it.")
class SubscribePayload:
    subscription: ChannelSubscription | None = described("The subscription as it is now.")
    outcome: RowOutcome | None = described("What became of it.")
    confirmation_token: str | None = described(
        "What the link in the letter of confirmation has to carry back to `confirmSubscription`, for "
        f"{VALID_MS // DAY_MS} days. It is there while the subscription waits for its confirmation (UNCONFIRMED), and "
        "only for keys with `profile:write`: whoever has it can confirm. An earlier one stays good as long as the "
        "subscription waits without a break."
    )
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(info: strawberry.Info[Context], input: Annotated[SubscribeInput, INPUT]) -> SubscribePayload:
    settled = await settle(info.context, _subscribe(info.context, input))
    return SubscribePayload(
        subscription=refer(settled.value("subscriptionId")),
        outcome=settled.value("outcome"),
        confirmation_token=_confirmation_token(info.context, settled),
        user_errors=settled.user_errors,
        replayed=settled.replayed,
    )


def _confirmation_token(context: Context, settled: Settled) -> str | None:
    record_id = settled.value("unconfirmedId")
    if record_id is None or Right.PROFILE_WRITE not in context.viewer.rights:
        return None
    expires_at_ms = context.clock.now() + VALID_MS
    return context.confirmations.token(Confirmation(settled.value("subscriptionId"), record_id, expires_at_ms))


async def _subscribe(context: Context, given: SubscribeInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    found = addressed(given.address, problems, "address")
    profile = problems.profile(given.profile, "profile")
    if given.priority is not None:
        check_priority(problems, given.priority)
    if given.categories and len(given.categories) > _MOST_CATEGORIES:
        problems.add(UserErrorCode.LIMIT_EXCEEDED, f"At most {_MOST_CATEGORIES} categories.", "categories")
    opt_in = None if given.opt_in is None else evidence(given.opt_in, problems, "optIn")
    read_on = None if given.device is None else device(given.device, problems, "device")
    address = problems.sound(found)
    command = Subscribe(
        profile=profile,
        resource=resource_reference(given.resource),
        channel=address.channel,
        address=address.identifier,
        actor=context.viewer.id,
        create_profile=given.create_profile,
        categories=tuple(category_reference(each) for each in given.categories or ()),
        opt_in=opt_in,
        priority=given.priority,
        resubscribe=given.resubscribe,
        confirmation=given.confirmation,
        lift_profile_status=given.lift_profile_status,
        consent_expires_at_ms=given.consent_expires_at,
        replaces=given.replaces,
        device=read_on,
        push=address.push,
        erased_key=context.keys.addresses,
    )
    return await subscribe(context.graph, command, guard(context, "subscribe", given), context.clock.now())
