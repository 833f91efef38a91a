from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.dispatch.crowd import Crowd
from bench.reading.percentile import percentile
from dispatch.nudges import Nudger
from graph.vocabulary import Channel

_EVERY_S = 0.05
# A message that a dead provider had is sent again after its lease and a pause.
_LONGEST_S = 150.0
_POLL_S = 0.2
Received = Callable[[], Mapping[str, Sequence[int]]]


@dataclass(frozen=True, slots=True)
class Steady:
    """Messages that were queued at a steady rate; ms from just before each was queued until the provider had it."""

    per_second: int
    waits_ms: tuple[float, ...]

    def at(self, share: float) -> float:
        return percentile(self.waits_ms, share)


@dataclass(frozen=True, slots=True)
class Windows:
    """The same at several times: what disturbs the machine for some seconds decides none but its own."""

    windows: tuple[Steady, ...]

    def at(self, share: float) -> float:
        """The middle one of what the windows have there."""
        return median(each.at(share) for each in self.windows)


async def steady(crowd: Crowd, nudger: Nudger, received: Received, per_second: int, seconds: float) -> Steady:
    """As mutations do, each batch is committed and the workers are woken. Raises RuntimeError where one was lost."""
    batch = round(per_second * _EVERY_S)
    queued: dict[str, int] = {}
    began = time.perf_counter()
    for number in range(round(seconds / _EVERY_S)):
        await asyncio.sleep(began + number * _EVERY_S - time.perf_counter())
        at = time.time_ns()
        for message_id in await crowd.queue(Channel.SMS, batch):
            queued[message_id] = at
            nudger.message(Channel.SMS, message_id)
    seen = await _all_of(queued, received)
    return Steady(per_second, tuple(round((seen[id_][0] - at) / 1e6, 1) for id_, at in queued.items()))


async def _all_of(queued: Mapping[str, int], received: Received) -> Mapping[str, Sequence[int]]:
    deadline = time.perf_counter() + _LONGEST_S
    while time.perf_counter() < deadline:
        seen = await asyncio.to_thread(received)
        if queued.keys() <= seen.keys():
            twice = sum(len(seen[id_]) > 1 for id_ in queued)
            if twice:
                raise RuntimeError(f"{twice} messages came twice")
            return seen
        await asyncio.sleep(_POLL_S)
    raise RuntimeError("not every message came to the provider")
