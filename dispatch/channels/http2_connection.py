from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, Self

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    DataReceived,
    Event,
    PingAckReceived,
    RemoteSettingsChanged,
    ResponseReceived,
    StreamEnded,
    StreamReset,
    WindowUpdated,
)
from h2.exceptions import ProtocolError, StreamClosedError
from h2.settings import SettingCodes, Settings

from dispatch.channels.http2_frames import FrameSplitter, GoAway
from dispatch.http_client import AnswerLost, HttpAnswer, NotSent

# Where the server sets no limit, or one that is not meant.
_STREAMS: Final = 1_000
_SETTINGS: Final = {SettingCodes.ENABLE_PUSH: 0, SettingCodes.MAX_HEADER_LIST_SIZE: 65_536}
_READ_BYTES: Final = 65_536
_LONGEST_ANSWER: Final = 65_536
_PING: Final = b"hereornt"
_CLOSING: Final = "the connection is closing"
_LOST: Final = "the connection was lost"

Headers = Sequence[tuple[str, str]]


@dataclass(slots=True)
class _Exchange:
    """A request and its answer. Once `is_sent` the server may have taken it."""

    answer: asyncio.Future[HttpAnswer]
    is_sent: bool = False
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)

    def fail(self, reason: str, *, is_untouched: bool = False) -> None:
        if not self.answer.done():
            self.answer.set_exception(NotSent(reason) if is_untouched else self.failure(reason))

    def failure(self, reason: str) -> NotSent | AnswerLost:
        return AnswerLost(reason) if self.is_sent else NotSent(reason)

    def end(self) -> None:
        if not self.answer.done():
            self.answer.set_result(HttpAnswer(self.status, self.headers, bytes(self.body)))


class Http2Connection:
    """One connection to a server with as many requests at once as that allows (RFC 9113)."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._protocol = H2Connection(H2Configuration(client_side=True, header_encoding=None))
        self._frames = FrameSplitter()
        self._exchanges: dict[int, _Exchange] = {}
        # Set and replaced each time that somebody who waits for a free stream or for room should look again.
        self._change = asyncio.Event()
        self._is_settled = False
        self._pong: asyncio.Future[bool] | None = None
        self._heard_at = monotonic()
        self.takes_more = True
        self.is_over = False
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, host: str, port: int, tls: ssl.SSLContext | None) -> Self:
        """Ready for requests: before the server has said how many it takes at once, none is sent. Raises NotSent."""
        try:
            reader, writer = await asyncio.open_connection(host, port, ssl=tls)
        except OSError:
            # Its text names addresses.
            raise NotSent("no connection") from None
        made = cls(reader, writer)
        try:
            made._greet(is_plain=tls is None)
            while not made._is_settled:
                made._need_open()
                await made._change.wait()
        except BaseException:
            made.close()
            raise
        return made

    @property
    def silent_s(self) -> float:
        """For how long the server has said nothing."""
        return monotonic() - self._heard_at

    async def post(self, headers: Headers, body: bytes, until: float) -> HttpAnswer:
        """`until` is by the event loop's clock, and `headers` may be sent as they are.

        Raises NotSent where the server did not get all of it, else AnswerLost.
        """
        exchange = _Exchange(asyncio.get_running_loop().create_future())
        stream_id = 0
        try:
            async with asyncio.timeout_at(until):
                stream_id = await self._begin(headers, exchange)
                await self._write(stream_id, exchange, body)
                return await exchange.answer
        except TimeoutError:
            raise exchange.failure("no answer in time") from None
        except ProtocolError:
            raise exchange.failure(_LOST) from None
        finally:
            self._leave(stream_id)

    async def answers(self, within_s: float) -> bool:
        """Whether the server is still there."""
        self._pong = asyncio.get_running_loop().create_future()
        if self.is_over:
            return False
        self._protocol.ping(_PING)
        self._flush()
        try:
            async with asyncio.timeout(within_s):
                return await self._pong
        except TimeoutError:
            return False

    def close(self) -> None:
        """What is under way is lost."""
        self._reading.cancel()
        self._end()

    def _greet(self, *, is_plain: bool) -> None:
        tls = self._writer.get_extra_info("ssl_object")
        if not is_plain and tls.selected_alpn_protocol() != "h2":
            raise NotSent("the server does not speak HTTP/2")
        self._protocol.local_settings = Settings(client=True, initial_values=_SETTINGS)
        self._protocol.initiate_connection()
        self._flush()

    async def _begin(self, headers: Headers, exchange: _Exchange) -> int:
        while True:
            self._need_open()
            limit = min(self._protocol.remote_settings.max_concurrent_streams, _STREAMS)
            if self._protocol.open_outbound_streams < limit:
                break
            await self._change.wait()
        stream_id = self._protocol.get_next_available_stream_id()
        self._protocol.send_headers(stream_id, headers)
        self._exchanges[stream_id] = exchange
        self._flush()
        return stream_id

    async def _write(self, stream_id: int, exchange: _Exchange, body: bytes) -> None:
        """As fast as the server makes room. What it does not want to hear to the end it has answered by then."""
        while not exchange.answer.done() and not exchange.is_sent:
            window = self._protocol.local_flow_control_window(stream_id)
            room = min(window, self._protocol.max_outbound_frame_size)
            if body and room <= 0:
                await self._change.wait()
                continue
            part, body = body[:room], body[room:]
            self._protocol.send_data(stream_id, part, end_stream=not body)
            # Before the bytes leave: from here on nobody knows.
            exchange.is_sent = not body
            self._flush()

    def _need_open(self) -> None:
        if not self.takes_more:
            raise NotSent(_CLOSING)

    def _leave(self, stream_id: int) -> None:
        """Gives the stream back, also where the server still wants to answer, or answered before it had heard all."""
        if self._exchanges.pop(stream_id, None) is not None and not self.is_over:
            # Raised where both sides are done with it.
            with suppress(StreamClosedError):
                self._protocol.reset_stream(stream_id, ErrorCodes.CANCEL)
            self._flush()
        self._wake()
        self._end_if_done()

    async def _read(self) -> None:
        try:
            while data := await self._reader.read(_READ_BYTES):
                self._heard_at = monotonic()
                for frame in self._frames.fed(data):
                    self._hear(frame)
                self._flush()
        except (OSError, ProtocolError):
            # What h2 wants to say to the server about its fault.
            self._flush()
        finally:
            self._end()

    def _hear(self, frame: bytes | GoAway) -> None:
        if isinstance(frame, GoAway):
            self.takes_more = False
            for stream_id, exchange in self._exchanges.items():
                if stream_id > frame.last_stream_id:
                    exchange.fail(_CLOSING, is_untouched=True)
            self._wake()
            self._end_if_done()
            return
        for event in self._protocol.receive_data(frame):
            self._handle(event)

    def _handle(self, event: Event) -> None:
        match event:
            case ResponseReceived() | DataReceived() | StreamEnded() | StreamReset():
                self._handle_answer(event)
            case RemoteSettingsChanged():
                self._is_settled = True
                self._wake()
            case WindowUpdated():
                self._wake()
            case PingAckReceived() if self._pong is not None and not self._pong.done():
                self._pong.set_result(True)

    def _handle_answer(self, event: ResponseReceived | DataReceived | StreamEnded | StreamReset) -> None:
        if isinstance(event, DataReceived):
            # Room for more, also where nobody waits for this any longer.
            self._protocol.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        exchange = self._exchanges.get(event.stream_id)
        if exchange is None:
            return
        match event:
            case ResponseReceived():
                headers = {_text(name): _text(value) for name, value in event.headers}
                status = headers.pop(":status", "")
                exchange.status, exchange.headers = int(status) if status.isdecimal() else 0, headers
            case DataReceived():
                exchange.body += event.data[: _LONGEST_ANSWER - len(exchange.body)]
            case StreamEnded():
                exchange.end()
                # Who still waits for room on it looks again.
                self._wake()
            case StreamReset():
                exchange.fail(_LOST, is_untouched=event.error_code == ErrorCodes.REFUSED_STREAM)
                self._wake()

    def _flush(self) -> None:
        """Nobody waits for the network here: what is under way is bounded by the server's limits."""
        data = self._protocol.data_to_send()
        if data and not self._writer.is_closing():
            self._writer.write(data)

    def _wake(self) -> None:
        self._change.set()
        self._change = asyncio.Event()

    def _end_if_done(self) -> None:
        if not self.takes_more and not self._exchanges:
            self.close()

    def _end(self) -> None:
        self.takes_more, self.is_over = False, True
        for exchange in self._exchanges.values():
            exchange.fail(_LOST)
        self._exchanges.clear()
        if self._pong is not None and not self._pong.done():
            self._pong.set_result(False)
        self._wake()
        self._writer.close()


def _text(found: str | bytes) -> str:
    return found if isinstance(found, str) else found.decode("utf-8", "replace")
