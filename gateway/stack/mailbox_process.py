"""The mailbox's own process: `python -m gateway.stack.mailbox_process FOLDER PORT`."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sys
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

_LARGEST_LETTER_BYTES = 32_000_000


class Keeper:
    """Stores a letter before it says so: after 250 it is on the disk, whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # Aiosmtpd's name.
        del server, session
        try:
            store(self._folder, envelope, datetime.now(UTC))
        except OSError:
            # The sender keeps it and tries again, as with any full mailbox.
            return "452 The letter could not be stored"
        return "250 Stored"


def store(folder: Path, envelope: Envelope, now: datetime) -> Path:
    """One file, whatever number of recipients; names sort by time, to the microsecond."""
    name = f"{now:%Y%m%dT%H%M%S}.{now.microsecond:06d}Z-{secrets.token_hex(3)}.eml"
    temporary = folder / f".{name}"
    # Readers look only at *.eml without a leading dot, so they never meet half a letter.
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(_envelope_lines(envelope, now) + _content(envelope))
        file.flush()
        os.fsync(file.fileno())
    return temporary.rename(folder / name)


def _envelope_lines(envelope: Envelope, now: datetime) -> bytes:
    # What the letter's own header need not say: who really gets it, and when it came.
    lines = [f"Return-Path: <{envelope.mail_from or ''}>"]
    lines += [f"Delivered-To: {recipient}" for recipient in envelope.rcpt_tos]
    lines.append(f"Received: by the local mailbox; {format_datetime(now)}")
    return "".join(f"{line}\r\n" for line in lines).encode()


def _content(envelope: Envelope) -> bytes:
    content = envelope.content or b""
    return content if isinstance(content, bytes) else content.encode()


async def _run(folder: Path, port: int) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    keeper = Keeper(folder)
    server = await loop.create_server(
        lambda: SMTP(
            keeper,
            hostname="localhost",
            ident="Customer Graph mailbox",
            data_size_limit=_LARGEST_LETTER_BYTES,
            enable_SMTPUTF8=True,
            loop=loop,
        ),
        host="127.0.0.1",
        port=port,
    )
    # Not `async with`: that would wait for clients which keep their connection open.
    await ended.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(_run(Path(sys.argv[1]), int(sys.argv[2])))
