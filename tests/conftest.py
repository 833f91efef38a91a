"""The real Neo4j, Redis and mailbox that tests run against: each started once, when the first test asks for it."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import neo4j
import pytest
import pytest_asyncio
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from dispatch.settings import PROVIDER_VARIABLES
from gateway.stack.cache_folder import cache_folder
from gateway.stack.class_data import ClassData
from gateway.stack.jars import Jars
from gateway.stack.java import Java
from gateway.stack.memory import Memory
from gateway.stack.neo4j_home import Neo4jHome
from gateway.stack.neo4j_lock import Neo4jLock
from gateway.stack.neo4j_server import Neo4jServer
from gateway.stack.part import Part
from gateway.stack.ports import free_port
from gateway.stack.redis_program import RedisProgram
from gateway.stack.redis_server import RedisServer
from graph.connection import Graph
from graph.migrations import migrate
from graph.rehearsal import rehearse_writes
from graph.settings import GraphSettings
from tests.faults.processes import RedisProcess

# How long an example takes says something of the machine, and decides no test.
settings.register_profile("timeless", deadline=None)
settings.load_profile("timeless")

_START_TIMEOUT_S = 90.0
_POLL_S = 0.05
_OF_THE_STACK = ("tests/flows/", "tests/browser/")
# A stack in a test is its own: none of these may come from the machine that runs it.
_STACK_VARIABLES = frozenset({"GRAPH_URI", "GRAPH_PASSWORD", "GRAPH_USER", "REDIS_URL", *PROVIDER_VARIABLES, "HOST"})
# What migrations leave behind is no data; everything else goes, in pieces that fit a small heap.
_EMPTY = """
MATCH (n) WHERE NOT n:SchemaVersion AND NOT n:MigrationLock
CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 2000 ROWS
"""


class FileByFile(LoadScopeScheduling):
    """Where several processes share the tests, a file stays in one of them, and all who ask the whole stack as well.

    So each process starts one Neo4j, and only one of them the stack, with which it begins, as that takes longest.
    Groups by marks do not work: xdist 3.8 puts them into a place that pytest 9.2 does not read.
    """

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return "stack" if path.startswith(_OF_THE_STACK) else path


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FileByFile:
    return FileByFile(config, log)


@pytest.fixture(scope="session")
def graph_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphSettings]:
    """A Neo4j of the tests' own, empty and without passwords."""
    jars = Jars(Neo4jLock.read(), cache_folder(os.environ))
    jars.install()
    java = Java.bundled()
    archives = ClassData.of(java, jars.folder)
    home = Neo4jHome(tmp_path_factory.mktemp("neo4j"))
    # The full counts plan tens of thousands of statements on one server; with a small heap it soon does little else
    # than to look for room.
    heap = "3g" if "CUSTOMER_GRAPH_THOROUGH" in os.environ else "512m"
    server = Neo4jServer(java, jars.class_path(), home, free_port(), Memory(heap, "128m"), authentication=False)
    with _running(server.part(archives.flags() if archives.exists() else ()), server.port):
        yield GraphSettings(server.uri)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_graph(graph_settings: GraphSettings) -> AsyncIterator[Graph]:
    graph = Graph.open(graph_settings)
    deadline = time.monotonic() + _START_TIMEOUT_S
    while True:
        try:
            await migrate(graph)
            break
        except Exception:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(_POLL_S)
    yield graph
    await graph.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def rehearsed(shared_graph: Graph) -> None:
    """A server that never saw these statements may take longer over their plans than a mutation may take."""
    await rehearse_writes(shared_graph, 1_790_000_000_000)


@pytest.fixture(scope="session")
def _sweeping(graph_settings: GraphSettings) -> Iterator[neo4j.Session]:
    with neo4j.GraphDatabase.driver(graph_settings.uri, auth=None) as driver, driver.session() as session:
        yield session


@pytest.fixture
def graph(shared_graph: Graph, _sweeping: neo4j.Session) -> Graph:
    """The migrated graph with nothing in it."""
    _sweeping.run(_EMPTY).consume()
    return shared_graph


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = RedisServer(RedisProgram.find(), tmp_path_factory.mktemp("redis"), free_port(), secrets.token_urlsafe(16))
    with _running(server.part(), server.port):
        yield server.url


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisProcess]:
    """A Redis that a test may stop, freeze and empty."""
    server = RedisProcess(tmp_path)
    server.start()
    yield server
    server.kill()


@dataclass(slots=True)
class Mailbox:
    """An SMTP server that accepts everything; what came is in `letters`, oldest first."""

    smtp_url: str = ""
    letters: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # Aiosmtpd's name.
        content = envelope.original_content or b""
        self.letters.append(message_from_bytes(content, policy=policy.default))
        return "250 2.0.0 accepted"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    kept = Mailbox()
    controller = Controller(kept, hostname="127.0.0.1", port=free_port())
    controller.start()
    kept.smtp_url = f"smtp://127.0.0.1:{controller.port}?starttls=never"
    yield kept
    controller.stop()


@dataclass(frozen=True, slots=True)
class Stack:
    """A whole `customer-graph up --demo`, as a new user has it after the first command of the README."""

    url: str
    admin_key: str
    data: Path
    process: subprocess.Popen[str]

    def ask(self, document: str, **variables: object) -> dict[str, Any]:
        """The answer's data; errors fail the test."""
        answer = self.post(document, variables).json()
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    def post(
        self, document: str, variables: dict[str, object] | None = None, timeout_s: float = 30.0
    ) -> httpx.Response:
        return httpx.post(
            f"{self.url}/graphql",
            json={"query": document, "variables": variables or {}},
            headers={"Authorization": f"Bearer {self.admin_key}"},
            timeout=timeout_s,
        )

    def letters_to(self, address: str) -> list[EmailMessage]:
        """What the mailbox holds for one address, oldest first."""
        paths = sorted((self.data / "mailbox").glob("*.eml"))
        letters = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]
        return [letter for letter in letters if address in str(letter["To"])]

    def pid_of(self, name: str) -> int:
        """The process of one part of the stack, as `up` recorded it."""
        return int(json.loads((self.data / "run" / f"{name}.json").read_text())["pid"])


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack")
    key, port = f"cgk_{secrets.token_urlsafe(32)}", free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if name not in _STACK_VARIABLES},
        "CUSTOMER_GRAPH_DATA": str(folder),
        "CUSTOMER_GRAPH_ADMIN_KEY": key,
        # Short, so that what a killed worker left is seen to be taken up again while a test waits; but long enough for
        # a graph that has just started on a slow machine to plan what writes an outcome down.
        "CUSTOMER_GRAPH_LEASE_MS": "10000",
        "CUSTOMER_GRAPH_RENUDGE_MS": "1000",
        "CUSTOMER_GRAPH_SWEEP_MS": "300",
        # The receivers of tests are on this machine, which nobody may call by default.
        "WEBHOOK_URL": f"webhook://:whsec_{secrets.token_urlsafe(32)}@/?allow=127.0.0.0/8",
        "PORT": str(port),
    }
    process = subprocess.Popen(
        (sys.executable, "-m", "gateway.cli", "up", "--demo"),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = _read_until(process, f"ready http://127.0.0.1:{port}", 240.0)
    drain = threading.Thread(target=_drain, args=(process,), daemon=True)
    drain.start()
    assert key not in said
    yield Stack(f"http://127.0.0.1:{port}", key, folder, process)
    process.terminate()
    assert process.wait(60) == 0
    drain.join(10)
    if process.stdout:
        process.stdout.close()


def _read_until(process: subprocess.Popen[str], wanted: str, timeout_s: float) -> str:
    killer = threading.Timer(timeout_s, process.kill)
    killer.start()
    said = ""
    for line in process.stdout or ():
        said += line
        if line.rstrip("\n") == wanted:
            killer.cancel()
            return said
    pytest.fail(f"the stack never said {wanted!r}:\n{said}")


def _drain(process: subprocess.Popen[str]) -> None:
    for _ in process.stdout or ():
        pass


@contextmanager
def _running(part: Part, port: int) -> Iterator[None]:
    log = Path(os.environ.get("PYTEST_LOGS", "")) / f"{part.name}.log" if os.environ.get("PYTEST_LOGS") else None
    output = log.open("ab") if log else subprocess.DEVNULL
    process = subprocess.Popen(part.argv, env=dict(part.environment), stdout=output, stderr=output)
    try:
        _wait_until_it_listens(part.name, process, port)
        yield
    finally:
        # The data is thrown away, so nobody has to wait for an orderly stop.
        process.send_signal(signal.SIGKILL)
        process.wait()


def _wait_until_it_listens(name: str, process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"{name} ended with {process.returncode} instead of starting")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(_POLL_S)
    pytest.fail(f"{name} did not start within {_START_TIMEOUT_S} s")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where a skip is as bad as a failure, CUSTOMER_GRAPH_FAIL_ON_SKIP makes it one."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CUSTOMER_GRAPH_FAIL_ON_SKIP") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
