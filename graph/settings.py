from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from graph.identifying.rules import IdentifierRules

_SCHEMES = frozenset({"bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc"})
_READS_FOR_EACH_CORE: Final = 2
_MOST_READS: Final = 1_000
_FEW_DIGITS: Final = re.compile("[0-9]{1,4}")
# Writes and what the process asks for itself need connections beside the reads.
_CONNECTIONS_BESIDE_READS: Final = 30
_CONNECTIONS: Final = 50


def _reads_by_cores() -> int:
    """Right where the database has as many cores as this process sees; else GRAPH_READS_IN_FLIGHT says it."""
    return _READS_FOR_EACH_CORE * (os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class GraphSettings:
    """Where the graph is, and by which rules people are told apart in it. Timeouts are in seconds."""

    uri: str
    user: str = "neo4j"
    password: str = field(default="", repr=False)
    database: str = "neo4j"
    connection_timeout_s: float = 5.0
    acquisition_timeout_s: float = 5.0
    pool_size: int = _CONNECTIONS
    # So many reads are in the database at once, of each process.
    reads_in_flight: int = field(default_factory=_reads_by_cores)
    rules: IdentifierRules = field(default_factory=IdentifierRules)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> GraphSettings:
        """Raises ValueError that names the variable which is missing or wrong."""
        uri = environment.get("GRAPH_URI", "")
        if not uri:
            raise ValueError("GRAPH_URI is not set and no stack is running on this data folder")
        if urlsplit(uri).scheme not in _SCHEMES:
            raise ValueError("GRAPH_URI must begin with bolt:// or neo4j:// (or +s, +ssc)")
        reads = _reads(environment.get("GRAPH_READS_IN_FLIGHT", ""))
        return cls(
            uri=uri,
            user=environment.get("GRAPH_USER", "neo4j"),
            password=environment.get("GRAPH_PASSWORD", ""),
            database=environment.get("GRAPH_DATABASE", "neo4j"),
            pool_size=max(_CONNECTIONS, reads + _CONNECTIONS_BESIDE_READS),
            reads_in_flight=reads,
            rules=IdentifierRules.from_environment(environment),
        )


def _reads(text: str) -> int:
    if not text:
        return _reads_by_cores()
    reads = int(text) if _FEW_DIGITS.fullmatch(text) else 0
    if not 1 <= reads <= _MOST_READS:
        raise ValueError(f"GRAPH_READS_IN_FLIGHT must be a whole number from 1 to {_MOST_READS}")
    return reads
