from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bench.dispatch import statements
from graph.connection import Graph
from graph.ids import IdPrefix, new_id
from graph.vocabulary import Channel

PEOPLE = 100_000
_PER_TRANSACTION = 5_000
_PLACES = {Channel.SMS: 0, Channel.TELEGRAM: 1}


async def furnish(graph: Graph) -> None:
    """The people, and one resource that they all have said yes to."""
    await graph.change(statements.RESOURCE)
    for first in range(0, PEOPLE, _PER_TRANSACTION):
        await graph.change(statements.PEOPLE, first=first, count=_PER_TRANSACTION, now=_now())
    await graph.change(statements.FRESH_FIGURES)


@dataclass(slots=True)
class Crowd:
    """Writes to its people in turn."""

    graph: Graph
    _next: int = field(default=0, init=False)

    async def queue(self, channel: Channel, count: int, in_ms: int = 0) -> list[str]:
        """So many messages that are due then. They are in the graph, and nobody was told of them."""
        now = _now()
        ids: list[str] = []
        for rows in self._batches(count):
            await self.graph.change(statements.QUEUE, rows=rows, place=_PLACES[channel], now=now, due=now + in_ms)
            ids += [str(row["messageId"]) for row in rows]
        return ids

    async def give_up(self, channel: Channel) -> None:
        """Nothing waits on it any more."""
        await self.graph.change(statements.GIVE_UP, channel=channel)

    def _batches(self, count: int) -> Iterator[Sequence[dict[str, object]]]:
        for start in range(0, count, _PER_TRANSACTION):
            size = min(_PER_TRANSACTION, count - start)
            yield [self._row(self._next + number) for number in range(size)]
            self._next += size

    @staticmethod
    def _row(number: int) -> dict[str, object]:
        person = number % PEOPLE
        return {"person": person, "outreachId": new_id(IdPrefix.OUTREACH), "messageId": new_id(IdPrefix.MESSAGE)}


def _now() -> int:
    return time.time_ns() // 1_000_000
