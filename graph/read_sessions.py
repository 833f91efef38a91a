from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from neo4j import AsyncResult, AsyncSession, Query

from graph.statement import Statement


class ReadSessions:
    """Sessions of the driver that read one statement after the other: to make one costs a tenth of a small read.

    A session at rest holds no connection. There are as many as there ever were reads at once.
    """

    __slots__ = ("_idle", "_is_open", "_make")

    def __init__(self, make: Callable[[], AsyncSession]) -> None:
        self._make = make
        self._idle: list[AsyncSession] = []
        self._is_open = True

    async def run(self, statement: Statement, parameters: Mapping[str, object]) -> Any:
        """The one value of the one record, None where there is no record."""
        query = Query(statement.text, timeout=statement.timeout_ms / 1000)
        session = self._idle.pop() if self._idle else self._make()
        try:
            value = await only_value(await session.run(query, dict(parameters)))
        except BaseException:
            # Nobody knows what a session that broke off still holds. That is cut off, so closing waits for nothing.
            session.cancel()
            await session.close()
            raise
        if self._is_open:
            self._idle.append(session)
        else:
            await session.close()
        return value

    async def close(self) -> None:
        self._is_open = False
        while self._idle:
            await self._idle.pop().close()


async def only_value(result: AsyncResult) -> Any:
    """The one value of the one record, None where there is no record."""
    values = await result.value()
    return values[0] if values else None
