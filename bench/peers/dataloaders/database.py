from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

from neo4j import AsyncDriver, AsyncGraphDatabase, Record, RoutingControl


class Database:
    """The official driver as its manual shows it: `execute_query`, with reads sent as reads."""

    def __init__(self) -> None:
        self._driver: AsyncDriver | None = None

    async def records(self, text: LiteralString, parameters: Mapping[str, Any]) -> Sequence[Record]:
        if self._driver is None:
            # Made inside the running loop, to which it belongs from then on.
            self._driver = _driver()
        found = await self._driver.execute_query(
            text, dict(parameters), database_=os.environ["GRAPH_DATABASE"], routing_=RoutingControl.READ
        )
        return found.records


def _driver() -> AsyncDriver:
    return AsyncGraphDatabase.driver(
        os.environ["GRAPH_URI"],
        auth=(os.environ["GRAPH_USER"], os.environ["GRAPH_PASSWORD"]),
        telemetry_disabled=True,
    )
