from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, Self, TypeVar

import neo4j
from neo4j import AsyncDriver, AsyncGraphDatabase, AsyncManagedTransaction, unit_of_work

from graph.bolt.errors import BoltOther
from graph.bolt.reads import BoltReads
from graph.driver_bookmarks import ReaderBookmarks, WriterBookmarks
from graph.driver_errors import translated
from graph.errors import UnknownCommit
from graph.identifying.rules import IdentifierRules
from graph.read_sessions import ReadSessions, only_value
from graph.reads_in_flight import ReadsInFlight
from graph.settings import GraphSettings
from graph.statement import WRITE_TIMEOUT_MS, Statement

T = TypeVar("T")
# Runs one statement: a transaction's `run`, or the graph's `read`.
Run = Callable[..., Awaitable[Any]]

_log: Final = logging.getLogger(__name__)

# How long a transaction that the driver calls retryable is tried again, before the caller hears of it.
_RETRY_BUDGET_S = 4.0
# The server keeps the time limits. One that hangs keeps none, so after this much more its answer is not waited for.
_GRACE_S = 2.0
_LIVENESS_AFTER_S = 30.0


class Transaction:
    """Statements that become true together, under the owner's `rules` of identifiers."""

    __slots__ = ("_inner", "rules")

    def __init__(self, inner: AsyncManagedTransaction, rules: IdentifierRules) -> None:
        self._inner = inner
        self.rules = rules

    async def run(self, statement: Statement, **parameters: object) -> Any:
        """The one value of the one record, None where there is no record."""
        result = await self._inner.run(statement.text, {name: _unsaid(value) for name, value in parameters.items()})
        return await only_value(result)


class _Unsaid(list[object]):
    """Rows that the driver does not write out for its log of debugging: it does so also where nobody keeps that log.

    That was a twentieth of the work of an import, and what it wrote out is personal.
    """

    def __repr__(self) -> str:
        return f"[{len(self)} rows]"


def _unsaid(value: object) -> object:
    return _Unsaid(value) if isinstance(value, list) else value


class Graph:
    """The only way to the graph. Errors that leave it are those of `graph.errors`.

    Inside `Bookmarks.causal` a statement sees what was written before in the same context, on a cluster too.
    """

    __slots__ = ("_database", "_driver", "_reads", "_rules", "reads")

    def __init__(self, driver: AsyncDriver, settings: GraphSettings) -> None:
        self._driver = driver
        self._database = settings.database
        self._rules = settings.rules
        self.reads = ReadsInFlight(settings.reads_in_flight)
        # Connections of our own, until a server turns out not to speak their version.
        self._reads: BoltReads | ReadSessions = BoltReads.where_direct(settings) or ReadSessions(self._read_session)

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
        return cls(driver, settings)

    async def close(self) -> None:
        await self._reads.close()
        # Saying goodbye to a server that hangs is given up; its sockets are closed all the same.
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE_S):
                await self._driver.close()

    async def ping(self) -> None:
        """Raises GraphUnavailable where no statement can be answered now."""
        # A process that is busy is still well: taken out of service for it, it would leave its readers to the others.
        await self.read_aside(_PING)

    async def read(self, statement: Statement, **parameters: object) -> Any:
        """Runs by itself, without a transaction function: those cost a reader twice as much (measured).

        So many run at once as the settings say; the others wait in order. Raises ReadsFull where too many wait, or
        where the wait was longer than a second.
        """
        if not self.reads.take():
            await self.reads.wait()
        try:
            return await self.read_aside(statement, **parameters)
        finally:
            self.reads.leave()

    async def read_aside(self, statement: Statement, **parameters: object) -> Any:
        """Reads without standing in line: for what the process itself has to know, one statement at a time.

        What anybody outside can cause goes through `read`.
        """
        with translated():
            async with asyncio.timeout(statement.timeout_ms / 1000 + _GRACE_S):
                try:
                    return await self._reads.run(statement, parameters)
                except BoltOther:
                    return await (await self._of_the_driver()).run(statement, parameters)

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
            done = await work(Transaction(inner, self._rules))
            attempt.may_commit = True
            return done

        with translated(), attempt.answers():
            async with attempt.deadline, self._write_session() as session:
                return await session.execute_write(unit)

    async def _of_the_driver(self) -> ReadSessions:
        """From now on reads are the driver's, which speaks more versions than ours do."""
        reads = self._reads
        if isinstance(reads, ReadSessions):
            return reads
        # Others may find it out at the same time, so this is done before anything is waited for.
        self._reads = sessions = ReadSessions(self._read_session)
        _log.warning(
            "the graph's server does not speak Bolt 5.4: reads go through the driver from now on, which costs more"
        )
        await reads.close()
        return sessions

    def _read_session(self) -> neo4j.AsyncSession:
        return self._driver.session(
            database=self._database,
            default_access_mode=neo4j.READ_ACCESS,
            fetch_size=-1,
            bookmark_manager=_READER_BOOKMARKS,
        )

    def _write_session(self) -> neo4j.AsyncSession:
        return self._driver.session(
            database=self._database,
            default_access_mode=neo4j.WRITE_ACCESS,
            fetch_size=-1,
            bookmark_manager=_WRITER_BOOKMARKS,
        )


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
_READER_BOOKMARKS, _WRITER_BOOKMARKS = ReaderBookmarks(), WriterBookmarks()
