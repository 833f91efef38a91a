"""People of whom a provider says, when it is given a message for them, that they told it STOP."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final

from dispatch.accounts import Answered
from dispatch.nudges import Nudger
from dispatch.outcome import Refused
from graph.connection import Graph
from graph.delivery import Delivery
from graph.errors import GraphError
from graph.inbound.departure import Departure
from graph.inbound.take import take_departure
from graph.receipts.receipt import ReceiptSource
from graph.subscribing.address import TYPE_ON

_log: Final = logging.getLogger(__name__)


async def end_opted_out(
    graph: Graph, nudger: Nudger, answers: Iterable[tuple[Delivery, Answered]], now_ms: int
) -> None:
    """Ends what is at their addresses on that channel. Never raises: were it lost, the next refusal tells it again."""
    for delivery, answered in answers:
        outcome = answered.outcome
        if not isinstance(outcome, Refused) or not outcome.opted_out or not delivery.address:
            continue
        source = ReceiptSource(delivery.channel, answered.provider)
        type_, event_id = TYPE_ON[delivery.channel], f"{delivery.message_id}:refused"
        left = Departure(event_id, now_ms, type_, delivery.address, delivery.namespace, by_word=True)
        try:
            done = await take_departure(graph, source, left, now_ms)
        except GraphError as error:
            _log.warning("that somebody said STOP to a provider is not written yet: %s", error)
            continue
        for each in done.changes:
            nudger.publish(each.profile_id, each.revision, each.kinds)
