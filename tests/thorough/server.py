from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from gateway.stack.cache_folder import cache_folder
from gateway.stack.class_data import ClassData
from gateway.stack.jars import Jars
from gateway.stack.java import Java
from gateway.stack.memory import Memory
from gateway.stack.neo4j_home import Neo4jHome
from gateway.stack.neo4j_lock import Neo4jLock
from gateway.stack.neo4j_server import Neo4jServer
from gateway.stack.ports import free_port
from graph.connection import Graph
from graph.errors import GraphError
from graph.migrations import migrate
from graph.settings import GraphSettings
from graph.statement import Statement

_START_TIMEOUT_S = 90.0
_POLL_S = 0.2
_ANYTHING = Statement("anything", "RETURN EXISTS { MATCH (n) WHERE NOT n:SchemaVersion AND NOT n:MigrationLock }")


@asynccontextmanager
async def empty_graph() -> AsyncIterator[Graph]:
    """That of GRAPH_URI, which has to be empty, or else a server of its own; migrated."""
    with _settings() as settings:
        graph = Graph.open(settings)
        try:
            await _migrated(graph)
            if await graph.read(_ANYTHING):
                raise SystemExit("The graph at GRAPH_URI is not empty; nothing was done.")
            yield graph
        finally:
            await graph.close()


async def _migrated(graph: Graph) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while True:
        try:
            await migrate(graph)
        except GraphError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(_POLL_S)
        else:
            return


@contextmanager
def _settings() -> Iterator[GraphSettings]:
    if os.environ.get("GRAPH_URI"):
        yield GraphSettings.from_environment(os.environ)
        return
    jars = Jars(Neo4jLock.read(), cache_folder(os.environ))
    jars.install()
    java = Java.bundled()
    archives = ClassData.of(java, jars.folder)
    with tempfile.TemporaryDirectory(prefix="thorough-", ignore_cleanup_errors=True) as folder:
        home = Neo4jHome(Path(folder))
        server = Neo4jServer(java, jars.class_path(), home, free_port(), Memory("3g", "128m"), authentication=False)
        part = server.part(archives.flags() if archives.exists() else ())
        process = subprocess.Popen(
            part.argv, env=dict(part.environment), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            yield GraphSettings(server.uri)
        finally:
            # The data is thrown away, so nobody has to wait for an orderly stop.
            process.send_signal(signal.SIGKILL)
            process.wait()
