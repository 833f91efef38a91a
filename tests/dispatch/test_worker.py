from __future__ import annotations

import signal
from collections.abc import Iterator
from threading import Timer

import pytest

from dispatch.errors import WorkerBroken
from dispatch.loop_thread import LoopThread
from dispatch.nudges import Nudger
from dispatch.settings import DispatchSettings
from dispatch.worker import WorkerProcess
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


def worker(graph_settings: GraphSettings, redis_url: str) -> WorkerProcess:
    return WorkerProcess(
        graph_settings, DispatchSettings(redis_url, {"SMTP_URL": ("smtp://127.0.0.1:9",)}), (Channel.EMAIL,)
    )


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
