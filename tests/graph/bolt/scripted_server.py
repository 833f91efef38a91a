"""A server that says exactly the bytes that a test wants it to say, and hears exactly those that came.

The messages are written down here from Neo4j's Bolt documentation and not made by the code that is tested.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Final

HANDSHAKE: Final = bytes.fromhex("6060B017 00000405 00000000 00000000 00000000")
AGREED: Final = bytes.fromhex("00000405")
REFUSED: Final = bytes.fromhex("00000000")
GOODBYE: Final = bytes.fromhex("0002 B002 0000")
RESET: Final = bytes.fromhex("0002 B00F 0000")
PULL: Final = bytes.fromhex("0006 B13F A1 816E FF 0000")
SUCCESS: Final = bytes.fromhex("0003 B170 A0 0000")
IGNORED: Final = bytes.fromhex("0002 B07E 0000")
NOOP: Final = bytes.fromhex("0000")

WORDS_OF_THE_SERVER: Final = "somebody@example.com"


def text(value: str) -> bytes:
    encoded = value.encode()
    if len(encoded) < 16:
        return bytes((0x80 | len(encoded),)) + encoded
    if len(encoded) < 256:
        return bytes((0xD0, len(encoded))) + encoded
    return b"\xd1" + len(encoded).to_bytes(2) + encoded


def texts(values: Mapping[str, str]) -> bytes:
    return bytes((0xA0 | len(values),)) + b"".join(text(key) + text(value) for key, value in values.items())


def message(packed: bytes) -> bytes:
    """In one chunk."""
    return len(packed).to_bytes(2) + packed + b"\x00\x00"


def record(*columns: int) -> bytes:
    return message(bytes((0xB1, 0x71, 0x90 | len(columns), *columns)))


def failure(code: str) -> bytes:
    return message(b"\xb1\x7f" + texts({"code": code, "message": f"no, {WORDS_OF_THE_SERVER}"}))


def hello() -> bytes:
    product = text(f"customer-graph/{version('customer-graph')}")
    agent = text("user_agent") + product + text("bolt_agent") + b"\xa1" + text("product") + product
    return message(b"\xb1\x01\xa3" + agent + text("notifications_minimum_severity") + text("OFF"))


def logon(user: str, password: str) -> bytes:
    return message(b"\xb1\x6a" + texts({"scheme": "basic", "principal": user, "credentials": password}))


def run(words: str, database: str = "neo4j", bookmarks: tuple[str, ...] = ()) -> bytes:
    """Without parameters, with a limit of a second."""
    extra = text("mode") + text("r") + text("db") + text(database) + text("tx_timeout") + bytes.fromhex("C903E8")
    if bookmarks:
        extra += text("bookmarks") + bytes((0x90 | len(bookmarks),)) + b"".join(map(text, bookmarks))
    return message(b"\xb3\x10" + text(words) + b"\xa0" + bytes((0xA4 if bookmarks else 0xA3,)) + extra)


class Peer:
    """The server's end of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def hears(self, expected: bytes) -> None:
        """These bytes come next, and no others before them."""
        assert await self._reader.readexactly(len(expected)) == expected

    async def hears_nothing_more(self) -> None:
        """The client hung up without another word."""
        assert await self._rest() == b""

    async def hears_goodbye(self) -> None:
        assert await self._rest() == GOODBYE

    async def _rest(self) -> bytes:
        try:
            return await self._reader.read()
        except ConnectionResetError:
            return b""

    async def says(self, *messages: bytes) -> None:
        """In one piece."""
        self._writer.write(b"".join(messages))
        await self._writer.drain()

    async def says_byte_by_byte(self, *messages: bytes) -> None:
        for byte in b"".join(messages):
            self._writer.write(bytes((byte,)))
            # The socket sends what it has at once, and the client reads it before the next is written.
            for _ in range(3):
                await asyncio.sleep(0)

    async def signs_in(self, user: str = "neo4j", password: str = "") -> None:
        await self.hears(HANDSHAKE)
        await self.says(AGREED)
        await self.hears(hello() + logon(user, password))
        await self.says(SUCCESS, SUCCESS)

    async def hears_run(self, words: str) -> None:
        await self.hears(run(words) + PULL)

    async def carries_on(self, host: str, port: int) -> bytes:
        """Is from now on what listens there. The first that the client said comes back when both have ended."""
        reader, writer = await asyncio.open_connection(host, port)
        first = await self._reader.readexactly(len(HANDSHAKE))
        writer.write(first)
        try:
            await asyncio.gather(_carry(self._reader, writer), _carry(reader, self._writer))
        finally:
            writer.close()
        return first

    def hangs_up(self) -> None:
        self._writer.close()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()


Play = Callable[[Peer], Awaitable[None]]


@asynccontextmanager
async def server(*plays: Play, host: str = "127.0.0.1", later: Play | None = None) -> AsyncIterator[int]:
    """One play for each connection, in the order of coming. Each has to come to its end.

    Whoever comes after these gets the play `later`; without one nobody may.
    """
    to_play = list(plays)
    playing: list[asyncio.Task[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            play = to_play.pop(0) if to_play else later
            assert play is not None, "nobody was to connect any more"
            await play(Peer(reader, writer))
        finally:
            writer.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        playing.append(asyncio.ensure_future(serve(reader, writer)))

    listening = await asyncio.start_server(accept, host, 0)
    try:
        yield listening.sockets[0].getsockname()[1]
        async with asyncio.timeout(10):
            await asyncio.gather(*playing)
        assert to_play == []
    finally:
        listening.close()
        for task in playing:
            task.cancel()
        await asyncio.gather(*playing, return_exceptions=True)
