from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.connection import Graph
from graph.settings import GraphSettings
from tests.faults.processes import RedisProcess, Workers


@pytest.fixture
def workers(graph: Graph, graph_settings: GraphSettings, own_redis: RedisProcess, tmp_path: Path) -> Iterator[Workers]:
    """Starts worker processes on the test's graph and Redis; what still runs at the end is killed."""
    del graph  # Emptied before the first worker looks into it.
    group = Workers(graph_settings, own_redis.url, tmp_path)
    yield group
    group.kill_all()
