from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from graph.connection import Graph, Transaction
from graph.errors import Refusal
from graph.idempotency import Done, Guard, once
from graph.statements import subscriptions as statements
from graph.subscribing.resource import NO_SUCH_RESOURCE, SENDER_MISSING, ResourceReference, ending_start_words
from graph.vocabulary import Channel


@dataclass(frozen=True, slots=True)
class UpdateResource:
    """`properties` are those of the node, by their names there; None clears one, and what is not named stays."""

    resource: ResourceReference
    properties: Mapping[str, object] = field(default_factory=dict)


async def update_resource(graph: Graph, command: UpdateResource, guard: Guard | None, now_ms: int) -> Done:
    """What is already queued goes by the new values when it is sent. The result holds `resourceId`.

    A second time changes nothing. Raises Refusal NOT_FOUND, REQUIRED where letters would have no sender, and INVALID
    where a word would both end a subscription and open it.
    """

    async def work(transaction: Transaction) -> Done:
        return await update_resource_in(transaction, command)

    return await once(graph, guard, now_ms, work)


async def update_resource_in(transaction: Transaction, command: UpdateResource) -> Done:
    reference = command.resource
    row = await transaction.run(
        statements.UPDATE_RESOURCE, id=reference.id, key=reference.key, properties=dict(command.properties)
    )
    if row is None:
        raise Refusal(NO_SUCH_RESOURCE)
    resource_id, channels, sender, stop_words, start_words = row
    # What it is now is looked at, and the transaction given up where that cannot be.
    if Channel.EMAIL in channels and sender is None:
        raise Refusal(SENDER_MISSING)
    ending = ending_start_words(start_words, stop_words)
    if ending:
        raise Refusal(*ending)
    return Done({"resourceId": resource_id})
