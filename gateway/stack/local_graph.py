from __future__ import annotations

import asyncio
from dataclasses import dataclass
from subprocess import SubprocessError

from gateway.stack.addresses import Addresses
from gateway.stack.class_data import ClassData
from gateway.stack.errors import PartFailed
from gateway.stack.file_lock import file_lock
from gateway.stack.jars import Jars
from gateway.stack.java import Java
from gateway.stack.neo4j_home import Neo4jHome
from gateway.stack.neo4j_lock import Neo4jLock
from gateway.stack.neo4j_server import Neo4jServer
from gateway.stack.ports import free_port
from gateway.stack.steps import say, step
from gateway.stack.supervisor import Supervisor
from gateway.stack.training import make_class_data
from gateway.stack.up_settings import UpSettings
from graph.errors import GraphError
from graph.server_password import set_first_password

_USER = "neo4j"
_SIGN_IN_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class LocalGraph:
    """A Neo4j of our own, installed and ready to be started."""

    settings: UpSettings
    jars: Jars
    java: Java
    archives: ClassData

    @classmethod
    def install(cls, settings: UpSettings) -> LocalGraph:
        """Fetches and makes what is not there yet; on every start but the first that is nothing.

        Not for an event loop: it waits for files and other processes, and Ctrl-C ends it at once.
        Raises DownloadFailed.
        """
        jars = Jars(Neo4jLock.read(), settings.cache)
        jars.install()
        java = Java.bundled()
        installed = cls(settings, jars, java, ClassData.of(java, jars.folder))
        installed._make_archives_once()
        return installed

    async def start(self, addresses: Addresses, supervisor: Supervisor) -> None:
        """Runs the server and fills in GRAPH_…. It has a password of its own before it has data."""
        server = self._server(addresses.ports["neo4j"])
        password = addresses.password("neo4j")
        with step(f"neo4j {self.jars.lock.version} on 127.0.0.1:{server.port}"):
            await supervisor.start(server.part(self.archives.flags()))
            await set_first_password(server.uri, _USER, password, _SIGN_IN_TIMEOUT_S)
        addresses.values.update(GRAPH_URI=server.uri, GRAPH_USER=_USER, GRAPH_PASSWORD=password, GRAPH_DATABASE="neo4j")

    def _server(self, port: int) -> Neo4jServer:
        home = Neo4jHome(self.settings.data.neo4j)
        return Neo4jServer(self.java, self.jars.class_path(), home, port, self.settings.memory)

    def _make_archives_once(self) -> None:
        if self.archives.exists():
            return
        with file_lock(self.settings.cache / "class-data.lock", _say_waiting):
            if self.archives.exists():
                return
            try:
                with step("class-data archives for faster starts, once", announced=True):
                    asyncio.run(make_class_data(self.archives, self._server(free_port()), self.settings.data))
            except (PartFailed, GraphError, OSError, SubprocessError) as error:
                say(f"the archives could not be made ({error}); starts take a little longer without them")


def _say_waiting() -> None:
    say("another process makes the class-data archives; waiting for it")
