"""So many messages, asked for by clients side by side, while something breaks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from graph.statement import Statement
from tests.faults.checker import OPEN, Finding, checked
from tests.faults.processes import eventually
from tests.faults.rig import Rig
from tests.faults.traffic import Traffic

_UNTRIED: Final = Statement("untried", "RETURN COUNT { MATCH (m:Pending) WHERE m.state <> 'DEFERRED' RETURN m }")
_SENDERS: Final = 8
_PEOPLE: Final = 50
_END_S: Final = 120.0


@dataclass(slots=True)
class Burst:
    """On a rig in which nothing is."""

    rig: Rig
    messages: int
    policy: str = "RETRY"
    traffic: Traffic = field(init=False)

    def __post_init__(self) -> None:
        self.traffic = Traffic(self.rig, self.policy)

    async def run(self, strike: Callable[[Burst], Awaitable[None]]) -> Finding:
        """What all of it came to once everything was healed and every message had ended.

        What is to be tried again later is due once everything is healed: nobody has to wait for that.
        """
        await self.rig.clear()
        await self.traffic.furnish(_PEOPLE)
        numbers = iter(range(self.messages))
        senders = [asyncio.create_task(self._send(numbers)) for _ in range(_SENDERS)]
        await strike(self)
        await self.rig.heal()
        await asyncio.gather(*senders)
        await self.rig.hasten()
        await eventually(self.has_ended, _END_S)
        return await checked(self.rig.graph, self.traffic)

    async def has_ended(self) -> bool:
        return bool(await self.rig.graph.read(OPEN) == 0)

    async def has_tried_all(self) -> bool:
        """None waits for its first try."""
        return bool(await self.rig.graph.read(_UNTRIED) == 0)

    async def received(self, number: int) -> None:
        """So many messages have come to their receivers."""
        await eventually(lambda: len(self.rig.receivers.entries) >= number, _END_S)

    async def asked(self, number: int) -> None:
        """So many mutations were answered."""
        await eventually(lambda: len(self.traffic.sent) >= number, _END_S)

    async def _send(self, numbers: Iterator[int]) -> None:
        for number in numbers:
            await self.traffic.send(number)
