from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Final, cast

from aiosmtpd.lmtp import LMTP

_START_INPUT: Final = "354"
_GREETING: Final = "220"
# What a server says of itself and of what it can; all other answers carry a code of RFC 2034 behind their own.
_PLAIN: Final = re.compile(r"([245])([0-9]{2}) (?![245]\.[0-9]{1,3}\.[0-9]{1,3}\b)")
_TOO_MANY: Final = b"421 4.3.2 Too many connections\r\n"


class LmtpProtocol(LMTP):
    """RFC 2033 where the library speaks SMTP: each recipient of a letter is answered for, and each answer has its code.

    `enter` says whether there is room for one more connection; `leave` is called when one that entered has ended.
    """

    # A mail server breaks lines at 1,000 bytes; a reply by a sloppy program is not lost for a longer one.
    line_length_limit = 100_000

    def __init__(
        self, *arguments: object, enter: Callable[[], bool], leave: Callable[[], None], **more: object
    ) -> None:
        self._enter = enter
        self._leave = leave
        self._entered = False
        self._lists = False
        # How many wait for an answer to what is being sent; 0 outside of a letter.
        self._recipients = 0
        super().__init__(*arguments, **more)  # type: ignore[arg-type]  # They are the library's own.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._entered = self._enter()
        if self._entered:
            super().connection_made(transport)
        else:
            # Its class says nothing of it: uvloop's are of none of the library's.
            refused = cast("asyncio.WriteTransport", transport)
            refused.write(_TOO_MANY)
            refused.close()

    def connection_lost(self, error: Exception | None) -> None:
        if self._entered:
            self._entered = False
            self._leave()
            super().connection_lost(error)

    def eof_received(self) -> bool | None:
        return super().eof_received() if self._entered else False

    async def smtp_LHLO(self, arg: str) -> None:  # noqa: N802  # Aiosmtpd's name.
        self._lists = True
        await super().smtp_LHLO(arg)
        self._lists = False

    async def push(self, status: str | bytes) -> None:
        text = status.decode() if isinstance(status, bytes) else status
        if text.startswith(_START_INPUT):
            self._recipients = len(self.envelope.rcpt_tos) if self.envelope else 0
            await super().push(text)
            return
        count, self._recipients = self._recipients or 1, 0
        said = text if self._lists or text.startswith(_GREETING) else _PLAIN.sub(r"\1\2 \1.0.0 ", text, count=1)
        await super().push("\r\n".join([said] * count))
