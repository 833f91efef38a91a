from __future__ import annotations

import asyncio
import socket
from typing import Any, Final, Self, cast

from graph.bolt.chunks import Dechunker
from graph.bolt.errors import BoltBroken, BoltError, BoltFailure, BoltLost, BoltOther
from graph.bolt.messages import AGREED, GOODBYE, HANDSHAKE, PULL_ALL, REFUSED, RESET, Tag, hello, logon
from graph.bolt.packstream import unpack

_ANSWERS_TO_HELLO_AND_LOGON: Final = 2
_ANSWERS_TO_RUN_AND_PULL: Final = 2
# A message begins with the number of its fields and its tag.
_FIELDS_AT: Final = 2


class BoltConnection(asyncio.Protocol):
    """One statement after the other, each in a transaction of its own, over one connection.

    Costs a fraction of what a session of the driver costs (docs/performance.md), because it does nothing but
    this: no stream between socket and codec, no task, one future for each statement.

    Whoever is cancelled or gives up ends the connection with it: what was not waited for would be the next one's
    answer. So does a server that says what was not asked.
    """

    __slots__ = (
        "_agreement",
        "_dechunker",
        "_failure",
        "_has_agreed",
        "_left",
        "_must_reset",
        "_record",
        "_transport",
        "_waiter",
        "idle_since",
    )

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._dechunker = Dechunker()
        self._agreement = bytearray()
        self._has_agreed = False
        self._must_reset = False
        # Of what was said last: who waits, how many answers are still to come, and what came.
        self._waiter: asyncio.Future[None] | None = None
        self._left = 0
        self._record: list[Any] | None = None
        self._failure: BoltFailure | None = None
        # By the loop's clock, for whoever keeps the connection.
        self.idle_since = 0.0

    @classmethod
    async def open(cls, host: str, port: int, user: str, password: str) -> Self:
        """Raises BoltLost where nobody answers, BoltFailure where the server refuses, OSError where it is not there.

        Raises BoltOther where the server does not speak Bolt 5.4, before it has heard the password.
        """
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(cls, host, port)
        try:
            await connection._sign_in(user, password)  # noqa: SLF001  # Its own class.
        except BaseException:
            connection.abort()
            raise
        return connection

    async def _sign_in(self, user: str, password: str) -> None:
        await self._say(HANDSHAKE, answers=1)
        await self._say(hello() + logon(user, password), _ANSWERS_TO_HELLO_AND_LOGON)

    @property
    def is_open(self) -> bool:
        return self._transport is not None

    async def only_value(self, run: bytes) -> Any:
        """The first column of the first record of a RUN message, None where there is no record.

        Raises BoltLost, BoltBroken, or BoltFailure; after a BoltFailure the connection is good for the next, unless
        the server hung up as well.
        """
        if self._must_reset:
            await self.reset()
        await self._say(run + PULL_ALL, _ANSWERS_TO_RUN_AND_PULL)
        record, self._record = self._record, None
        return record[0] if record else None

    async def reset(self) -> None:
        """Ends what a failure left open; also shows whether the server is still there.

        Raises BoltLost or BoltBroken, never BoltFailure: that would be an answer to somebody else's statement.
        """
        self._must_reset = False
        try:
            await self._say(RESET, answers=1)
        except BoltFailure:
            self.abort()
            raise BoltLost("the server did not let go of a failure") from None

    def close(self) -> None:
        """Says goodbye and does not wait. May be called twice."""
        if self._transport is not None:
            self._transport.write(GOODBYE)
            self._transport.close()
            self._end(BoltLost("the connection was closed"))

    def abort(self) -> None:
        """Ends the connection at once, and with it what the server still does for it. May be called twice."""
        if self._transport is not None:
            self._transport.abort()
            self._end(BoltLost("the connection was given up"))

    async def _say(self, messages: bytes, answers: int) -> None:
        if self._transport is None:
            raise BoltLost("the connection is gone")
        self._left = answers
        self._record = None
        self._waiter = asyncio.get_running_loop().create_future()
        self._transport.write(messages)
        try:
            await self._waiter
        except BaseException:
            self.abort()
            raise
        if self._failure is not None:
            failure, self._failure = self._failure, None
            self._must_reset = True
            raise failure

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        # A firewall forgets a line that rests unless something moves on it.
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc  # Its text names the address and says no more than this.
        self._end(BoltLost("the connection was lost"))

    def data_received(self, data: bytes) -> None:
        try:
            if not self._has_agreed:
                data = self._agree(data)
            for message in self._dechunker.feed(data):
                self._receive(message)
        except BoltError as error:
            if self._transport is not None:
                self._transport.abort()
            self._end(error)

    def _agree(self, data: bytes) -> bytes:
        """The server names the version that both speak, or zeros."""
        missing = len(AGREED) - len(self._agreement)
        self._agreement += data[:missing]
        if len(self._agreement) == len(AGREED):
            if self._agreement != AGREED:
                wrong = BoltOther if self._agreement == REFUSED else BoltBroken
                raise wrong("the server does not speak Bolt 5.4")
            self._has_agreed = True
            self._count_down()
        return data[missing:]

    def _receive(self, message: bytearray) -> None:
        if self._left < 1:
            raise BoltBroken("the server answered what was not asked")
        tag = message[1] if len(message) > 1 else None
        # Records come between the answer to RUN and the answer to PULL, which is the last.
        if tag == Tag.RECORD and self._left == 1:
            if self._record is None:
                self._record = _columns(message)
            return
        if tag == Tag.FAILURE:
            self._failure = self._failure or _failure(message)
        elif tag == Tag.IGNORED:
            # After a failure the rest of what was said with it is ignored, and nothing else is.
            if self._failure is None:
                raise BoltBroken("the server ignored what it was asked")
        elif tag != Tag.SUCCESS:
            raise BoltBroken("the server sent a message that nobody expects")
        self._count_down()

    def _count_down(self) -> None:
        self._left -= 1
        if self._left == 0 and self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _end(self, error: BoltError) -> None:
        self._transport = None
        if self._waiter is not None and not self._waiter.done():
            # A server that refuses may hang up before it has answered the rest.
            self._waiter.set_exception(self._failure or error)


def _columns(message: bytearray) -> list[Any]:
    columns = unpack(message, _FIELDS_AT)
    if not isinstance(columns, list) or not columns:
        raise BoltBroken("the server sent a record without columns")
    return columns


def _failure(message: bytearray) -> BoltFailure:
    metadata = unpack(message, _FIELDS_AT)
    code = metadata.get("code") if isinstance(metadata, dict) else None
    if not isinstance(code, str):
        raise BoltBroken("the server sent a failure without a code")
    return BoltFailure(code)
