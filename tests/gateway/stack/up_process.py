"""Starts an `up` as a process of its own and reads what it says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from time import monotonic

import psutil

from gateway.stack.ports import free_port
from gateway.stack.process_record import ProcessRecord

STAND_IN = (sys.executable, str(Path(__file__).with_name("stand_in_up.py")))
REAL = (sys.executable, "-m", "gateway.cli", "up")
# The first on a machine fetches Neo4j before.
READY_WITHIN_S = 300.0
KEY = "cgk_of_the_tests"


class UpProcess:
    def __init__(self, argv: tuple[str, ...], environment: Mapping[str, str]) -> None:
        self.data = Path(environment["CUSTOMER_GRAPH_DATA"])
        self.lines: list[str] = []
        self._fresh: Queue[str] = Queue()
        self.process = subprocess.Popen(
            argv, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_for(self, start: str, within_s: float = READY_WITHIN_S) -> str:
        """The next line that begins so."""
        deadline = monotonic() + within_s
        while monotonic() < deadline and (self._reader.is_alive() or not self._fresh.empty()):
            try:
                line = self._fresh.get(timeout=0.1)
            except Empty:
                continue
            if line.startswith(start):
                return line
        raise AssertionError(f"no line {start!r} came; there were {self.lines}")

    def child(self, name: str) -> psutil.Process:
        record = ProcessRecord.read(self.data / "run" / f"{name}.json")
        process = record.process() if record else None
        assert process is not None, f"{name} does not run"
        return process

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        exit_code = self.process.wait(timeout=60)
        # Its last lines may still be on their way.
        self._reader.join(timeout=10)
        return exit_code

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as said:
            for line in said:
                self.lines.append(line.rstrip("\n"))
                self._fresh.put(line.rstrip("\n"))


def environment_for(data: Path, **more: str) -> dict[str, str]:
    """Nothing of the machine's own settings for this program, but its cache of Neo4j's files."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GRAPH_", "REDIS_", "SMTP_"))}
    memory = {"CUSTOMER_GRAPH_HEAP": "256m", "CUSTOMER_GRAPH_PAGE_CACHE": "64m"}
    given = {"CUSTOMER_GRAPH_DATA": str(data), "CUSTOMER_GRAPH_ADMIN_KEY": KEY, "PORT": str(free_port())}
    return {**kept, **memory, **given, **more}


@contextmanager
def started(argv: tuple[str, ...], environment: Mapping[str, str]) -> Iterator[UpProcess]:
    """Whatever the test does with it, nothing of it runs afterwards."""
    up = UpProcess(argv, environment)
    try:
        yield up
    finally:
        family = [*up.children(), psutil.Process(up.process.pid)] if up.process.poll() is None else []
        for process in family:
            process.kill()
        psutil.wait_procs(family, timeout=10)
        up.process.wait(timeout=10)
