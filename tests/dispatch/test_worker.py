from __future__ import annotations

import signal
from collections.abc import Iterator
from threading import Timer

import httpx
import pytest

from dispatch.errors import WorkerBroken
from dispatch.loop_thread import LoopThread
from dispatch.nudges import Nudger
from dispatch.settings import DispatchSettings
from dispatch.worker import WorkerProcess
from gateway.stack.ports import free_port
from graph.connection import Graph
from graph.settings import GraphSettings
from graph.vocabulary import Channel


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """A worker listens to these as long as its process lives, which here is ours."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def worker(graph_settings: GraphSettings, redis_url: str, metrics_port: int | None = None) -> WorkerProcess:
    urls = {"SMTP_URL": ("smtp://127.0.0.1:9",)}
    settings = DispatchSettings(redis_url, urls, worker_metrics_port=metrics_port)
    return WorkerProcess(graph_settings, settings, (Channel.EMAIL,))


@pytest.mark.parametrize("part", [LoopThread, Nudger])
def test_a_worker_that_lost_one_of_its_threads_says_so_and_ends(
    graph: Graph,
    graph_settings: GraphSettings,
    redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
    part: type[LoopThread | Nudger],
) -> None:
    assert graph is not None  # It is there and migrated.
    process = worker(graph_settings, redis_url)
    lost = Timer(3.0, monkeypatch.setattr, (part, "is_alive", lambda _: False))
    too_late = Timer(30.0, process.stop)
    lost.start()
    too_late.start()

    with pytest.raises(WorkerBroken):
        process.run()

    too_late.cancel()
    lost.join()


def test_a_whole_worker_works_until_it_is_stopped(graph: Graph, graph_settings: GraphSettings, redis_url: str) -> None:
    assert graph is not None  # As above.
    process = worker(graph_settings, redis_url)
    stop = Timer(4.0, process.stop)
    stop.start()

    process.run()

    stop.join()


def test_a_worker_shows_its_numbers_to_its_machine_where_a_port_is_named(
    graph: Graph, graph_settings: GraphSettings, redis_url: str
) -> None:
    assert graph is not None  # As above.
    port = free_port()
    process = worker(graph_settings, redis_url, port)
    found: list[int] = []

    def ask() -> None:
        try:
            found.append(httpx.get(f"http://127.0.0.1:{port}/metrics").status_code)
        finally:
            process.stop()

    asking = Timer(4.0, ask)
    asking.start()

    process.run()

    asking.join()
    assert found == [200]
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/metrics")
