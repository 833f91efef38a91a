from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.subscription import checked_url
from gateway.schema.inputs.subscription_change import ConfirmSubscriptionInput
from gateway.schema.mutations.changed_subscription import ChangedSubscription, answered
from gateway.schema.mutations.settle import guard, settle
from graph.errors import Refusal
from graph.idempotency import Done
from graph.subscribing.confirm import INVALID, Confirm, confirm
from graph.subscribing.confirmations import Confirmation


@strawberry.type(description="The subscription that was confirmed.")
class ConfirmSubscriptionPayload(ChangedSubscription):
    pass


async def resolve(
    info: strawberry.Info[Context], input: Annotated[ConfirmSubscriptionInput, INPUT]
) -> ConfirmSubscriptionPayload:
    return answered(ConfirmSubscriptionPayload, await settle(info.context, _change(info.context, input)))


async def _change(context: Context, given: ConfirmSubscriptionInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    ip = None if given.ip is None else problems.ip(given.ip, "ip")
    url = None if given.url is None else checked_url(given.url, problems, "url")
    problems.refuse()
    command = Confirm(_asked(context, given.token), context.viewer.id, ip, url)
    return await confirm(context.graph, command, guard(context, "confirmSubscription", given), context.clock.now())


def _asked(context: Context, token: str) -> Confirmation:
    try:
        return context.confirmations.confirmation(token.strip())
    except ValueError:
        raise Refusal(INVALID) from None
