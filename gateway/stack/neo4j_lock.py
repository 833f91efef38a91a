from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

LOCK_FILE = Path(__file__).with_name("neo4j.lock.toml")


@dataclass(frozen=True, slots=True)
class LockedJar:
    group: str
    artifact: str
    version: str
    classifier: str
    sha256: str
    size: int

    @property
    def file_name(self) -> str:
        tail = f"-{self.classifier}" if self.classifier else ""
        return f"{self.artifact}-{self.version}{tail}.jar"

    @property
    def repository_path(self) -> str:
        """Where a Maven repository keeps it."""
        return f"{self.group.replace('.', '/')}/{self.artifact}/{self.version}/{self.file_name}"


@dataclass(frozen=True)
class Neo4jLock:
    """Exactly these files are Neo4j for us; nothing is resolved when they are installed."""

    version: str
    jars: tuple[LockedJar, ...]

    @classmethod
    def read(cls, path: Path = LOCK_FILE) -> Neo4jLock:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        jars = tuple(
            LockedJar(
                group=entry["groupId"],
                artifact=entry["artifactId"],
                version=entry["version"],
                classifier=entry.get("classifier", ""),
                sha256=entry["sha256"],
                size=entry["size"],
            )
            for entry in content["dependencies"]
        )
        version = next(jar.version for jar in jars if (jar.group, jar.artifact) == ("org.neo4j.app", "neo4j-server"))
        return cls(version, jars)

    @cached_property
    def digest(self) -> str:
        """Names the set of files: two locks with one digest install the same bytes."""
        return hashlib.sha256("".join(sorted(jar.sha256 for jar in self.jars)).encode()).hexdigest()[:12]

    @cached_property
    def size(self) -> int:
        return sum(jar.size for jar in self.jars)
