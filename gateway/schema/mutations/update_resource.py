from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import strawberry
from strawberry import UNSET

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems, resource_reference
from gateway.schema.inputs.resource import UpdateResourceInput
from gateway.schema.inputs.resource_checks import channels, sender, sending_rate, words
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.payload import refer
from gateway.schema.resource import Resource
from gateway.schema.results import UserError
from graph.idempotency import Done
from graph.subscribing.update_resource import UpdateResource, update_resource


@strawberry.type(description="The resource as it is now.")
class UpdateResourcePayload:
    resource: Resource | None = described("The resource.")
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(
    info: strawberry.Info[Context], input: Annotated[UpdateResourceInput, INPUT]
) -> UpdateResourcePayload:
    settled = await settle(info.context, _update(info.context, input))
    return UpdateResourcePayload(
        resource=refer(settled.value("resourceId")), user_errors=settled.user_errors, replayed=settled.replayed
    )


async def _update(context: Context, given: UpdateResourceInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    properties = dict(_properties(given, problems))
    problems.refuse()
    command = UpdateResource(resource_reference(given.resource), properties)
    return await update_resource(context.graph, command, guard(context, "updateResource", given), context.clock.now())


def _properties(given: UpdateResourceInput, problems: Problems) -> Iterator[tuple[str, object]]:
    """Those of the graph's node that change, by their names there; None clears."""
    if given.title is not None:
        yield "title", problems.text(given.title, "title")
    if given.channels is not None:
        yield "channels", [str(each) for each in channels(given.channels, problems)]
    if given.sender is not None:
        yield "sender", sender(given.sender, problems)
    if given.sender_name is not UNSET:
        yield "senderName", None if given.sender_name is None else problems.text(given.sender_name, "senderName")
    for name, value in (
        ("requireDoubleOptIn", given.require_double_opt_in),
        ("raisePriorityOfNew", given.raise_priority_of_new),
        ("onUnknown", given.on_unknown),
        ("trackOpens", given.track_opens),
        ("trackClicks", given.track_clicks),
    ):
        if value is not None:
            yield name, value
    for name, listed in (("stopWords", given.stop_words), ("startWords", given.start_words)):
        if listed is not None:
            yield name, list(words(listed, problems, name))
    yield from _rate(given, problems)


def _rate(given: UpdateResourceInput, problems: Problems) -> Iterator[tuple[str, object]]:
    if given.rate is UNSET and given.burst is None:
        return
    found = sending_rate(None if given.rate is UNSET else given.rate, given.burst, problems)
    yield "rateMicros", found and found.micros
    yield "burst", found and found.burst
