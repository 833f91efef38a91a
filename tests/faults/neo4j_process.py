from __future__ import annotations

import os
import subprocess
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
from graph.settings import GraphSettings


class Neo4jProcess:
    """A Neo4j that a test may kill and start again on what it had written."""

    def __init__(self, folder: Path) -> None:
        jars = Jars(Neo4jLock.read(), cache_folder(os.environ))
        jars.install()
        java = Java.bundled()
        archives = ClassData.of(java, jars.folder)
        home, memory = Neo4jHome(folder / "neo4j"), Memory("512m", "128m")
        server = Neo4jServer(java, jars.class_path(), home, free_port(), memory, authentication=False)
        self._part = server.part(archives.flags() if archives.exists() else ())
        self._process: subprocess.Popen[bytes] | None = None
        self.port = server.port
        self.settings = GraphSettings(server.uri)

    def start(self) -> None:
        """Returns at once; who asks it has to be patient."""
        # It lives for a minute or two, in which a second compiler costs more than it gives.
        java, *rest = self._part.argv
        self._process = subprocess.Popen(
            [java, "-XX:TieredStopAtLevel=1", *rest],
            env=dict(self._part.environment),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def heal(self) -> None:
        """Starts it again where it is not there any more."""
        if self._process is None or self._process.poll() is not None:
            self.start()

    def kill(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
