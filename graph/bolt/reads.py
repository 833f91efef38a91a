from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, Self
from urllib.parse import urlsplit

from graph import bookmarks
from graph.bolt import packstream
from graph.bolt.connection import BoltConnection
from graph.bolt.errors import BoltError, BoltFailure, BoltLost
from graph.bolt.messages import run
from graph.settings import GraphSettings
from graph.statement import Statement

_BOLT_PORT: Final = 7687
# After this long without a word it is tried whether the line is still there; that takes no longer than the second.
_LIVENESS_AFTER_S: Final = 30.0
_LIVENESS_WAIT_S: Final = 1.0
# Who was signed in and is refused now has to sign in again, which only a new connection does.
_SIGN_IN_CODES: Final = "Neo.ClientError.Security."


class BoltReads:
    """Reads over connections of our own, as many as there ever were reads at once.

    For a server that is reached directly (`bolt://`): it knows neither routing nor TLS, which the driver does.
    Who calls bounds how many run at once and for how long one is waited for.
    """

    __slots__ = ("_database", "_host", "_idle", "_is_open", "_password", "_port", "_taken", "_user", "_wait_s")

    def __init__(self, host: str, port: int, settings: GraphSettings) -> None:
        self._host = host
        self._port = port
        self._user = settings.user
        self._password = settings.password
        self._database = settings.database
        self._wait_s = settings.connection_timeout_s
        self._idle: list[BoltConnection] = []
        self._taken: set[BoltConnection] = set()
        self._is_open = True

    @classmethod
    def where_direct(cls, settings: GraphSettings) -> Self | None:
        """None where the graph is reached by routing or TLS, or where the codec is not there."""
        address = urlsplit(settings.uri)
        if address.scheme != "bolt" or address.hostname is None or not packstream.is_there():
            return None
        return cls(address.hostname, address.port or _BOLT_PORT, settings)

    async def run(self, statement: Statement, parameters: Mapping[str, object]) -> Any:
        """The one value of the one record, None where there is no record.

        Raises BoltOther where the server speaks another version, and so nothing was read.
        """
        causal = bookmarks.current()
        after = causal.names() if causal else ()
        message = run(statement.text, parameters, self._database, statement.timeout_ms, after)
        rested = await self._rested()
        if rested is not None:
            # A server that went away while the connection rested is sometimes seen only now. A read may be asked again,
            # but once: it may itself be what the server went away over.
            with suppress(BoltLost):
                return await self._ask(rested, message)
        return await self._ask(await self._connect(), message)

    async def close(self) -> None:
        """Reads under way end with BoltLost."""
        self._is_open = False
        while self._idle:
            self._idle.pop().close()
        for connection in self._taken:
            connection.abort()

    async def _ask(self, connection: BoltConnection, message: bytes) -> Any:
        if not self._is_open:
            connection.close()
            raise BoltLost("the graph was closed")
        self._taken.add(connection)
        try:
            return await connection.only_value(message)
        except BoltFailure as failure:
            if failure.code.startswith(_SIGN_IN_CODES):
                connection.close()
                self._throw_away_rested()
            raise
        finally:
            self._taken.discard(connection)
            self._rest(connection)

    async def _connect(self) -> BoltConnection:
        if not self._is_open:
            raise BoltLost("the graph was closed")
        async with asyncio.timeout(self._wait_s):
            return await BoltConnection.open(self._host, self._port, self._user, self._password)

    def _rest(self, connection: BoltConnection) -> None:
        if not self._is_open:
            connection.close()
        elif connection.is_open:
            connection.idle_since = asyncio.get_running_loop().time()
            self._idle.append(connection)

    async def _rested(self) -> BoltConnection | None:
        """One that is open and, as far as can be told, has a server at its other end."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open and await self._lives(connection):
                return connection
        return None

    async def _lives(self, connection: BoltConnection) -> bool:
        if asyncio.get_running_loop().time() - connection.idle_since < _LIVENESS_AFTER_S:
            return True
        try:
            async with asyncio.timeout(_LIVENESS_WAIT_S):
                await connection.reset()
        except (TimeoutError, BoltError):
            # What is silent for one is silent for all that rested with it, and none of them is worth another second.
            self._throw_away_rested()
            return False
        return True

    def _throw_away_rested(self) -> None:
        while self._idle:
            self._idle.pop().abort()
