from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from queue import Empty, Full, Queue
from threading import Event, Thread
from time import monotonic
from typing import Final

import redis

from dispatch.announcement import TOPIC, Announcement, encode, united
from dispatch.broker import create_broker, job, queue_key
from dispatch.redis_clients import SHORT_TIMEOUT_S
from dispatch.settings import IDS_PER_JOB
from graph.vocabulary import ChangeKind, Channel

_log: Final = logging.getLogger(__name__)

_CAPACITY: Final = 10_000
_MOST_AT_ONCE: Final = 1_000
_PROBE_S: Final = 1.0
# Two probes that failed, or one that hung and one that was due.
_STALE_AFTER_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class _Nudge:
    channel: Channel
    message_id: str


class Nudger:
    """Tells workers and live listeners, through one background thread with Redis connections of its own.

    `message` and `publish` never wait and never raise. What cannot be told now is dropped and counted: the sweeper
    finds the message again, and the revision check finds the change.
    """

    def __init__(
        self,
        redis_url: str,
        channels: Iterable[Channel] = (),
        capacity: int = _CAPACITY,
        ids_per_job: int = IDS_PER_JOB,
    ) -> None:
        self._channels = tuple(channels)
        self._ids_per_job = ids_per_job
        self._queue: Queue[_Nudge | Announcement] = Queue(maxsize=capacity)
        self._broker = create_broker(redis_url, SHORT_TIMEOUT_S)
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="nudger", daemon=True)
        self._probe_at = 0.0
        self._last_contact: float | None = None
        self._backlog: dict[Channel, int] = {}
        self._dropped = 0

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Sends what is waiting, if Redis lets it, and gives up after `timeout_s`. Harmless when called twice."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def message(self, channel: Channel, message_id: str) -> None:
        self._put(_Nudge(channel, message_id))

    def publish(self, profile_id: str, revision: int, kinds: Iterable[ChangeKind]) -> None:
        self._put(Announcement(profile_id, revision, frozenset(kinds)))

    def healthy(self) -> bool:
        """Whether Redis answered within the last few seconds. False before the first answer."""
        return self._last_contact is not None and monotonic() - self._last_contact < _STALE_AFTER_S

    def backlog(self, channel: Channel) -> int:
        """How many jobs of the channel waited in Redis when it last answered."""
        return self._backlog.get(channel, 0)

    @property
    def dropped(self) -> int:
        """How many nudges and announcements were given up since the start."""
        return self._dropped

    def _put(self, item: _Nudge | Announcement) -> None:
        try:
            self._queue.put_nowait(item)
        except Full:
            self._dropped += 1

    def _run(self) -> None:
        while not (self._stopping.is_set() and self._queue.empty()):
            try:
                self._round()
            except Exception as error:  # noqa: BLE001  # Without this thread nobody would be told of anything again.
                _log.error("the nudger failed with %s and goes on", type(error).__name__)
                # Until the next probe succeeds, what comes in is dropped at once.
                self._last_contact = None
        self._broker.client.close()

    def _round(self) -> None:
        if monotonic() >= self._probe_at:
            self._probe_at = monotonic() + _PROBE_S
            self._probe()
        items = self._take(max(0.0, min(self._probe_at - monotonic(), 0.2)))
        told = False
        try:
            told = not items or self._tell(items)
        finally:
            if not told:
                self._dropped += len(items)

    def _take(self, wait_s: float) -> list[_Nudge | Announcement]:
        """All that waits now, up to a bound, so that many mutations become few commands."""
        items: list[_Nudge | Announcement] = []
        try:
            items.append(self._queue.get(timeout=wait_s))
            while len(items) < _MOST_AT_ONCE:
                items.append(self._queue.get_nowait())
        except Empty:
            pass
        return items

    def _tell(self, items: list[_Nudge | Announcement]) -> bool:
        # Once Redis has failed, each try would hold this thread for a timeout and let the queue overflow. What comes in
        # until the next probe succeeds is dropped at once.
        if self._last_contact is None:
            return False
        try:
            self._wake_workers([item for item in items if isinstance(item, _Nudge)])
            self._announce(united(item for item in items if isinstance(item, Announcement)))
        except (redis.RedisError, OSError) as error:
            self._lost(error)
            return False
        self._last_contact = monotonic()
        return True

    def _wake_workers(self, nudges: list[_Nudge]) -> None:
        by_channel: defaultdict[Channel, dict[str, None]] = defaultdict(dict)
        for nudge in nudges:
            by_channel[nudge.channel][nudge.message_id] = None
        for channel, unique in by_channel.items():
            ids = list(unique)
            for start in range(0, len(ids), self._ids_per_job):
                self._broker.enqueue(job(channel, ids[start : start + self._ids_per_job]))

    def _announce(self, announcements: list[Announcement]) -> None:
        if announcements:
            self._broker.client.publish(TOPIC, encode(announcements))

    def _probe(self) -> None:
        try:
            with self._broker.client.pipeline(transaction=False) as pipeline:
                pipeline.ping()
                for channel in self._channels:
                    pipeline.llen(queue_key(channel))
                _, *lengths = pipeline.execute()
        except (redis.RedisError, OSError) as error:
            self._lost(error)
            return
        if self._last_contact is None:
            _log.info("Redis answers")
        self._backlog = dict(zip(self._channels, lengths, strict=True))
        self._last_contact = monotonic()

    def _lost(self, error: Exception) -> None:
        if self._last_contact is not None:
            _log.warning("Redis does not answer (%s); nudges are dropped until it does", type(error).__name__)
        self._last_contact = None
