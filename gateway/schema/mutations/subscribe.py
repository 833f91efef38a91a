from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems, category_reference, resource_reference
from gateway.schema.inputs.subscription import LOWEST_PRIORITY, AddressInput, SubscribeInput, evidence
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.payload import refer
from gateway.schema.references import IdentifierInput
from gateway.schema.results import UserError
from gateway.schema.subscription import ChannelSubscription
from graph.idempotency import Done
from graph.identifiers import IdentifierValue
from graph.subscribing.subscribe import Subscribe, subscribe
from graph.vocabulary import Channel, IdentifierType, RowOutcome, UserErrorCode

_MOST_CATEGORIES = 100


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
    if given.priority is not None and not 0 <= given.priority <= LOWEST_PRIORITY:
        message = f"Must be between 0, the highest, and {LOWEST_PRIORITY:,}."
        problems.add(UserErrorCode.INVALID, message, "priority")
    if given.categories and len(given.categories) > _MOST_CATEGORIES:
        problems.add(UserErrorCode.LIMIT_EXCEEDED, f"At most {_MOST_CATEGORIES} categories.", "categories")
    opt_in = None if given.opt_in is None else evidence(given.opt_in, problems, "optIn")
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
        opt_in=opt_in,
        priority=given.priority,
        resubscribe=given.resubscribe,
    )
    return await subscribe(context.graph, command, guard(context, "subscribe", given), context.clock.now())


def _address(given: AddressInput, problems: Problems) -> tuple[Channel, IdentifierValue | None]:
    if isinstance(given.email, str):
        value = IdentifierInput(type=IdentifierType.EMAIL, value=given.email)
        return Channel.EMAIL, problems.identifier(value, "address", "email")
    value = IdentifierInput(type=IdentifierType.PHONE, value=str(given.phone))
    return Channel.SMS, problems.identifier(value, "address", "phone")
