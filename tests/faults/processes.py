"""The real processes that fault tests start, stop, freeze and kill."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import redis

from gateway.stack.ports import free_port
from gateway.stack.redis_program import RedisProgram
from graph.settings import GraphSettings

_POLL_S = 0.05


class RedisProcess:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """Empty, whatever was in it before."""
        options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(self._folder)]
        # So that words can be looked for in what is kept.
        options += ["--rdbcompression", "no"]
        self._process = subprocess.Popen(
            [RedisProgram.find().path, "--port", str(self._port), *options], stdout=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 10
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self._port), timeout=1):
                return
            assert time.monotonic() < deadline, "Redis did not start"
            time.sleep(_POLL_S)

    def kill(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def heal(self) -> None:
        """Starts it again where it is not there any more, and lets it go on where it was frozen."""
        if self._process is None or self._process.poll() is not None:
            self.start()
        self.thaw()

    def kept(self) -> str:
        """Everything that is in it, keys and values, where ASCII is as it was written."""
        with redis.Redis.from_url(self.url) as client:
            return repr([(key, client.dump(key)) for key in client.scan_iter()])

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)


@dataclass(slots=True)
class Workers:
    """Worker processes with a short lease, so that what a dead one left behind is taken up while a test waits."""

    graph_settings: GraphSettings
    redis_url: str
    folder: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, smtp_url: str, lease_ms: int = 2_000) -> subprocess.Popen[bytes]:
        own = {
            "GRAPH_URI": self.graph_settings.uri,
            "GRAPH_USER": self.graph_settings.user,
            "GRAPH_PASSWORD": self.graph_settings.password,
            "REDIS_URL": self.redis_url,
            "SMTP_URL": smtp_url,
            "CUSTOMER_GRAPH_DATA": str(self.folder),
            "CUSTOMER_GRAPH_LEASE_MS": str(lease_ms),
            "CUSTOMER_GRAPH_SWEEP_MS": "200",
            "CUSTOMER_GRAPH_RENUDGE_MS": "500",
            # Whoever takes imports has to know who was erased.
            "CUSTOMER_GRAPH_SECRET": "a secret of the tests that is long enough",
        }
        with (self.folder / f"worker-{len(self.running)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "gateway.cli", "worker"], env={**os.environ, **own}, stdout=log, stderr=log
            )
        self.running.append(process)
        return process

    def logs(self) -> str:
        return "".join(path.read_text() for path in sorted(self.folder.glob("worker-*.log")))

    def kill_all(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.kill()
                process.wait()


async def eventually(condition: Callable[[], object | Awaitable[object]], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while True:
        held = condition()
        if isinstance(held, Awaitable):
            held = await held
        if held:
            return
        assert time.monotonic() < deadline, f"not within {seconds} s"
        await asyncio.sleep(_POLL_S)


async def stays(condition: Callable[[], object], seconds: float) -> None:
    """The condition holds all the time: what must not happen gets time to happen."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert condition()
        await asyncio.sleep(_POLL_S)
