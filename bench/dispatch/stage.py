from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import psutil

from bench.dispatch.crowd import furnish
from bench.reading.data.stage import bench_folder, halt
from bench.stack import BenchStack, running
from gateway.stack.memory import Memory
from gateway.stack.ports import free_port
from graph.connection import Graph

_MEMORY = Memory(heap="2g", page_cache="2g")
_DELAY_MS = 50
_TOKEN = "of-the-bench"  # noqa: S105  # It signs what the bench's own provider says.
_START_TIMEOUT_S = 30.0
_STOP_TIMEOUT_S = 30.0
_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Stage:
    """A stack whose own worker is halted, a provider of text messages, and one that takes connections but is dead.

    `dead_bot` is an account of another channel there; `dead_first` are two of text messages, the first of them there.
    """

    stack: BenchStack
    provider: httpx.Client
    provider_process: psutil.Process
    dead_bot: str
    dead_first: str

    def received(self) -> Mapping[str, Sequence[int]]:
        """When the provider got each message, in ns since 1970."""
        seen: Mapping[str, Sequence[int]] = self.provider.get("/report").raise_for_status().json()
        return seen

    def forget(self) -> None:
        self.provider.get("/forget").raise_for_status()

    @contextmanager
    def worker(
        self, ids_per_job: int, module: Sequence[str] = ("gateway.cli", "worker"), **more: str
    ) -> Iterator[psutil.Process]:
        """A worker of the measurement's own."""
        values = {"CUSTOMER_GRAPH_IDS_PER_JOB": str(ids_per_job), **more}
        environment = {**self.stack.environment(), **self.stack.announced(), **values}
        with _program((sys.executable, "-m", *module), environment) as process:
            yield process


@contextmanager
def stage() -> Iterator[Stage]:
    """Everything new: a graph in which half a million messages are is not the one of the first run."""
    data = bench_folder() / "dispatch"
    shutil.rmtree(data, ignore_errors=True)
    data.parent.mkdir(parents=True, exist_ok=True)
    port = free_port()
    provider = (sys.executable, "-m", "bench.dispatch.provider", str(port), str(_DELAY_MS), _TOKEN)
    with (
        socket.create_server(("127.0.0.1", 0), backlog=1_024) as dead,
        _program(provider, {}) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=_START_TIMEOUT_S) as client,
        running(data, _MEMORY, lambda url: {"SMS_URL": _account(port, url)}) as stack,
    ):
        halt(stack)
        _await(client)
        asyncio.run(_furnish(stack))
        nowhere, url = dead.getsockname()[1], stack.announced()["SMS_URL"]
        yield Stage(stack, client, process, f"telegram+http://1:dead@127.0.0.1:{nowhere}", f"{_dead(nowhere)} {url}")
    shutil.rmtree(data, ignore_errors=True)


def _dead(port: int) -> str:
    return f"twilio+http://AC1:dead@127.0.0.1:{port}?from=%2B15550001&callback=https://nobody.example&account=dead"


def _account(port: int, gateway_url: str) -> str:
    return f"twilio+http://AC0:{_TOKEN}@127.0.0.1:{port}?from=%2B15550000&callback={gateway_url}"


async def _furnish(stack: BenchStack) -> None:
    graph = Graph.open(stack.graph())
    try:
        await furnish(graph)
    finally:
        await graph.close()


@contextmanager
def _program(argv: Sequence[str], environment: Mapping[str, str]) -> Iterator[psutil.Process]:
    started = subprocess.Popen(argv, env=dict(environment) or None, stderr=subprocess.DEVNULL)  # noqa: S603  # The arguments are made here.
    try:
        yield psutil.Process(started.pid)
    finally:
        started.terminate()
        started.wait(_STOP_TIMEOUT_S)


def _await(client: httpx.Client) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            client.get("/report")
        except httpx.TransportError:
            time.sleep(_POLL_S)
        else:
            return
    raise RuntimeError("the provider did not start in time")
