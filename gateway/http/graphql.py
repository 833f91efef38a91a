from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from http import HTTPStatus

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.api_keys import KeyRing, Viewer
from gateway.errors import ErrorCode, RequestRefused
from gateway.http.accept import JSON, media_type_for
from gateway.http.body import graphql_request
from gateway.operations import Operations, Outcome, failure, refusal
from gateway.public_errors import Reason
from gateway.schema.context import Context, Services
from graph.errors import UnknownCommit


def new_request_id() -> str:
    return secrets.token_hex(8)


class GraphQLOverHttp:
    """POST /graphql as an ASGI application. Nothing of a request is looked at before its key."""

    def __init__(self, operations: Operations, services: Services, keys: KeyRing) -> None:
        self._operations = operations
        self._services = services
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        request_id = new_request_id()
        media_type = media_type_for(request.headers.get("accept"))
        try:
            outcome, headers = await self._outcome(request, request_id, media_type)
        except ClientDisconnect:
            return
        await _response(outcome, headers, request_id, media_type or JSON)(scope, receive, send)

    async def _outcome(
        self, request: Request, request_id: str, media_type: str | None
    ) -> tuple[Outcome, Mapping[str, str]]:
        try:
            return await self._answered(request, request_id, media_type), {}
        except RequestRefused as refused:
            reason = Reason(refused.code, refused.message)
            return refusal(HTTPStatus(refused.status), reason, request_id), refused.headers
        except ClientDisconnect:
            raise
        except asyncio.CancelledError:
            # The process is going down. What was asked may or may not have happened; the client shall hear that much.
            return failure(UnknownCommit("the gateway is stopping"), request_id), {}
        except Exception as error:  # noqa: BLE001  # The last line before the client: nothing may pass it.
            return failure(error, request_id), {}

    async def _answered(self, request: Request, request_id: str, media_type: str | None) -> Outcome:
        viewer = await self._viewer(request)
        if request.method != "POST":
            raise RequestRefused(405, "Send a POST.", headers={"Allow": "POST"})
        if media_type is None:
            raise RequestRefused(406, "Answers are application/graphql-response+json or application/json.")
        asked = await graphql_request(request)
        return await self._operations.run(asked, Context.of(self._services, viewer, request_id))

    async def _viewer(self, request: Request) -> Viewer:
        viewer = await self._keys.viewer(request.headers.get("authorization"))
        if viewer is None:
            raise RequestRefused(
                401,
                "Send your API key as `Authorization: Bearer …`.",
                ErrorCode.UNAUTHENTICATED,
                {"WWW-Authenticate": 'Bearer realm="customer-graph"'},
            )
        return viewer


def _response(outcome: Outcome, headers: Mapping[str, str], request_id: str, media_type: str) -> Response:
    response = Response(orjson.dumps(outcome.body), outcome.status)
    response.headers["content-type"] = f"{media_type}; charset=utf-8"
    response.headers["cache-control"] = "no-store"
    response.headers["x-request-id"] = request_id
    if outcome.retry_after_s is not None:
        response.headers["retry-after"] = str(outcome.retry_after_s)
    response.headers.update(headers)
    return response
