"""Everything that a message passes, as real processes on loopback, each of which may be killed and started again."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp
import redis as redis_client

from gateway.stack.ports import free_port
from graph.connection import Graph
from graph.errors import GraphError
from graph.migrations import migrate
from graph.statement import Statement
from tests.faults.books import Crash
from tests.faults.neo4j_process import Neo4jProcess
from tests.faults.processes import RedisProcess
from tests.faults.provider_log import ProviderLog, provider_log
from tests.faults.proxy import Proxy, proxy_to

# Long enough for a machine on which other things run: a lease that ends while the graph is slow looks like a crash.
LEASE_MS: Final = 5_000
_OURS: Final = ("-m", "gateway.cli")
_START_S: Final = 120.0
_POLL_S: Final = 0.1
_EMPTY: Final = Statement(
    "empty_rig",
    "MATCH (n) WHERE NOT n:SchemaVersion AND NOT n:MigrationLock AND NOT n:ApiKey DETACH DELETE n",
    timeout_ms=60_000,
)
_HASTEN: Final = Statement(
    "hasten",
    """
    MATCH (m:Pending {state: 'DEFERRED'})
    SET m.dueAt = datetime.truncate('millisecond', datetime.realtime())
    REMOVE m.nudgedAt
    RETURN count(m)
    """,
)
_ASK_S: Final = 15.0
# What a client may hear while something is broken, and then has to ask again.
_AGAIN: Final = frozenset({"UNAVAILABLE", "TIMEOUT", "OUTCOME_UNKNOWN", "PARTLY_WRITTEN"})


@dataclass(slots=True)
class Program:
    """One of our own commands as a process. `command` is what Python is given."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.command], env=self.environment, stdout=log, stderr=log
            )

    def send(self, number: signal.Signals) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)

    def kill(self) -> None:
        self.send(signal.SIGKILL)
        if self.process:
            self.process.wait()

    def heal(self) -> None:
        """Starts it again where it is not there any more."""
        if self.process is None or self.process.poll() is not None:
            self.start()

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


@dataclass(slots=True)
class Rig:
    neo4j: Neo4jProcess
    redis: RedisProcess
    gateway: Program
    workers: tuple[Program, ...]
    receivers: ProviderLog
    # Between the graph and all who ask it, but for the test.
    line: Proxy
    graph: Graph
    url: str
    key: str
    session: aiohttp.ClientSession
    folder: Path
    crashes: list[Crash] = field(default_factory=list)

    @contextmanager
    def crash(self, part: str) -> Iterator[None]:
        """What happens inside may let a message be handed over again, and is written down with its time."""
        crash = Crash(part, time.time())
        self.crashes.append(crash)
        try:
            yield
        finally:
            crash.ended = time.time()

    async def ask(self, document: str, variables: Mapping[str, object]) -> dict[str, Any]:
        """The answer's data. Raises OSError, TimeoutError or ClientError where nobody knows what happened."""
        body, headers = {"query": document, "variables": variables}, {"Authorization": f"Bearer {self.key}"}
        async with self.session.post(f"{self.url}/graphql", json=body, headers=headers) as response:
            answer = await response.json(content_type=None)
        if "errors" in answer:
            error = answer["errors"][0]
            if error["extensions"]["code"] not in _AGAIN:
                raise AssertionError(error)
            raise aiohttp.ClientError(error["extensions"]["code"])
        data: dict[str, Any] = answer["data"]
        return data

    async def heal(self) -> None:
        """Everything runs and answers again."""
        self.receivers.heal()
        self.line.release()
        self.line.mend()
        self.redis.heal()
        self.neo4j.heal()
        await self.graph_answers()
        for program in (self.gateway, *self.workers):
            program.heal()
        await self.gateway_answers()

    async def graph_answers(self) -> None:
        async with asyncio.timeout(_START_S):
            while True:
                with suppress(GraphError, OSError):
                    await self.graph.ping()
                    return
                await asyncio.sleep(_POLL_S)

    async def gateway_answers(self) -> None:
        async with asyncio.timeout(_START_S):
            while True:
                with suppress(aiohttp.ClientError, OSError, TimeoutError):
                    await self.ask("{ viewer { kind } }", {})
                    return
                await asyncio.sleep(_POLL_S)

    async def clear(self) -> None:
        """Nothing of what was before is left, in the graph, in Redis or in the books."""
        await self.heal()
        await self.graph.change(_EMPTY)
        with redis_client.Redis.from_url(self.redis.url) as client:
            client.flushall()
        self.receivers.entries.clear()
        self.crashes.clear()

    def replace_worker(self, number: int) -> None:
        """Kills it in the middle of whatever it does, and starts it again."""
        program = self.workers[number]
        with self.crash(program.name):
            program.kill()
            program.heal()

    async def hasten(self) -> None:
        """What is to be tried again later is due now: nobody has to wait for that."""
        await self.graph.change(_HASTEN)

    def logs(self) -> str:
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))


@asynccontextmanager
async def rig(folder: Path, workers: int = 2) -> AsyncIterator[Rig]:
    """All of it started, migrated and answering. What still runs at the end is killed."""
    neo4j, redis = Neo4jProcess(folder), RedisProcess(folder)
    neo4j.start()
    redis.start()
    port, key = free_port(), f"cgk_{secrets.token_urlsafe(32)}"
    graph = Graph.open(neo4j.settings)
    timeout = aiohttp.ClientTimeout(_ASK_S)
    # A mail server that takes connections and says nothing.
    deaf = socket.create_server(("127.0.0.1", 0), backlog=1_024)
    async with (
        provider_log() as receivers,
        aiohttp.ClientSession(timeout=timeout) as session,
        proxy_to("127.0.0.1", neo4j.port) as (line, line_port),
    ):
        environment = {
            **_environment(redis, folder, port, key),
            "GRAPH_URI": f"bolt://127.0.0.1:{line_port}",
            "SMTP_URL": f"smtp://127.0.0.1:{deaf.getsockname()[1]}?starttls=never",
        }
        made = Rig(
            neo4j,
            redis,
            Program("gateway", (*_OURS, "serve"), environment, folder),
            tuple(Program(f"worker-{n}", (*_OURS, "worker"), environment, folder) for n in range(workers)),
            receivers,
            line,
            graph,
            f"http://127.0.0.1:{port}",
            key,
            session,
            folder,
        )
        try:
            await made.graph_answers()
            await migrate(graph)
            await made.heal()
            yield made
        finally:
            for program in (made.gateway, *made.workers):
                program.kill()
            await graph.close()
            deaf.close()
            redis.kill()
            neo4j.kill()


def _environment(redis: RedisProcess, folder: Path, port: int, key: str) -> dict[str, str]:
    own = {
        "GRAPH_USER": "neo4j",
        "GRAPH_PASSWORD": "none",
        "REDIS_URL": redis.url,
        "WEBHOOK_URL": f"webhook://:whsec_{'c2VjcmV0' * 4}@/?allow=127.0.0.0/8",
        "CUSTOMER_GRAPH_DATA": str(folder),
        "CUSTOMER_GRAPH_ADMIN_KEY": key,
        "CUSTOMER_GRAPH_SECRET": "a secret of the tests that is long enough",
        "CUSTOMER_GRAPH_LEASE_MS": str(LEASE_MS),
        "CUSTOMER_GRAPH_SWEEP_MS": "200",
        "CUSTOMER_GRAPH_RENUDGE_MS": "500",
        "HOST": "127.0.0.1",
        "PORT": str(port),
    }
    inherited = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    return {**inherited, **own}
