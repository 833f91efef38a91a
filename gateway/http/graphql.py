from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import replace

from starlette.types import Receive, Scope, Send

from dispatch.counters import Counter
from gateway.api_keys import KeyRing, Viewer
from gateway.errors import RequestRefused
from gateway.http.accept import JSON, media_type_for
from gateway.http.body import Disconnected, graphql_request, is_large
from gateway.http.exchange import (
    BOOKMARK,
    header,
    new_request_id,
    refused_outcome,
    require_method,
    send_outcome,
    viewer_of,
)
from gateway.http.large_bodies import LargeBodies
from gateway.operations import GraphQLRequest, Operations, Outcome, failure
from graph.errors import UnknownCommit
from graph.vocabulary import Right


class GraphQLOverHttp:
    """POST /graphql as an ASGI application. Nothing of a request is looked at before its key."""

    def __init__(self, operations: Operations, keys: KeyRing) -> None:
        self._operations = operations
        self._keys = keys
        self._large = LargeBodies()
        # By the first digit of their status.
        self._answered = {2: 0, 4: 0, 5: 0}

    def counters(self) -> Iterator[Counter]:
        for digit, value in self._answered.items():
            yield Counter(
                "customer_graph_graphql_requests_total",
                "Answers over HTTP by the class of their status.",
                value,
                (("status", f"{digit}xx"),),
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = new_request_id()
        media_type = media_type_for(header(scope, b"accept"))
        more: Mapping[str, str] = {}
        try:
            outcome = await self._answer(scope, receive, request_id, media_type)
        except RequestRefused as refused:
            outcome, more = refused_outcome(refused, request_id), refused.headers
        except Disconnected:
            return
        except asyncio.CancelledError:
            # The process is going down. What was asked may or may not have happened; the client shall hear that much.
            outcome = failure(UnknownCommit("the gateway is stopping"), request_id)
        except Exception as error:  # noqa: BLE001  # The last line before the client: nothing may pass it.
            outcome = failure(error, request_id)
        self._answered[outcome.status // 100] += 1
        await send_outcome(send, outcome, request_id, media_type or JSON, more)

    async def _answer(self, scope: Scope, receive: Receive, request_id: str, media_type: str | None) -> Outcome:
        viewer = await viewer_of(scope, self._keys)
        require_method(scope, "POST")
        if media_type is None:
            raise RequestRefused(406, "Answers are application/graphql-response+json or application/json.")
        if Right.BULK in viewer.rights and is_large(scope):
            async with self._large:
                return await self._run(scope, await graphql_request(scope, receive, is_bulk=True), viewer, request_id)
        return await self._run(scope, await graphql_request(scope, receive), viewer, request_id)

    async def _run(self, scope: Scope, asked: GraphQLRequest, viewer: Viewer, request_id: str) -> Outcome:
        bookmark = header(scope, BOOKMARK)
        if bookmark:
            asked = replace(asked, bookmark=bookmark)
        return await self._operations.run(asked, viewer, request_id)
