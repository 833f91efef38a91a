from __future__ import annotations

from collections.abc import Iterator

from dispatch.counters import Counter
from graph.clock import Clock
from graph.connection import Graph
from graph.errors import GraphError
from graph.outbox.waiting import Waiting, waiting


async def outbox_gauges(graph: Graph, clock: Clock) -> list[Counter]:
    """What waits to be sent, for all gateways the same; nothing while the graph does not answer."""
    try:
        return list(_gauges(await waiting(graph, clock.now())))
    except GraphError:
        # The other numbers are wanted all the more then.
        return []


def _gauges(found: Waiting) -> Iterator[Counter]:
    queues = sorted(found.queues.items())
    for channel, queue in queues:
        text = "Messages that wait to be sent or are being sent, 100000 at most."
        yield Counter("customer_graph_pending_messages", text, queue.pending, (("channel", channel),), is_gauge=True)
    for channel, queue in queues:
        text = "Seconds for which the oldest message that is due has waited for a worker."
        late_s = queue.late_ms / 1_000
        yield Counter("customer_graph_oldest_due_seconds", text, late_s, (("channel", channel),), is_gauge=True)
    for state, number in sorted(found.dead.items()):
        text = "Messages that nobody sends any more unless somebody says so, 100000 at most."
        yield Counter("customer_graph_dead_letters", text, number, (("state", state),), is_gauge=True)
