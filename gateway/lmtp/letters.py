from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from aiosmtpd.smtp import SMTP, Envelope, Session

_log: Final = logging.getLogger(__name__)

MOST_RECIPIENTS: Final = 100
_LATER: Final = "451 4.3.0 Not taken now, try again later"


@dataclass(frozen=True, slots=True)
class Letters:
    """What becomes of each letter that is brought: taken once all that it says is committed, and else brought again.

    `take` is given whom it is for and the letter, and says whether it is taken.
    """

    take: Callable[[Sequence[str], bytes], Awaitable[bool]]

    async def handle_EHLO(  # noqa: N802  # Aiosmtpd's name.
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        del server, envelope
        session.host_name = hostname
        # RFC 2033 asks both of every server.
        return [*responses[:-1], "250-PIPELINING", "250-ENHANCEDSTATUSCODES", responses[-1]]

    async def handle_RCPT(  # noqa: N802  # Aiosmtpd's name.
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient known"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # Aiosmtpd's name.
        del server, session
        try:
            taken = await self.take(envelope.rcpt_tos, envelope.original_content or b"")
        except Exception as error:  # noqa: BLE001  # Whatever it was, the letter is not committed, and has to come again.
            return await self.handle_exception(error)
        return "250 2.0.0 Taken" if taken else _LATER

    async def handle_exception(self, error: Exception) -> str:
        """For what went wrong anywhere in a dialogue. The error's own words may hold what somebody wrote."""
        _log.error("a letter has to come again: %s", type(error).__name__)
        return _LATER
