from __future__ import annotations

from dataclasses import replace
from functools import partial

from gateway.stack.class_data import ClassData
from gateway.stack.data_folder import DataFolder
from gateway.stack.graph_wait import patiently
from gateway.stack.neo4j_home import Neo4jHome
from gateway.stack.neo4j_server import Neo4jServer
from gateway.stack.supervisor import Supervisor
from graph.connection import Graph
from graph.migrations import migrate
from graph.settings import GraphSettings

_ANSWER_TIMEOUT_S = 60.0
# Java writes the archive while it ends.
_STOP_TIMEOUT_S = 240.0


async def make_class_data(archives: ClassData, server: Neo4jServer, data: DataFolder) -> None:
    """Runs such a server once on an empty graph that is thrown away, so that its classes are known from then on.

    Raises PartFailed, GraphError, OSError or SubprocessError; without archives every start is only slower.
    """
    home = Neo4jHome(data.path / "training")
    # Nobody has to sign in where nothing is kept.
    scratch = replace(server, home=home, authentication=False)

    async def run_once(class_data_flags: tuple[str, ...]) -> None:
        home.remove()
        supervisor = Supervisor(data)
        try:
            await supervisor.start(replace(scratch.part(class_data_flags), stop_timeout_s=_STOP_TIMEOUT_S))
            await _exercise(scratch.uri)
        finally:
            await supervisor.stop()
            home.remove()

    await archives.make(server.java, run_once)


async def _exercise(uri: str) -> None:
    """Connections, the planner, reads, writes, constraints and indexes: what every start uses."""
    graph = Graph.open(GraphSettings(uri))
    try:
        await patiently(graph.ping, _ANSWER_TIMEOUT_S)
        await patiently(partial(migrate, graph), _ANSWER_TIMEOUT_S)
    finally:
        await graph.close()
