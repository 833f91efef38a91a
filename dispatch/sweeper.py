from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Final

from dispatch.accounts import Accounts
from dispatch.nudges import Nudger
from dispatch.retry_decision import MAX_ATTEMPTS
from graph import outbox
from graph.clock import Clock
from graph.connection import Graph
from graph.consent.due import record_due
from graph.erasing.remains import finish_erasures
from graph.errors import GraphError
from graph.forgetting import forget_expired
from graph.outbox import SweepLimits
from graph.receipts.orphans import adopt_orphans
from graph.vocabulary import ChangeKind, Channel

_log: Final = logging.getLogger(__name__)

_MESSAGES_PER_SWEEP: Final = 2_000
# Redis stays about this short while any number of messages waits in the graph.
_LONGEST_QUEUE: Final = 40
# Where more waits than one sweep takes, the next one comes sooner: else the pause would be what limits the workers.
_HURRY: Final = 4
_TIDY_EVERY_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Sweeper:
    """Finds what was lost on the way: nudges, jobs, leases. It is the only thing that tries again.

    It talks to the graph alone; what it finds goes to Redis through the nudger, which never waits.
    """

    graph: Graph
    nudger: Nudger
    clock: Clock
    accounts: Mapping[Channel, Accounts]
    sweep_ms: int
    renudge_ms: int

    async def run(self) -> None:
        """Until it is cancelled."""
        tidy_at, pause_s = 0.0, self.sweep_ms / 1000
        while True:
            await asyncio.sleep(pause_s)
            if monotonic() >= tidy_at:
                tidy_at = monotonic() + _TIDY_EVERY_S
                await self._forget()
                await self._record_due()
                await self._finish_erasures()
            await self._adopt_receipts()
            is_behind = False
            for channel in self.accounts:
                try:
                    is_behind |= await self.sweep(channel) == _MESSAGES_PER_SWEEP
                except GraphError as error:
                    _log.warning("the sweep of %s is put off: %s", channel, error)
            pause_s = self.sweep_ms / 1000 / (_HURRY if is_behind else 1)

    async def _forget(self) -> None:
        try:
            await forget_expired(self.graph, self.clock.now())
        except GraphError as error:
            _log.warning("idempotency keys that ran out stay a little longer: %s", error)

    async def _record_due(self) -> None:
        try:
            changes = await record_due(self.graph, self.clock.now())
        except GraphError as error:
            _log.warning("what ran out is written down a little later: %s", error)
            return
        for each in changes:
            self.nudger.publish(each.profile_id, each.revision, each.kinds)

    async def _finish_erasures(self) -> None:
        try:
            await finish_erasures(self.graph)
        except GraphError as error:
            _log.warning("the rest of an erasure is put off: %s", error)

    async def _adopt_receipts(self) -> None:
        try:
            applied = await adopt_orphans(self.graph, self.clock.now())
        except GraphError as error:
            _log.warning("receipts that came too early wait a little longer: %s", error)
            return
        for each in applied.revisions:
            self.nudger.publish(each.profile_id, each.revision, {ChangeKind.MESSAGE})

    async def sweep(self, channel: Channel) -> int:
        """One round. Returns how many messages were nudged.

        None while Redis is away or has enough to do, or while the channel's accounts rest.
        """
        most = self.accounts[channel].worth_claiming(_MESSAGES_PER_SWEEP)
        if not most or not self.nudger.healthy() or self.nudger.backlog(channel) >= _LONGEST_QUEUE:
            return 0
        limits = SweepLimits(most, self.renudge_ms, MAX_ATTEMPTS)
        found = await outbox.due(self.graph, channel, limits, self.clock.now())
        for each in found.revisions:
            self.nudger.publish(each.profile_id, each.revision, {ChangeKind.MESSAGE})
        for message_id in found.ids:
            self.nudger.message(channel, message_id)
        if found.lost:
            _log.warning("%d messages of %s had been left behind by a worker", found.lost, channel)
        return len(found.ids)
