from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from gateway.stack.memory import Memory
from gateway.stack.ports import free_port
from graph.settings import GraphSettings

_START_TIMEOUT_S = 180.0
_ASK_TIMEOUT_S = 30.0
_POLL_S = 0.02
_FIRST_QUERY = "{ profiles(first: 1) { nodes { id } } }"
_ELSEWHERE = frozenset({"GRAPH_URI", "REDIS_URL", "SMTP_URL"})


@dataclass(frozen=True, slots=True)
class BenchStack:
    """A `customer-graph up` of the measurement's own; `seconds_to_first_query` counts from the start of its process."""

    url: str
    key: str
    data: Path
    client: httpx.Client
    seconds_to_first_query: float

    def ask(self, document: str, **variables: object) -> dict[str, Any]:
        answer = self.client.post("/graphql", json={"query": document, "variables": variables})
        answer.raise_for_status()
        data: dict[str, Any] = answer.json()["data"]
        return data

    def environment(self) -> dict[str, str]:
        return _environment(self.data, self.key, 0)

    def graph(self) -> GraphSettings:
        return GraphSettings.from_environment(self.announced())

    def announced(self) -> Mapping[str, str]:
        """The environment in which a gateway or worker finds this stack."""
        values: Mapping[str, str] = json.loads((self.data / "stack.json").read_text())["environment"]
        return values

    def process(self, part: str) -> psutil.Process:
        """One of the stack's own parts: neo4j, redis, mailbox, gateway or worker, which starts after the gateway."""
        record = self.data / "run" / f"{part}.json"
        deadline = time.perf_counter() + _START_TIMEOUT_S
        while not record.exists() and time.perf_counter() < deadline:
            time.sleep(_POLL_S)
        return psutil.Process(json.loads(record.read_text())["pid"])


@contextmanager
def running(
    data: Path, memory: Memory | None = None, more: Callable[[str], Mapping[str, str]] | None = None
) -> Iterator[BenchStack]:
    """`more` is what the environment holds besides, by the URL of the gateway that will be."""
    key, port = f"cgk_{secrets.token_urlsafe(32)}", free_port()
    url = f"http://127.0.0.1:{port}"
    began = time.perf_counter()
    process = subprocess.Popen(
        (sys.executable, "-m", "gateway.cli", "up"),
        env={**_environment(data, key, port), **_of_memory(memory), **(more(url) if more else {})},
        stdout=subprocess.DEVNULL,
    )
    headers = {"Authorization": f"Bearer {key}"}
    try:
        with httpx.Client(base_url=url, headers=headers, timeout=_ASK_TIMEOUT_S) as client:
            _wait(client, process, began)
            yield BenchStack(url, key, data, client, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait(60)


def _wait(client: httpx.Client, process: subprocess.Popen[bytes], began: float) -> None:
    while time.perf_counter() - began < _START_TIMEOUT_S:
        if process.poll() is not None:
            raise RuntimeError(f"the stack ended with {process.returncode} instead of starting")
        try:
            if client.post("/graphql", json={"query": _FIRST_QUERY}).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(_POLL_S)
    raise RuntimeError("the stack did not answer in time")


def _environment(data: Path, key: str, port: int) -> dict[str, str]:
    own = {"CUSTOMER_GRAPH_DATA": str(data), "CUSTOMER_GRAPH_ADMIN_KEY": key, "PORT": str(port)}
    inherited = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}
    return {**inherited, **own}


def _of_memory(memory: Memory | None) -> dict[str, str]:
    if memory is None:
        return {}
    return {"CUSTOMER_GRAPH_HEAP": memory.heap, "CUSTOMER_GRAPH_PAGE_CACHE": memory.page_cache}
