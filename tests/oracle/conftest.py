from __future__ import annotations

from collections.abc import AsyncIterator

import neo4j
import pytest_asyncio

from graph.connection import Graph
from graph.settings import GraphSettings
from tests.oracle.emptying import empty
from tests.oracle.harness import Harness
from tests.oracle.writing import write


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def harness(shared_graph: Graph, graph_settings: GraphSettings) -> AsyncIterator[Harness]:
    """The test world in memory and, for the tests of one file, in the graph, where none of them writes."""
    with neo4j.GraphDatabase.driver(graph_settings.uri, auth=None) as driver, driver.session() as session:
        empty(session)
    made = Harness(shared_graph)
    await write(shared_graph, made.world)
    yield made
    with neo4j.GraphDatabase.driver(graph_settings.uri, auth=None) as driver, driver.session() as session:
        empty(session)
