from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import uvicorn
from starlette.types import ASGIApp

from gateway.http.body import MAX_BODY_BYTES
from gateway.http.sockets import GraphQLOverWebSocket

# Together under the five seconds that a supervisor grants.
_SOCKETS_CLOSE_WITHIN_S = 1.0
_REQUESTS_END_WITHIN_S = 3
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Server(uvicorn.Server):
    """uvicorn, which on its way down tells open sockets that it goes away, and then ends without a signal."""

    def __init__(self, app: ASGIApp, sockets: GraphQLOverWebSocket, host: str, port: int) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                loop="uvloop",
                http="httptools",
                ws="websockets-sansio",
                ws_max_size=MAX_BODY_BYTES,
                # Every line of its own would name an address.
                access_log=False,
                log_config=None,
                log_level="warning",
                lifespan="off",
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=_REQUESTS_END_WITHIN_S,
            )
        )
        self._web_sockets = sockets

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        # uvicorn itself would say 1012, which tells a client nothing about coming back.
        with suppress(TimeoutError):
            await asyncio.wait_for(self._web_sockets.close_all(), _SOCKETS_CLOSE_WITHIN_S)
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """A stop that was asked for ends with status 0; uvicorn would raise the signal again at the end."""
        loop = asyncio.get_running_loop()
        for each in _SIGNALS:
            loop.add_signal_handler(each, self._stop)
        try:
            yield
        finally:
            for each in _SIGNALS:
                loop.remove_signal_handler(each)

    def _stop(self) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True
