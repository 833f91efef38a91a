from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from graph.connection import Graph
from graph.message_states import Happening, states_before
from graph.statements import waiting as statements
from graph.vocabulary import Channel, MessageState

MOST: Final = 100_000


@dataclass(frozen=True, slots=True)
class ChannelQueue:
    """`late_ms` is how long the oldest message that is due has waited for a worker, 0 where none is due."""

    pending: int
    late_ms: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits to be sent, and what nobody sends any more. Numbers end at `MOST`."""

    queues: Mapping[Channel, ChannelQueue]
    dead: Mapping[MessageState, int]


async def waiting(graph: Graph, now_ms: int) -> Waiting:
    """Two short reads, whatever the graph holds."""
    rows = await graph.read(statements.WAITING, channels=list(Channel), now=now_ms, most=MOST)
    dead = await graph.read(statements.DEAD, states=list(states_before(Happening.RETRIED)), most=MOST)
    return Waiting(
        {
            Channel(channel): ChannelQueue(pending, 0 if oldest is None else max(now_ms - oldest, 0))
            for channel, pending, oldest in rows
        },
        {MessageState(state): number for state, number in dead},
    )
