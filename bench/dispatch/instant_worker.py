"""The product's worker with a provider inside that answers at once: `python -m bench.dispatch.instant_worker RECEIPTS`.

It says of each message that it was delivered where RECEIPTS is 1, through the groups in which the gateway writes what
providers call back.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from functools import partial

from dispatch.accounts import Accounts
from dispatch.handovers import Handovers
from dispatch.nudges import Nudger
from dispatch.outcome import Accepted, Outcome
from dispatch.settings import DispatchSettings
from dispatch.worker import WorkerProcess
from gateway.garbage import keep_what_is_loaded
from gateway.receipt_groups import ReceiptGroups
from gateway.stack.running import environment
from graph.clock import SystemClock
from graph.connection import Graph
from graph.delivery import Delivery
from graph.message_states import Happening
from graph.receipts.receipt import Receipt, ReceiptSource, Told
from graph.settings import GraphSettings
from graph.vocabulary import Channel

# So many receipts are on their way at most: one who waits for them takes no more messages.
_AT_ONCE = 2_000
_AFTER_S = 0.3


class Receipts:
    """Those of one process, on the event loop on which it sends."""

    def __init__(self, settings: GraphSettings, nudger: Nudger) -> None:
        self._clock = SystemClock()
        self._groups = ReceiptGroups(Graph.open(settings), self._clock, nudger)
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._running = set[asyncio.Task[None]]()

    async def deliver(self, delivery: Delivery, provider: str) -> None:
        """Returns at once, unless too many wait."""
        await self._room.acquire()
        receipt = Receipt(
            event_id=delivery.message_id,
            kind="delivered",
            happening=Happening.DELIVERED,
            at_ms=self._clock.now(),
            message_id=delivery.message_id,
            raw='{"MessageStatus":"delivered"}',
        )
        task = asyncio.create_task(self._tell(Told(ReceiptSource(delivery.channel, provider), receipt)))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _tell(self, told: Told) -> None:
        # Nobody knows yet before the try is written down.
        await asyncio.sleep(_AFTER_S)
        try:
            await self._groups.take([told])
        finally:
            self._room.release()


class InstantSender:
    def __init__(self, settings: GraphSettings, nudger: Nudger | None) -> None:
        """Without `nudger` nobody says what became of a message."""
        self.provider = "instant"
        self._settings = settings
        self._nudger = nudger
        self._receipts: Receipts | None = None

    async def send(self, delivery: Delivery) -> Outcome:
        if self._nudger is not None:
            self._receipts = self._receipts or Receipts(self._settings, self._nudger)
            await self._receipts.deliver(delivery, self.provider)
        return Accepted("taken", f"in-{delivery.message_id}")

    async def close(self) -> None:
        pass


def open_instant(
    graph: GraphSettings, nudger: Nudger | None, _channel: Channel, _settings: DispatchSettings, handovers: Handovers
) -> Accounts:
    return Accounts.of([InstantSender(graph, nudger)], {}, handovers)


def run(values: Mapping[str, str], *, has_receipts: bool) -> None:
    graph, settings = GraphSettings.from_environment(values), DispatchSettings.from_environment(values)
    nudger = Nudger(settings.redis_url) if has_receipts else None
    if nudger is not None:
        nudger.start()
    keep_what_is_loaded()
    WorkerProcess(graph, settings, [Channel.SMS], open_accounts=partial(open_instant, graph, nudger)).run()


if __name__ == "__main__":
    run(environment(), has_receipts=sys.argv[1] == "1")
