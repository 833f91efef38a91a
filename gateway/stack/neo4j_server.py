from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from gateway.stack.java import Java, flags
from gateway.stack.memory import Memory
from gateway.stack.neo4j_home import Neo4jHome
from gateway.stack.part import Part
from gateway.stack.plain_environment import plain_environment
from gateway.stack.probe import accepts

_MAIN_CLASS = "org.neo4j.server.Neo4jCommunity"
# An empty home takes 5 s, recovery after a hard kill was seen to take 16 s on a busy machine.
_START_TIMEOUT_S = 120.0
_STOP_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Neo4jServer:
    java: Java
    class_path: str
    home: Neo4jHome
    port: int
    memory: Memory
    authentication: bool = True

    @property
    def uri(self) -> str:
        return f"bolt://127.0.0.1:{self.port}"

    def part(self, class_data_flags: tuple[str, ...]) -> Part:
        """Ready to be started: the home folder and its configuration are written now."""
        self.home.prepare(self.port, self.memory.page_cache, authentication=self.authentication)
        return Part(
            name="neo4j",
            argv=self._argv(class_data_flags),
            environment=plain_environment(),
            answers=partial(accepts, "127.0.0.1", self.port),
            start_timeout_s=_START_TIMEOUT_S,
            stop_timeout_s=_STOP_TIMEOUT_S,
        )

    def _argv(self, class_data_flags: tuple[str, ...]) -> tuple[str, ...]:
        return (
            str(self.java.program),
            *class_data_flags,
            *flags(),
            f"-Xmx{self.memory.heap}",
            *("-cp", self.class_path),
            _MAIN_CLASS,
            *("--home-dir", str(self.home.path)),
            *("--config-dir", str(self.home.configuration)),
            "--console-mode",
        )
