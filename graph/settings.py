from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_SCHEMES = frozenset({"bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc"})


@dataclass(frozen=True, slots=True)
class GraphSettings:
    """Where the graph is. Timeouts are in seconds."""

    uri: str
    user: str = "neo4j"
    password: str = field(default="", repr=False)
    database: str = "neo4j"
    connection_timeout_s: float = 5.0
    acquisition_timeout_s: float = 5.0
    pool_size: int = 50

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> GraphSettings:
        """Raises ValueError that names the variable which is missing or wrong."""
        uri = environment.get("GRAPH_URI", "")
        if not uri:
            raise ValueError("GRAPH_URI is not set and no stack is running on this data folder")
        if urlsplit(uri).scheme not in _SCHEMES:
            raise ValueError("GRAPH_URI must begin with bolt:// or neo4j:// (or +s, +ssc)")
        return cls(
            uri=uri,
            user=environment.get("GRAPH_USER", "neo4j"),
            password=environment.get("GRAPH_PASSWORD", ""),
            database=environment.get("GRAPH_DATABASE", "neo4j"),
        )
