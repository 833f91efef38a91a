from __future__ import annotations

from collections.abc import Callable, Iterable
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")

_POLL_S = 0.1


def each_in_parallel(items: Iterable[T], work: Callable[[T], None], at_once: int) -> None:
    """Runs `work` on every item; after the first failure nothing new is begun, and that failure is raised.

    Daemon threads: Ctrl-C and SIGTERM end the wait at once, however long a server stays silent.
    """
    waiting: SimpleQueue[T] = SimpleQueue()
    for item in items:
        waiting.put(item)
    failures: list[Exception] = []
    stop = Event()

    def run() -> None:
        while not stop.is_set():
            try:
                work(waiting.get_nowait())
            except Empty:
                return
            except Exception as error:  # noqa: BLE001  # It is raised again below, in the caller's thread.
                failures.append(error)
                stop.set()

    threads = [Thread(target=run, daemon=True) for _ in range(at_once)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(_POLL_S)
    finally:
        stop.set()
    if failures:
        raise failures[0]
