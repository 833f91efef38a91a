from __future__ import annotations

import asyncio
from ssl import SSLContext

_TIMEOUT_S = 2.0


async def accepts(host: str, port: int) -> bool:
    """Somebody listens there. Raises OSError where nobody does."""
    _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), _TIMEOUT_S)
    await _close(writer)
    return True


async def greets(host: str, port: int, secure: SSLContext | None = None) -> bool:
    """An SMTP server says 220 there. Raises OSError where nobody listens."""
    return (await _first_line(host, port, b"", secure)).startswith(b"220")


async def is_ready(host: str, port: int) -> bool:
    """The gateway there answers GET /readyz with 200. Raises OSError where nobody listens."""
    name = f"[{host}]" if ":" in host else host
    request = f"GET /readyz HTTP/1.1\r\nHost: {name}:{port}\r\nConnection: close\r\n\r\n".encode("ascii")
    words = (await _first_line(host, port, request)).split()
    return len(words) > 1 and words[1] == b"200"


async def _first_line(host: str, port: int, request: bytes, secure: SSLContext | None = None) -> bytes:
    async with asyncio.timeout(_TIMEOUT_S):
        reader, writer = await asyncio.open_connection(host, port, ssl=secure)
        try:
            writer.write(request)
            return await reader.readline()
        finally:
            await _close(writer)


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    try:
        await writer.wait_closed()
    except OSError:
        # It was closed from the other side, which is as good.
        return
