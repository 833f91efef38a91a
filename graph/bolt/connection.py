from __future__ import annotations

import asyncio
from typing import Any, Final, Self, cast

from graph.bolt.chunks import Dechunker
from graph.bolt.errors import BoltBroken, BoltError, BoltFailure, BoltLost
from graph.bolt.messages import AGREED, GOODBYE, HANDSHAKE, PULL_ALL, RESET, Tag, hello, logon
from graph.bolt.packstream import unpack

_ANSWERS_TO_HELLO_AND_LOGON: Final = 2
_ANSWERS_TO_RUN_AND_PULL: Final = 2
# A message begins with the number of its fields and its tag.
_FIELDS_AT: Final = 2


class BoltConnection(asyncio.Protocol):
    """One statement after the other, each in a transaction of its own, over one connection.

    Costs a seventh to a third of what a session of the driver costs (docs/performance.md), because it does nothing but
    this: no stream between socket and codec, no task, one future for each statement.

    A caller that is cancelled or gives up must `abort`: what it did not wait for would be the next one's answer.
    """

    __slots__ = (
        "_agreement",
        "_dechunker",
        "_failure",
        "_has_agreed",
        "_left",
        "_must_reset",
        "_transport",
        "_value",
        "_waiter",
        "idle_since",
    )

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._dechunker = Dechunker()
        self._agreement = bytearray()
        self._has_agreed = False
        self._waiter: asyncio.Future[None] | None = None
        self._left = 0
        self._value: Any = None
        self._failure: BoltFailure | None = None
        self._must_reset = False
        # By the loop's clock, for whoever keeps the connection.
        self.idle_since = 0.0

    @classmethod
    async def open(cls, host: str, port: int, user: str, password: str) -> Self:
        """Raises BoltLost where nobody answers, BoltFailure where the server refuses, OSError where it is not there."""
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(cls, host, port)
        try:
            await connection.sign_in(user, password)
        except BaseException:
            connection.abort()
            raise
        return connection

    async def sign_in(self, user: str, password: str) -> None:
        await self._say(HANDSHAKE, answers=1)
        await self._say(hello() + logon(user, password), _ANSWERS_TO_HELLO_AND_LOGON)

    @property
    def is_open(self) -> bool:
        return self._transport is not None

    async def only_value(self, run: bytes) -> Any:
        """The first column of the last record of a RUN message, None where there is no record.

        Raises BoltLost, BoltBroken, or BoltFailure; after a BoltFailure the connection is good for the next.
        """
        if self._must_reset:
            await self.reset()
        await self._say(run + PULL_ALL, _ANSWERS_TO_RUN_AND_PULL)
        value, self._value = self._value, None
        return value

    async def reset(self) -> None:
        """Ends what a failure left open; also shows whether the server is still there."""
        self._must_reset = False
        await self._say(RESET, answers=1)

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
        self._waiter = asyncio.get_running_loop().create_future()
        self._transport.write(messages)
        await self._waiter
        if self._failure is not None:
            failure, self._failure, self._value = self._failure, None, None
            self._must_reset = True
            raise failure

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

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
                raise BoltBroken("the server does not speak Bolt 5.4")
            self._has_agreed = True
            self._count_down()
        return data[missing:]

    def _receive(self, message: bytearray) -> None:
        tag = message[1] if len(message) > 1 else None
        if tag == Tag.RECORD:
            self._value = unpack(message, _FIELDS_AT)[0]
            return
        if tag == Tag.FAILURE:
            # Of a pipeline the first failure is the cause; what follows it is ignored by the server.
            self._failure = self._failure or BoltFailure(str(unpack(message, _FIELDS_AT).get("code")))
        elif tag not in (Tag.SUCCESS, Tag.IGNORED):
            raise BoltBroken("the server sent a message that nobody expects")
        self._count_down()

    def _count_down(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise BoltBroken("the server answered what was not asked")
        if self._left == 0 and self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _end(self, error: BoltError) -> None:
        self._transport = None
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)
