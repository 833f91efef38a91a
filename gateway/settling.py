from __future__ import annotations

import asyncio
import logging

from gateway.api_keys import register_admin_key
from graph.connection import Graph
from graph.errors import GraphError, GraphUnavailable
from graph.migrations import require_current_schema

logger = logging.getLogger(__name__)

_TRY_AGAIN_AFTER_S = 1.0


class Settling:
    """What has to be true of the graph before this process answers from it."""

    def __init__(self, graph: Graph, admin_key: str | None) -> None:
        self._graph = graph
        self._admin_key = admin_key
        self._is_settled = False

    def is_settled(self) -> bool:
        return self._is_settled

    async def settle(self) -> None:
        """Raises SchemaTooNew or GraphError for a graph that is not ours to use, GraphUnavailable while it is away."""
        await require_current_schema(self._graph)
        if self._admin_key:
            await register_admin_key(self._graph, self._admin_key)
        self._is_settled = True

    async def settle_patiently(self) -> None:
        """Tries until it succeeds: the graph may come back, and somebody may migrate it."""
        said = ""
        while not self._is_settled:
            try:
                await self.settle()
            except GraphError as error:
                if str(error) != said:
                    said = str(error)
                    logger.warning("not ready: %s", said)
                await asyncio.sleep(_TRY_AGAIN_AFTER_S)
        logger.info("the graph is ready")

    async def ready(self) -> None:
        """Raises GraphUnavailable where a request could not be answered now."""
        if not self._is_settled:
            raise GraphUnavailable("the graph is not ready")
        await self._graph.ping()
