from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems, category_reference, resource_reference
from gateway.schema.inputs.subscription import AddressInput, SubscribeInput
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.payload import refer
from gateway.schema.references import IdentifierInput
from gateway.schema.results import UserError
from gateway.schema.subscription import ChannelSubscription
from graph.idempotency import Done
from graph.identifiers import IdentifierValue
from graph.subscribing.subscribe import Subscribe, subscribe
from graph.vocabulary import Channel, IdentifierType, RowOutcome, UserErrorCode


@strawberry.type(description="The subscription, and what became of it.")
class SubscribePayload:
    subscription: ChannelSubscription | None = described("The subscription as it is now.")
    outcome: RowOutcome | None = described("What became of it.")
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(info: strawberry.Info[Context], input: Annotated[SubscribeInput, INPUT]) -> SubscribePayload:
    settled = await settle(info.context, _subscribe(info.context, input))
    return SubscribePayload(
        subscription=refer(settled.value("subscriptionId")),
        outcome=settled.value("outcome"),
        user_errors=settled.user_errors,
        replayed=settled.replayed,
    )


async def _subscribe(context: Context, given: SubscribeInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    channel, address = _address(given.address, problems)
    profile = problems.profile(given.profile, "profile")
    if given.priority is not None and given.priority < 0:
        problems.add(UserErrorCode.INVALID, "0 is the highest priority.", "priority")
    problems.refuse()
    if address is None:
        raise AssertionError("a missing address was refused above")
    command = Subscribe(
        profile=profile,
        resource=resource_reference(given.resource),
        channel=channel,
        address=address,
        actor=context.viewer.id,
        create_profile=given.create_profile,
        categories=tuple(category_reference(each) for each in given.categories or ()),
        opt_in=given.opt_in.to_graph() if given.opt_in else None,
        priority=given.priority,
        resubscribe=given.resubscribe,
    )
    return await subscribe(context.graph, command, guard(context, "subscribe", given), context.clock.now())


def _address(given: AddressInput, problems: Problems) -> tuple[Channel, IdentifierValue | None]:
    if given.email:
        value = IdentifierInput(type=IdentifierType.EMAIL, value=given.email)
        return Channel.EMAIL, problems.identifier(value, "address", "email")
    value = IdentifierInput(type=IdentifierType.PHONE, value=given.phone or "")
    return Channel.SMS, problems.identifier(value, "address", "phone")
