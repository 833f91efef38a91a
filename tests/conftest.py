"""The real Neo4j, Redis and mailbox that tests run against: each started once, when the first test asks for it."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import neo4j
import pytest
import pytest_asyncio
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

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
from graph.settings import GraphSettings

_START_TIMEOUT_S = 90.0
_POLL_S = 0.05
# What migrations leave behind is no data; everything else goes, in pieces that fit a small heap.
_EMPTY = """
MATCH (n) WHERE NOT n:SchemaVersion AND NOT n:MigrationLock
CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS
"""


@pytest.fixture(scope="session")
def graph_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphSettings]:
    """A Neo4j of the tests' own, empty and without passwords."""
    jars = Jars(Neo4jLock.read(), cache_folder(os.environ))
    jars.install()
    java = Java.bundled()
    archives = ClassData.of(java, jars.folder)
    home = Neo4jHome(tmp_path_factory.mktemp("neo4j"))
    server = Neo4jServer(java, jars.class_path(), home, free_port(), Memory("512m", "128m"), authentication=False)
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
            time.sleep(_POLL_S)
    yield graph
    await graph.close()


@pytest.fixture
def graph(shared_graph: Graph, graph_settings: GraphSettings) -> Graph:
    """The migrated graph with nothing in it."""
    with neo4j.GraphDatabase.driver(graph_settings.uri, auth=None) as driver, driver.session() as session:
        session.run(_EMPTY).consume()
    return shared_graph


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = RedisServer(
        RedisProgram.find(), tmp_path_factory.mktemp("redis"), free_port(), secrets.token_urlsafe(16)
    )
    with _running(server.part(), server.port):
        yield server.url


@dataclass(slots=True)
class Mailbox:
    """An SMTP server that accepts everything; what came is in `letters`, oldest first."""

    smtp_url: str = ""
    letters: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
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
