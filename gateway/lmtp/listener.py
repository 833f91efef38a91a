from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from gateway.lmtp.address import VARIABLE, LmtpAddress
from gateway.lmtp.letters import Letters
from gateway.lmtp.protocol import LmtpProtocol

_log: Final = logging.getLogger(__name__)

# As by HTTP. With as many connections as there may be it bounds what letters take of the memory.
MOST_BYTES: Final = 1_048_576
MOST_CONNECTIONS: Final = 20
# For each command, and for a letter with all that is done for it; the graph's own limits end that sooner.
TIMEOUT_S: Final = 300.0
# Its lines hold addresses and whole commands.
_LOUD: Final = "mail.log"


@dataclass(slots=True)
class LmtpListener:
    """Takes letters from the mail servers of this house (RFC 2033). Nobody is asked who they are: see the address."""

    address: LmtpAddress
    letters: Letters
    timeout_s: float = TIMEOUT_S
    most_connections: int = MOST_CONNECTIONS
    _open: set[LmtpProtocol] = field(default_factory=set, init=False)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        """Gives the port. In the end open connections are cut: a letter that was not answered for comes again.

        Raises ValueError that names the variable where nobody can listen there.
        """
        logging.getLogger(_LOUD).setLevel(logging.ERROR)
        loop = asyncio.get_running_loop()
        try:
            server = await loop.create_server(self._protocol, self.address.host, self.address.port)
        except OSError as error:
            raise ValueError(f"{VARIABLE}: nobody can listen on port {self.address.port} ({error.strerror})") from None
        port = server.sockets[0].getsockname()[1]
        _log.info("letters are taken by LMTP on port %d", port)
        try:
            yield port
        finally:
            server.close()
            for each in list(self._open):
                if each.transport is not None:
                    each.transport.close()

    def _protocol(self) -> LmtpProtocol:
        def enter() -> bool:
            if len(self._open) >= self.most_connections:
                return False
            self._open.add(protocol)
            return True

        protocol = LmtpProtocol(
            self.letters,
            hostname="customer-graph",
            ident="LMTP",
            data_size_limit=MOST_BYTES,
            enable_SMTPUTF8=True,
            timeout=self.timeout_s,
            loop=asyncio.get_running_loop(),
            enter=enter,
            leave=lambda: self._open.discard(protocol),
        )
        return protocol
