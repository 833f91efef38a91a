from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gateway.stack.part import Part
from gateway.stack.plain_environment import plain_environment
from gateway.stack.probe import greets


@dataclass(frozen=True, slots=True)
class MailboxServer:
    """An SMTP server that keeps every letter as a file and sends none on."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?starttls=never"

    def part(self) -> Part:
        return Part(
            name="mailbox",
            argv=(sys.executable, "-m", "gateway.stack.mailbox_process", str(self.folder), str(self.port)),
            environment=plain_environment(),
            answers=partial(greets, "127.0.0.1", self.port),
        )
