from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from dispatch.channels.http2_connection import Http2Connection
from dispatch.http_client import HttpAnswer, NotSent
from dispatch.single_flight import SingleFlight

# Shares of the lease, as those of HttpClient.
_CONNECT_SHARE: Final = 0.3
_PING_SHARE: Final = 0.1
_TOTAL_SHARE: Final = 0.8
# What was silent for longer may have been forgotten by something on the way, which would eat the next message.
_SILENCE_S: Final = 15.0


class Http2Client:
    """Requests to one server over one connection, and over another one where that has ended.

    It opens it on the event loop of its first request.
    """

    def __init__(
        self, base_url: str, lease_ms: int, tls: ssl.SSLContext | None = None, silence_s: float = _SILENCE_S
    ) -> None:
        """An http:// address is spoken to without TLS, as by somebody who knows that it speaks HTTP/2."""
        parts = urlsplit(base_url)
        self._is_plain = parts.scheme == "http"
        self._host, self._port = parts.hostname or "", parts.port or (80 if self._is_plain else 443)
        self._fixed = [(":method", "POST"), (":scheme", parts.scheme), (":authority", parts.netloc)]
        self._tls = tls
        lease_s = lease_ms / 1000
        self._connect_s, self._ping_s, self._total_s = (
            lease_s * share for share in (_CONNECT_SHARE, _PING_SHARE, _TOTAL_SHARE)
        )
        self._silence_s = silence_s
        self._opening = SingleFlight(self._open)
        # The last is the one in use; those before it still wait for answers.
        self._connections: list[Http2Connection] = []

    async def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> HttpAnswer:
        """`headers` by their names in small letters. Raises NotSent or AnswerLost."""
        until = asyncio.get_running_loop().time() + self._total_s
        connection = self._last()
        if connection is None or connection.silent_s > self._silence_s:
            connection = await self._opening.result()
        return await connection.post([*self._fixed, (":path", path), *headers.items()], body, until)

    async def close(self) -> None:
        await self._opening.close()
        for connection in self._connections:
            connection.close()

    def _last(self) -> Http2Connection | None:
        """The one that takes requests."""
        last = self._connections[-1] if self._connections else None
        return last if last is not None and last.takes_more else None

    async def _open(self) -> Http2Connection:
        """Raises NotSent."""
        last = self._last()
        if last is not None:
            if last.silent_s <= self._silence_s or await last.answers(self._ping_s):
                return last
            last.close()
        self._connections = [each for each in self._connections if not each.is_over]
        try:
            async with asyncio.timeout(self._connect_s):
                made = await Http2Connection.open(self._host, self._port, None if self._is_plain else self._context())
        except TimeoutError:
            raise NotSent("no connection") from None
        self._connections.append(made)
        return made

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            # Reading the machine's certificates takes tens of milliseconds, so it is done once.
            self._tls = ssl.create_default_context()
            self._tls.set_alpn_protocols(["h2"])
        return self._tls
