"""A provider on loopback that speaks HTTP/2 and does exactly what a test wants it to do, over real sockets."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import orjson
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import (
    DataReceived,
    Event,
    PingReceived,
    RequestReceived,
    StreamEnded,
    StreamReset,
)
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes, Settings
from hyperframe.frame import GoAwayFrame

from tests.dispatch.http_provider import Asked


@dataclass(frozen=True, slots=True)
class Http2Says:
    """What the provider answers, `once` that event is set.

    `hangs` never does, `resets` gives the stream up with that error, `hangs_up` closes the connection.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    hangs: bool = False
    hangs_up: bool = False
    resets: int | None = None
    once: asyncio.Event | None = None

    @classmethod
    def json(cls, content: object, status: int = 200, **headers: str) -> Http2Says:
        return cls(status, orjson.dumps(content), headers)


class Served:
    """One connection."""

    def __init__(self, provider: Http2Provider, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._provider = provider
        self._reader = reader
        self._writer = writer
        self._protocol = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self._headers: dict[int, dict[str, str]] = {}
        self._bodies: dict[int, bytearray] = {}
        self._answering: set[asyncio.Task[None]] = set()
        self.asked: list[int] = []
        self.open: set[int] = set()
        self.most_open = 0
        self.pings = 0
        self.resets: list[int] = []
        # Hears nothing more, as something on the way that has forgotten the connection.
        self.is_mute = False
        self.is_over = asyncio.Event()

    async def run(self) -> None:
        if self._provider.settles:
            self._protocol.local_settings = Settings(client=False, initial_values=dict(self._provider.settings))
            self._protocol.initiate_connection()
            self._flush()
        with suppress(OSError, ProtocolError):
            while data := await self._reader.read(65_536):
                if self.is_mute or not self._provider.settles:
                    continue
                for event in self._protocol.receive_data(data):
                    self._handle(event)
                self._flush()
        self.is_over.set()
        for task in self._answering:
            task.cancel()
        self._writer.close()

    def set(self, code: SettingCodes, value: int) -> None:
        self._protocol.update_settings({code: value})
        self._flush()

    def go_away(self, last_stream_id: int) -> None:
        """In our own words, since h2 would say nothing more after it."""
        self._writer.write(GoAwayFrame(0, last_stream_id=last_stream_id).serialize())

    def hang_up(self) -> None:
        self._writer.transport.abort()

    def _handle(self, event: Event) -> None:
        match event:
            case RequestReceived():
                # The strings that were asked for.
                self._headers[event.stream_id] = {str(name): str(value) for name, value in event.headers}
                self._bodies[event.stream_id] = bytearray()
                self.open.add(event.stream_id)
                self.most_open = max(self.most_open, len(self.open))
                if self._provider.answers_early:
                    self._begin(event.stream_id)
            case DataReceived():
                self._bodies[event.stream_id] += event.data
                if self._provider.makes_room:
                    self._protocol.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            case StreamEnded() if not self._provider.answers_early:
                self._begin(event.stream_id)
            case StreamReset():
                self.open.discard(event.stream_id)
                self.resets.append(event.stream_id)
            case PingReceived():
                self.pings += 1

    def _begin(self, stream_id: int) -> None:
        headers = self._headers[stream_id]
        path, _, query = headers[":path"].partition("?")
        asked = Asked(headers[":method"], path, query, headers, bytes(self._bodies[stream_id]))
        self._provider.asked.append(asked)
        self.asked.append(stream_id)
        says = self._provider.answer(asked)
        task = asyncio.create_task(self._answer(stream_id, says))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, stream_id: int, says: Http2Says) -> None:
        if says.once is not None:
            await says.once.wait()
        if says.hangs_up:
            self.hang_up()
        if says.hangs or says.hangs_up:
            return
        with suppress(ProtocolError):
            if says.resets is not None:
                self._protocol.reset_stream(stream_id, says.resets)
            else:
                self._protocol.send_headers(stream_id, [(":status", str(says.status)), *says.headers.items()])
                await self._send(stream_id, says.body)
            self.open.discard(stream_id)
            self._flush()

    async def _send(self, stream_id: int, body: bytes) -> None:
        while True:
            room = min(self._protocol.local_flow_control_window(stream_id), 16_384)
            if room or not body:
                part, body = body[:room], body[room:]
                self._protocol.send_data(stream_id, part, end_stream=not body)
                self._flush()
            if not body:
                return
            await asyncio.sleep(0.001)

    def _flush(self) -> None:
        self._writer.write(self._protocol.data_to_send())


@dataclass(slots=True)
class Http2Provider:
    """`answer` may be replaced while it runs; `asked` is everything that it was asked, before it answered."""

    answer: Callable[[Asked], Http2Says]
    settings: Mapping[SettingCodes, int]
    # Says how many requests it takes, as it must.
    settles: bool
    # Makes room for more of a request's body when it has read some.
    makes_room: bool
    # Answers before it has read a request's body.
    answers_early: bool
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    connections: list[Served] = field(default_factory=list)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served = Served(self, reader, writer)
        self.connections.append(served)
        await served.run()


@asynccontextmanager
async def http2_provider(
    answer: Callable[[Asked], Http2Says] | Http2Says,
    settings: Mapping[SettingCodes, int] | None = None,
    *,
    settles: bool = True,
    makes_room: bool = True,
    answers_early: bool = False,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Http2Provider]:
    found = Http2Provider(
        answer if callable(answer) else lambda _: answer, settings or {}, settles, makes_room, answers_early
    )
    server = await asyncio.start_server(found._serve, "127.0.0.1", 0, ssl=tls)  # noqa: SLF001  # It is its own.
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()
        for connection in found.connections:
            connection.hang_up()
        for connection in found.connections:
            await connection.is_over.wait()
