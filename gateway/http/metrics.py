from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from starlette.types import Receive, Scope, Send

from dispatch.counters import Counter, exposition
from gateway.api_keys import KeyRing
from gateway.errors import RequestRefused
from gateway.http.exchange import new_request_id, refused_outcome, require_method, respond, send_outcome, viewer_of
from gateway.operations import failure
from graph.errors import GraphError

_CONTENT_TYPE = (b"content-type", b"text/plain; version=0.0.4; charset=utf-8")


class Metrics:
    """GET /metrics as an ASGI application, for Prometheus with an API key."""

    def __init__(
        self,
        keys: KeyRing,
        counters: Callable[[], Iterable[Counter]],
        gauges: Callable[[], Awaitable[Iterable[Counter]]],
    ) -> None:
        self._keys = keys
        self._counters = counters
        self._gauges = gauges

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        request_id = new_request_id()
        try:
            await viewer_of(scope, self._keys)
            require_method(scope, "GET")
        except RequestRefused as refused:
            await send_outcome(send, refused_outcome(refused, request_id), request_id, more=refused.headers)
        except GraphError as error:
            await send_outcome(send, failure(error, request_id), request_id)
        else:
            headers = [_CONTENT_TYPE, (b"cache-control", b"no-store")]
            numbers = [*self._counters(), *await self._gauges()]
            await respond(send, 200, headers, exposition(numbers).encode())
