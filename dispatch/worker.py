from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from threading import Event
from types import FrameType
from typing import Final

from dispatch.accounts import Accounts
from dispatch.broker import CarefulBroker, create_broker
from dispatch.channel_worker import ChannelWorker
from dispatch.channels.registry import accounts
from dispatch.errors import WorkerBroken
from dispatch.handovers import Handovers
from dispatch.importing import Importing
from dispatch.leave_pages import LeavePages
from dispatch.letter_links import LetterLinks
from dispatch.loop_thread import LoopThread
from dispatch.nudges import Nudger
from dispatch.sending import Sending
from dispatch.settings import DispatchSettings
from dispatch.sweeper import Sweeper
from dispatch.templates.filling import Filling
from dispatch.tracked_letters import TrackedLetters
from dispatch.worker_metrics import WorkerMetrics
from graph.clock import Clock, SystemClock
from graph.connection import Graph
from graph.errors import GraphTimeout, GraphUnavailable
from graph.migrations import require_current_schema
from graph.settings import GraphSettings
from graph.vocabulary import Channel

_log: Final = logging.getLogger(__name__)

_CHECK_S: Final = 1.0
_REDIS_TIMEOUT_S: Final = 5.0
# Together these keep a shutdown within about ten seconds; what they cut short, its lease brings back.
_JOBS_STOP_S: Final = 7.0
_SMALL_STOP_S: Final = 1.0
_SMALL_START_S: Final = 5.0


class WorkerProcess:
    """One process that sends and imports: an event loop with the graph, a Dramatiq worker per channel, the sweeper."""

    def __init__(
        self,
        graph_settings: GraphSettings,
        settings: DispatchSettings,
        channels: Iterable[Channel],
        erased_key: bytes | None = None,
        links: LetterLinks | None = None,
        open_accounts: Callable[[Channel, DispatchSettings, Handovers], Accounts] = accounts,
    ) -> None:
        """Raises ValueError that names the variable a channel misses. Nothing is connected yet.

        Without `erased_key`, which keys the hashes of erased addresses, this process leaves imports to others. Without
        `links`, or where the settings name no public URL, letters hold no link by which people say no, and opens and
        clicks are not heard of.
        """
        self._channels = tuple(channels)
        self._handovers = Handovers()
        self._accounts = {channel: open_accounts(channel, settings, self._handovers) for channel in self._channels}
        port = settings.worker_metrics_port
        self._metrics = None if port is None else WorkerMetrics(port, self._handovers)
        self._graph_settings = graph_settings
        self._settings = settings
        self._erased_key = erased_key
        url = settings.public_url
        self._leave_pages = LeavePages(url, links.leave) if links and url else None
        self._tracked = TrackedLetters(url, links.tracking) if links and url else None
        self._clock: Clock = SystemClock()
        self._name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}"
        self._stopping = Event()
        self._loop = LoopThread()
        self._nudger = Nudger(settings.redis_url, self._channels, ids_per_job=settings.ids_per_job)

    def run(self) -> None:
        """Works until `stop` or a signal. Raises WorkerBroken where a part died; a new process puts that right.

        Raises ValueError where nobody can listen on the port for metrics.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        self._loop.start()
        self._nudger.start()
        graph = self._loop.run(_open(self._graph_settings), _SMALL_STOP_S)
        try:
            if self._metrics is not None:
                self._loop.run(self._metrics.start(), _SMALL_START_S)
            if self._await_graph(graph):
                self._work(graph)
        finally:
            self._nudger.stop(_SMALL_STOP_S)
            if self._metrics is not None:
                with suppress(TimeoutError):
                    self._loop.run(self._metrics.stop(), _SMALL_STOP_S)
            with suppress(TimeoutError):
                self._loop.run(graph.close(), _SMALL_STOP_S)
            self._loop.stop(_SMALL_STOP_S)

    def stop(self) -> None:
        self._stopping.set()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stop()

    def _await_graph(self, graph: Graph) -> bool:
        """False when told to stop meanwhile. Raises SchemaTooNew or GraphError for a graph that is not ours to use."""
        while not self._stopping.is_set():
            try:
                self._loop.run(require_current_schema(graph), 30.0)
            except (GraphUnavailable, GraphTimeout, TimeoutError):
                _log.warning("the graph does not answer yet")
                self._stopping.wait(_CHECK_S)
            else:
                return True
        return False

    def _work(self, graph: Graph) -> None:
        broker = create_broker(self._settings.redis_url, _REDIS_TIMEOUT_S, self._handovers.left_out)
        workers = [self._channel_worker(channel, broker, graph) for channel in self._channels]
        broker.emit_after("process_boot")
        sweeper = self._sweeper(graph)
        running = [self._loop.submit(sweeper.run())]
        importing = self._importing(graph)
        if importing is not None:
            running.append(self._loop.submit(importing.run()))
        for worker in workers:
            worker.start()
        _log.info("worker %s sends %s", self._name, ", ".join(self._channels))
        try:
            while not self._stopping.wait(_CHECK_S):
                alive = self._loop.is_alive() and self._nudger.is_alive() and not any(each.done() for each in running)
                if not alive or not all(worker.is_whole() for worker in workers):
                    raise WorkerBroken("a thread of the worker ended by itself")
        finally:
            self._stopping.set()
            for each in running:
                each.cancel()
            for worker in workers:
                worker.stop(_JOBS_STOP_S)
            for accounts_of_channel in self._accounts.values():
                with suppress(TimeoutError):
                    self._loop.run(accounts_of_channel.close(), _SMALL_STOP_S)
            broker.client.close()
        _log.info("worker %s has stopped", self._name)

    def _channel_worker(self, channel: Channel, broker: CarefulBroker, graph: Graph) -> ChannelWorker:
        sending = Sending(
            graph=graph,
            nudger=self._nudger,
            accounts=self._accounts[channel],
            clock=self._clock,
            lease_ms=self._settings.lease_ms,
            stopping=self._stopping.is_set,
            filling=Filling(graph),
            leave_pages=self._leave_pages,
            tracked_letters=self._tracked,
        )
        return ChannelWorker(channel, broker, self._loop, sending, self._settings.threads_per_channel)

    def _importing(self, graph: Graph) -> Importing | None:
        if self._erased_key is None:
            _log.warning("this worker takes no imports: without CUSTOMER_GRAPH_SECRET nobody knows who was erased")
            return None
        return Importing(graph, self._nudger, self._clock, self._name, self._erased_key, self._stopping.is_set)

    def _sweeper(self, graph: Graph) -> Sweeper:
        return Sweeper(
            graph=graph,
            nudger=self._nudger,
            clock=self._clock,
            accounts=self._accounts,
            sweep_ms=self._settings.sweep_ms,
            renudge_ms=self._settings.renudge_ms,
        )


async def _open(settings: GraphSettings) -> Graph:
    # The driver binds itself to the loop it is made on.
    return Graph.open(settings)
