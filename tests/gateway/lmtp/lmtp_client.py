"""A mail server's side of LMTP (RFC 2033), by hand: the library's own client reads one answer for a whole letter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

_WITHIN_S = 20.0


@dataclass(slots=True)
class LmtpClient:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def answer(self) -> str:
        """The next one, of as many lines as it has; empty where the server is gone."""
        lines = []
        while True:
            line = (await asyncio.wait_for(self.reader.readline(), _WITHIN_S)).decode().rstrip("\r\n")
            lines.append(line)
            if line[3:4] != "-":
                return "\n".join(lines)

    async def say(self, command: str) -> str:
        self.writer.write(f"{command}\r\n".encode())
        return await self.answer()

    async def greet(self) -> str:
        assert (await self.answer()).startswith("220 ")
        return await self.say("LHLO mx.example.net")

    async def bring(self, letter: bytes, *recipients: str, sender: str = "") -> Sequence[str]:
        """What is answered for each recipient."""
        assert await self.say(f"MAIL FROM:<{sender}>") == "250 2.0.0 OK"
        for each in recipients:
            assert await self.say(f"RCPT TO:<{each}>") == "250 2.1.5 Recipient known"
        assert (await self.say("DATA")).startswith("354 ")
        stuffed = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in letter.split(b"\r\n"))
        self.writer.write(stuffed + b".\r\n")
        return [await self.answer() for _ in recipients]


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[LmtpClient]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield LmtpClient(reader, writer)
    finally:
        writer.close()
