"""A line between two programs that a test can cut, or hold so that it looks whole and nothing comes through."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Proxy:
    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._pipes: set[asyncio.Task[None]] = set()
        self._is_cut = False
        # How often something was on its way when a connection ended.
        self.dropped = 0
        self._there, self._back = asyncio.Event(), asyncio.Event()
        self.release()

    def hold(self) -> None:
        """Takes everything, new connections too, and passes nothing on."""
        self._there.clear()
        self._back.clear()

    def hold_answers(self) -> None:
        """What is asked arrives; what is answered does not."""
        self._back.clear()

    def release(self) -> None:
        """What was held goes on its way."""
        self._there.set()
        self._back.set()

    def cut(self) -> None:
        """Ends every connection, and every new one at once."""
        self._is_cut = True
        for pipe in self._pipes:
            pipe.cancel()

    def mend(self) -> None:
        self._is_cut = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._carry(reader, writer))
        self._pipes.add(task)
        task.add_done_callback(self._pipes.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_writer: asyncio.StreamWriter | None = None
        try:
            if not self._is_cut:
                far_reader, far_writer = await asyncio.open_connection(*self._target)
                there, back = (reader, far_writer, self._there), (far_reader, writer, self._back)
                await asyncio.gather(self._copy(*there), self._copy(*back))
        except (OSError, asyncio.CancelledError):
            return
        finally:
            for end in filter(None, (writer, far_writer)):
                end.close()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flows: asyncio.Event) -> None:
        while data := await reader.read(65_536):
            try:
                await flows.wait()
            except asyncio.CancelledError:
                self.dropped += 1
                raise
            writer.write(data)
            await writer.drain()
        await flows.wait()
        writer.close()


@asynccontextmanager
async def proxy_to(host: str, port: int) -> AsyncIterator[tuple[Proxy, int]]:
    proxy = Proxy(host, port)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    try:
        yield proxy, server.sockets[0].getsockname()[1]
    finally:
        server.close()
        proxy.cut()
