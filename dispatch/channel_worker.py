from __future__ import annotations

import logging
from contextlib import suppress
from time import monotonic
from typing import Final

import dramatiq

from dispatch.broker import JOB_LIMIT_S, CarefulBroker, actor_name, queue_name
from dispatch.loop_thread import LoopThread
from dispatch.sending import Sending, send_and_report
from graph.ids import IdPrefix, prefix_of
from graph.vocabulary import Channel

_log: Final = logging.getLogger(__name__)


class ChannelWorker:
    """A Dramatiq worker with threads of its own for one channel, so that a dead channel stops only itself.

    A queue of its own would not do: a worker has one pool of threads for all its queues.
    """

    def __init__(
        self, channel: Channel, broker: CarefulBroker, loop: LoopThread, sending: Sending, threads: int
    ) -> None:
        self._broker = broker
        self._queue = queue_name(channel)
        self._loop = loop
        self._sending = sending
        declare = dramatiq.actor(broker=broker, actor_name=actor_name(channel), queue_name=self._queue)
        declare(self._deliver)
        self._worker = dramatiq.Worker(broker, queues={self._queue}, worker_threads=threads)

    def start(self) -> None:
        self._worker.start()

    def stop(self, timeout_s: float) -> None:
        """Lets running jobs finish; `Sending.stopping` tells them to give back what they have not begun.

        Answers that came late by then are waited for as long as there is time left.
        """
        deadline = monotonic() + timeout_s
        self._worker.stop(timeout=round(timeout_s * 1000))
        with suppress(TimeoutError):
            self._loop.run(self._sending.late.finish(), max(deadline - monotonic(), 0.0))

    def is_whole(self) -> bool:
        threads = [*self._worker.workers, *self._worker.consumers.values()]
        return all(thread.is_alive() for thread in threads)

    def _deliver(self, message_ids: object) -> None:
        # Whoever reaches Redis may put anything into the queue.
        if not isinstance(message_ids, list) or not all(_is_message_id(each) for each in message_ids):
            _log.error("a job holds something else than ids of messages and is left out")
            self._broker.left_out(self._queue)
            return
        self._loop.run(send_and_report(self._sending, message_ids), JOB_LIMIT_S)


def _is_message_id(value: object) -> bool:
    return isinstance(value, str) and prefix_of(value) is IdPrefix.MESSAGE
