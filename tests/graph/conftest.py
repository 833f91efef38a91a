from __future__ import annotations

from collections.abc import AsyncIterator

import neo4j
import pytest_asyncio

from graph.connection import Graph
from graph.migrations import migrate
from graph.settings import GraphSettings


@pytest_asyncio.fixture(loop_scope="session")
async def untouched(graph: Graph, graph_settings: GraphSettings) -> AsyncIterator[Graph]:
    """A graph that no migration has seen; afterwards it is migrated again for the other tests."""
    with neo4j.GraphDatabase.driver(graph_settings.uri, auth=None) as driver, driver.session() as session:
        session.run("MATCH (n) DETACH DELETE n").consume()
        for record in list(session.run("SHOW CONSTRAINTS YIELD name")):
            session.run(f"DROP CONSTRAINT {record['name']}").consume()
        for record in list(session.run("SHOW INDEXES YIELD name, type WHERE type = 'RANGE'")):
            session.run(f"DROP INDEX {record['name']}").consume()
    yield graph
    await migrate(graph)
