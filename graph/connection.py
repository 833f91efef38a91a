from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Self, TypeVar

import neo4j
from neo4j import AsyncDriver, AsyncGraphDatabase, AsyncManagedTransaction, Query, unit_of_work

from graph.driver_errors import translated
from graph.errors import UnknownCommit
from graph.settings import GraphSettings
from graph.statement import WRITE_TIMEOUT_MS, Statement

T = TypeVar("T")

# How long a transaction that the driver calls retryable is tried again, before the caller hears of it.
_RETRY_BUDGET_S = 4.0
# The server keeps the time limits. One that hangs keeps none, so after this much more its answer is not waited for.
_GRACE_S = 2.0
_LIVENESS_AFTER_S = 30.0


class Transaction:
    """Statements that become true together."""

    __slots__ = ("_inner",)

    def __init__(self, inner: AsyncManagedTransaction) -> None:
        self._inner = inner

    async def run(self, statement: Statement, **parameters: object) -> Any:
        """The one value of the one record, None where there is no record."""
        result = await self._inner.run(statement.text, parameters)
        return await _only_value(result)


class Graph:
    """The only way to the graph. Errors that leave it are those of `graph.errors`."""

    __slots__ = ("_database", "_driver")

    def __init__(self, driver: AsyncDriver, database: str) -> None:
        self._driver = driver
        self._database = database

    @classmethod
    def open(cls, settings: GraphSettings) -> Self:
        """Nothing is connected before the first statement."""
        # The driver warns of every retry with the server's whole message, which may quote personal data.
        logging.getLogger("neo4j").setLevel(logging.ERROR)
        driver = AsyncGraphDatabase.driver(
            settings.uri,
            auth=(settings.user, settings.password),
            connection_timeout=settings.connection_timeout_s,
            # The driver has to give up by itself and in time: cancelled while it tries whether an idle connection still
            # lives, it would count that one as taken for ever.
            connection_acquisition_timeout=min(settings.acquisition_timeout_s, _GRACE_S),
            max_connection_pool_size=settings.pool_size,
            max_transaction_retry_time=_RETRY_BUDGET_S,
            liveness_check_timeout=_LIVENESS_AFTER_S,
            notifications_min_severity="OFF",
            telemetry_disabled=True,
        )
        return cls(driver, settings.database)

    async def close(self) -> None:
        # Saying goodbye to a server that hangs is given up; its sockets are closed all the same.
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE_S):
                await self._driver.close()

    async def ping(self) -> None:
        """Raises GraphUnavailable where no statement can be answered now."""
        await self.read(_PING)

    async def read(self, statement: Statement, **parameters: object) -> Any:
        """Runs by itself, without a transaction function: those cost a reader twice as much (measured)."""
        limit_s = statement.timeout_ms / 1000
        query = Query(statement.text, timeout=limit_s)
        with translated():
            async with asyncio.timeout(limit_s + _GRACE_S), self._session(neo4j.READ_ACCESS) as session:
                return await _only_value(await session.run(query, parameters))

    async def change(self, statement: Statement, **parameters: object) -> Any:
        """One statement in a transaction of its own, with that statement's time limit."""

        async def only_this(transaction: Transaction) -> Any:
            return await transaction.run(statement, **parameters)

        return await self.write(only_this, statement.timeout_ms)

    async def write(self, work: Callable[[Transaction], Awaitable[T]], timeout_ms: int = WRITE_TIMEOUT_MS) -> T:
        """Runs `work` in one transaction, and again only where the driver calls the failure retryable.

        So `work` must have no effect outside the graph. Raises UnknownCommit when the commit may have happened.
        """
        attempt = _Attempt(timeout_ms / 1000)

        @unit_of_work(timeout=attempt.limit_s)
        async def unit(inner: AsyncManagedTransaction) -> T:
            attempt.begin()
            done = await work(Transaction(inner))
            attempt.may_commit = True
            return done

        with translated(), attempt.answers():
            async with attempt.deadline, self._session(neo4j.WRITE_ACCESS) as session:
                return await session.execute_write(unit)

    def _session(self, access: str) -> neo4j.AsyncSession:
        return self._driver.session(database=self._database, default_access_mode=access, fetch_size=-1)


class _Attempt:
    """How far a write has come, and until when its present attempt is waited for."""

    __slots__ = ("deadline", "limit_s", "may_commit")

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        self.deadline = asyncio.timeout(limit_s + _GRACE_S)
        self.may_commit = False

    def begin(self) -> None:
        """The driver came to try, perhaps again: each attempt has the whole time, and nothing to commit yet."""
        self.may_commit = False
        self.deadline.reschedule(asyncio.get_running_loop().time() + self.limit_s + _GRACE_S)

    @contextmanager
    def answers(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError:
            if self.may_commit:
                raise UnknownCommit("the answer to a commit did not come in time") from None
            raise


_PING = Statement("ping", "RETURN 1", timeout_ms=1_000)


async def _only_value(result: neo4j.AsyncResult) -> Any:
    record = await result.single()
    return None if record is None else record[0]
