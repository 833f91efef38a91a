from __future__ import annotations

from typing import Final

from aiohttp import web

from dispatch.counters import exposition
from dispatch.handovers import Handovers

# Nobody has a key here, so that only this machine may ask. There is nothing of any message in the numbers.
HOST: Final = "127.0.0.1"
_CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


class WorkerMetrics:
    """GET /metrics of a worker, for Prometheus on the same machine."""

    def __init__(self, port: int, handovers: Handovers) -> None:
        self._port = port
        self._handovers = handovers
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Raises ValueError that names the variable where nobody can listen on its port."""
        application = web.Application()
        application.router.add_get("/metrics", self._answer)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, HOST, self._port).start()
        except OSError as error:
            await self.stop()
            raise ValueError(
                f"CUSTOMER_GRAPH_WORKER_METRICS_PORT: nobody can listen on {self._port} ({error.strerror})"
            ) from None

    async def stop(self) -> None:
        """Harmless when called twice."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _answer(self, _request: web.Request) -> web.Response:
        headers = {"content-type": _CONTENT_TYPE, "cache-control": "no-store"}
        return web.Response(body=exposition(self._handovers.counters()).encode(), headers=headers)
