"""A provider on loopback that says exactly what a test wants it to say, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return orjson.loads(self.body)


@dataclass(frozen=True, slots=True)
class Says:
    """What the provider answers. `hangs` never does, `hangs_up` closes the connection instead."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    hangs: bool = False
    hangs_up: bool = False

    @classmethod
    def json(cls, content: object, status: int = 200, **headers: str) -> Says:
        return cls(status, orjson.dumps(content), {"Content-Type": "application/json", **headers})


@dataclass(slots=True)
class HttpProvider:
    """`answer` may be replaced while it runs; `asked` is everything that it was asked, before it answered."""

    answer: Callable[[Asked], Says]
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    connections: set[object] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        self.connections.add(request.transport)
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Asked(request.method, request.path, request.query_string, headers, await request.read())
        self.asked.append(asked)
        says = self.answer(asked)
        if says.hangs:
            await asyncio.Event().wait()
        if says.hangs_up and request.transport is not None:
            request.transport.close()
        return web.Response(status=says.status, body=says.body, headers=says.headers)


@asynccontextmanager
async def provider(answer: Callable[[Asked], Says] | Says) -> AsyncIterator[HttpProvider]:
    found = HttpProvider(answer if callable(answer) else lambda _: answer)
    server = web.Server(found._serve)  # noqa: SLF001  # It is the provider's own.
    runner = web.ServerRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.port = runner.addresses[0][1]
    try:
        yield found
    finally:
        await runner.cleanup()
