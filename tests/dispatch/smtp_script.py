"""A mail server that says exactly what a test wants it to say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

# As an answer: take the command, and say nothing for ever, or hang up.
HANG: Final = "<hang>"
CLOSE: Final = "<close>"

_USUAL: Final = {
    "GREETING": "220 ready",
    "EHLO": "250 ready",
    "MAIL": "250 2.1.0 Ok",
    "RCPT": "250 2.1.5 Ok",
    "RSET": "250 2.0.0 Ok",
    "DATA": "354 go on",
    "DOT": "250 2.0.0 Ok: queued as 4F2A9",
    "QUIT": "221 bye",
}


@dataclass(slots=True)
class ScriptedServer:
    """`answers` by verb; GREETING is the first line, DOT what follows the letter. They may be changed while it runs."""

    answers: dict[str, str]
    port: int = 0
    commands: list[str] = field(default_factory=list)
    letters: list[bytes] = field(default_factory=list)
    # How many have connected, and who of them is there.
    connections: int = 0
    present: set[asyncio.StreamWriter] = field(default_factory=set)
    # The letter is there, and the server answers when this is set.
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def verbs(self) -> list[str]:
        return [command.partition(" ")[0] for command in self.commands]

    def hang_up(self, last_words: bytes = b"") -> None:
        """On all who are there."""
        for writer in self.present:
            writer.write(last_words)
            writer.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.present.add(writer)
        try:
            if not await self._say(reader, writer, "GREETING"):
                return
            while line := await reader.readline():
                self.commands.append(line.decode().strip())
                verb = self.commands[-1].partition(" ")[0].upper()
                if not await self._say(reader, writer, verb) or verb == "QUIT":
                    return
                if verb == "DATA" and self._answer("DATA").startswith("354"):
                    self.letters.append(await reader.readuntil(b"\r\n.\r\n"))
                    await self.may_answer.wait()
                    if not await self._say(reader, writer, "DOT"):
                        return
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            return
        finally:
            self.present.discard(writer)
            writer.close()

    def _answer(self, verb: str) -> str:
        return {**_USUAL, **self.answers}.get(verb, "500 5.5.2 what?")

    async def _say(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, verb: str) -> bool:
        answer = self._answer(verb)
        if answer == HANG:
            # Until the other side has had enough.
            await reader.read()
        if answer in {HANG, CLOSE}:
            return False
        writer.write(f"{answer}\r\n".encode())
        await writer.drain()
        return True


@asynccontextmanager
async def scripted_server(**answers: str) -> AsyncIterator[ScriptedServer]:
    script = ScriptedServer(answers)
    script.may_answer.set()
    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task:
            serving.add(task)
        await script.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    script.port = server.sockets[0].getsockname()[1]
    try:
        yield script
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
