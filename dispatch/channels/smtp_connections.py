from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

import aiosmtplib

from dispatch.smtp_server import SmtpServer, Starttls

# So many at once: more than fifty are turned away by mail servers as they come, and letters wait their turn here.
_MOST: Final = 40
_AT_REST: Final = _MOST
# Shorter than servers wait: one that hangs up first costs the next letter a second greeting.
_IDLE_S: Final = 10.0
# Servers count the letters of a connection, and send away who never leaves.
_LETTERS: Final = 100
_GOODBYE_S: Final = 2.0
# A process that stops does not wait long for the goodbyes of others.
_CLOSE_S: Final = 0.5

# What aiosmtplib's `start_tls` means: None upgrades where the server offers it.
_START_TLS: Final[Mapping[Starttls, bool | None]] = {
    Starttls.NEVER: False,
    Starttls.OPPORTUNISTIC: None,
    Starttls.REQUIRED: True,
}


@dataclass(slots=True)
class SmtpConnection:
    """One connection that was greeted and, where that is wanted, encrypted and logged in.

    `letters` were begun on it. `is_amid` while a letter's envelope is open, so that the next one needs a reset first.
    One that `has_rested` may have been left by the server meanwhile.
    """

    client: aiosmtplib.SMTP
    letters: int = 0
    is_amid: bool = False
    has_rested: bool = False
    expiry: asyncio.TimerHandle | None = None

    def drop(self) -> None:
        """Without a word: nobody knows what the other side would take it for."""
        self.client.close()


class NoConnectionFree(Exception):
    """As many letters as may are on their way, and took all the time there was."""


class SmtpConnections:
    """The connections to one server: lent for one letter at a time, kept for a while, and used again.

    One that was left in the middle of something is never lent again.
    """

    def __init__(self, server: SmtpServer, timeout_s: float, tls_context: ssl.SSLContext | None = None) -> None:
        """A command waits for its answer for `timeout_s` at most. Nothing is opened yet."""
        self._server = server
        self._timeout_s = timeout_s
        self._tls_context = tls_context
        self._at_rest: list[SmtpConnection] = []
        self._leaving: set[asyncio.Task[None]] = set()
        self._is_closed = False
        self._room = asyncio.Semaphore(_MOST)

    @asynccontextmanager
    async def lent(self, give_up_at: float, *, fresh: bool = False) -> AsyncIterator[SmtpConnection]:
        """One at rest, or, where there is none or a `fresh` one is wanted, a new one.

        `give_up_at` is by the event loop's clock. Raises NoConnectionFree where others had them all for half of
        that time, and what aiosmtplib raises, OSError or TimeoutError where none opens. What is raised inside, a
        cancellation too, ends the connection.
        """
        await self._take_room(give_up_at)
        try:
            connection = None if fresh else self._rested()
            if connection is None:
                async with asyncio.timeout_at(give_up_at):
                    connection = await self._opened()
            try:
                yield connection
            except BaseException:
                connection.drop()
                raise
            self._put_back(connection)
        finally:
            self._room.release()

    async def close(self) -> None:
        """Says goodbye on all that rest, for half a second at most; those in use end with their letters."""
        self._is_closed = True
        while self._at_rest:
            self._leave(self._at_rest[-1])
        if self._leaving:
            _, late = await asyncio.wait(self._leaving, timeout=_CLOSE_S)
            for task in late:
                task.cancel()

    async def _take_room(self, give_up_at: float) -> None:
        now = asyncio.get_running_loop().time()
        try:
            # Half of the time is left for the letter itself.
            async with asyncio.timeout_at(now + (give_up_at - now) / 2):
                await self._room.acquire()
        except TimeoutError:
            raise NoConnectionFree from None

    def _rested(self) -> SmtpConnection | None:
        """The one that rested last, so that those which are too many grow old."""
        while self._at_rest:
            connection = self._at_rest[-1]
            self._take(connection)
            if connection.client.is_connected:
                return connection
        return None

    async def _opened(self) -> SmtpConnection:
        if self._tls_context is None and (self._server.tls or self._server.starttls is not Starttls.NEVER):
            # Reading the certificates of a whole system takes longer than a letter does.
            self._tls_context = await asyncio.to_thread(ssl.create_default_context)
        client = self._client()
        try:
            await client.connect()
            await _greet(client)
        except BaseException:
            client.close()
            raise
        return SmtpConnection(client)

    def _client(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.tls,
            start_tls=_START_TLS[server.starttls],
            timeout=self._timeout_s,
            tls_context=self._tls_context,
            local_hostname=_own_name(),
        )

    def _put_back(self, connection: SmtpConnection) -> None:
        if not connection.client.is_connected:
            return
        connection.has_rested = True
        self._at_rest.append(connection)
        if self._is_closed or connection.letters >= _LETTERS or len(self._at_rest) > _AT_REST:
            self._leave(connection)
        else:
            connection.expiry = asyncio.get_running_loop().call_later(_IDLE_S, self._leave, connection)

    def _take(self, connection: SmtpConnection) -> None:
        self._at_rest.remove(connection)
        if connection.expiry is not None:
            connection.expiry.cancel()
            connection.expiry = None

    def _leave(self, connection: SmtpConnection) -> None:
        self._take(connection)
        # Nobody who waits for an outcome waits for a goodbye.
        task = asyncio.get_running_loop().create_task(_say_goodbye(connection.client))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)


async def _greet(client: aiosmtplib.SMTP) -> None:
    # Where TLS or a login was asked for, connecting has greeted already.
    if client.is_ehlo_or_helo_needed:
        try:
            await client.ehlo()
        except aiosmtplib.SMTPHeloError:
            await client.helo()


async def _say_goodbye(client: aiosmtplib.SMTP) -> None:
    try:
        with suppress(TimeoutError, OSError, aiosmtplib.SMTPException):
            if client.is_connected:
                await client.quit(timeout=_GOODBYE_S)
    finally:
        client.close()


def _own_name() -> str:
    """For EHLO. Asking a name server, as the library would, may take seconds; RFC 5321 allows an address instead."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "[127.0.0.1]"
