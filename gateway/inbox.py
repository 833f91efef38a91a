from __future__ import annotations

from dataclasses import dataclass, field

from dispatch.hook import HookReading
from gateway.schema.context import Changes
from graph.clock import Clock
from graph.connection import Graph
from graph.idempotency import Done
from graph.inbound.take import take_departure, take_inbound
from graph.receipts.receipt import ReceiptSource


@dataclass(frozen=True, slots=True)
class Inbox:
    """Hands what people write back, and that they left, to the graph. `erased_key` keys erased addresses' hashes."""

    graph: Graph
    clock: Clock
    changes: Changes
    erased_key: bytes = field(repr=False)

    async def take(self, source: ReceiptSource, reading: HookReading) -> None:
        """In order, each committed for itself and told to listeners after that.

        Raises GraphError where one is not certain: all may come again then, and what was taken is known by its id.
        """
        for inbound in reading.inbound:
            self._tell(await take_inbound(self.graph, source, inbound, self.clock.now(), self.erased_key))
        for departure in reading.departures:
            self._tell(await take_departure(self.graph, source, departure, self.clock.now(), self.erased_key))

    def _tell(self, done: Done) -> None:
        for change in done.changes:
            self.changes.publish(change.profile_id, change.revision, change.kinds)
