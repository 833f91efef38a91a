"""A provider of text messages on this machine, by Twilio's protocol: `python -m bench.dispatch.provider PORT MS TOKEN`.

It answers after so many ms, and then says to the address that the message named that it was delivered. `/report` tells
which messages it has, and when each came, in ns; `/forget` begins anew. It parses no more than it has to, so that most
of the machine is left to what is measured.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import sys
import time
from base64 import b64encode
from collections import defaultdict
from http import HTTPStatus
from itertools import count
from typing import cast
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import httptools
import uvloop

_CALLERS = 256
_TIMEOUT = aiohttp.ClientTimeout(total=30)
_NUMBERS = count(1)


class Provider:
    def __init__(self, delay_s: float, token: bytes) -> None:
        self.delay_s = delay_s
        self._token = token
        self._seen: defaultdict[str, list[int]] = defaultdict(list)
        self._receipts: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    def take(self, body: bytes) -> bytes:
        """What is answered, after a while, to the form of one message."""
        form = dict(parse_qsl(body.decode()))
        callback = form["StatusCallback"]
        self._seen[dict(parse_qsl(urlsplit(callback).query))["message"]].append(time.time_ns())
        sid = f"SM{next(_NUMBERS):032x}"
        asyncio.get_running_loop().call_later(self.delay_s, self._receipts.put_nowait, (callback, sid))
        return json.dumps({"sid": sid, "status": "queued"}).encode()

    def report(self) -> bytes:
        return json.dumps(self._seen).encode()

    def forget(self) -> bytes:
        self._seen.clear()
        return b"{}"

    async def call_back(self) -> None:
        async with (
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=_CALLERS), timeout=_TIMEOUT) as session,
            asyncio.TaskGroup() as callers,
        ):
            for _ in range(_CALLERS):
                callers.create_task(self._tell(session))

    async def _tell(self, session: aiohttp.ClientSession) -> None:
        while True:
            url, sid = await self._receipts.get()
            form = {"MessageSid": sid, "MessageStatus": "delivered"}
            signed = url + "".join(name + value for name, value in sorted(form.items()))
            signature = b64encode(hmac.digest(self._token, signed.encode(), "sha1")).decode()
            try:
                async with session.post(url, data=form, headers={"X-Twilio-Signature": signature}) as answer:
                    is_taken = answer.status == HTTPStatus.OK
            except (aiohttp.ClientError, OSError):
                # A connection that was idle for long may be closed at the moment in which it is used again.
                is_taken = False
            if not is_taken:
                # As Twilio does: what was not taken is said again.
                self._receipts.put_nowait((url, sid))


class Connection(asyncio.Protocol):
    """Requests of one connection, one after the other."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._parser = httptools.HttpRequestParser(self)
        self._url, self._body = b"", b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Each kind of server makes a kind of its own; this one makes those of sockets.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        self._url, self._body = b"", b""

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        if self._url == b"/report":
            self._answer(b"200 OK", self._provider.report())
        elif self._url == b"/forget":
            self._answer(b"200 OK", self._provider.forget())
        else:
            said = self._provider.take(self._body)
            asyncio.get_running_loop().call_later(self._provider.delay_s, self._answer, b"201 Created", said)

    def _answer(self, status: bytes, body: bytes) -> None:
        if not self._transport.is_closing():
            head = b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            self._transport.write(head % (status, len(body)) + body)


async def serve(port: int, delay_ms: int, token: str) -> None:
    provider = Provider(delay_ms / 1000, token.encode())
    server = await asyncio.get_running_loop().create_server(lambda: Connection(provider), "127.0.0.1", port)
    async with server:
        await provider.call_back()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
