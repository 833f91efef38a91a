from __future__ import annotations

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import TypeAlias

import orjson
from starlette.types import Scope, Send

from gateway.api_keys import KeyRing, Viewer
from gateway.errors import ErrorCode, RequestRefused
from gateway.http.accept import GRAPHQL_RESPONSE, JSON
from gateway.operations import Outcome, refusal
from gateway.public_errors import Reason

Headers: TypeAlias = list[tuple[bytes, bytes]]

# A mutation answers with it; a request that brings it back sees what was written.
BOOKMARK = b"customer-graph-bookmark"
_CACHE_CONTROL = (b"cache-control", b"no-store")
_CONTENT_TYPES = {each: (b"content-type", f"{each}; charset=utf-8".encode()) for each in (JSON, GRAPHQL_RESPONSE)}
_NO_MORE: Mapping[str, str] = MappingProxyType({})


def new_request_id() -> str:
    return secrets.token_hex(8)


def header(scope: Scope, name: bytes) -> str | None:
    """The first header of that name, which has to be in lower case as a server writes it."""
    for each, value in scope["headers"]:
        if each == name:
            text: str = value.decode("latin-1")
            return text
    return None


async def viewer_of(scope: Scope, keys: KeyRing) -> Viewer:
    """Raises RequestRefused where there is no good key, GraphUnavailable where that cannot be said now."""
    authorization = header(scope, b"authorization")
    viewer = await keys.viewer(authorization)
    if viewer is None:
        raise RequestRefused(
            401,
            "This API key is not known." if authorization else "Send your API key as `Authorization: Bearer …`.",
            ErrorCode.UNAUTHENTICATED,
            {"WWW-Authenticate": 'Bearer realm="customer-graph"'},
        )
    return viewer


def require_method(scope: Scope, method: str) -> None:
    """Raises RequestRefused for any other."""
    if scope["method"] != method:
        raise RequestRefused(405, f"Send a {method}.", headers={"Allow": method})


async def send_outcome(
    send: Send, outcome: Outcome, request_id: str, media_type: str = JSON, more: Mapping[str, str] = _NO_MORE
) -> None:
    """`more` are further headers."""
    headers = [_CONTENT_TYPES[media_type], _CACHE_CONTROL, (b"x-request-id", request_id.encode())]
    if outcome.retry_after_s is not None:
        headers.append((b"retry-after", b"%d" % outcome.retry_after_s))
    if outcome.bookmark is not None:
        headers.append((BOOKMARK, outcome.bookmark.encode()))
    for name, value in more.items():
        headers.append((name.lower().encode(), value.encode()))
    await respond(send, outcome.status, headers, orjson.dumps(outcome.body))


async def respond(send: Send, status: int, headers: Headers, body: bytes) -> None:
    headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": body})


def refused_outcome(refused: RequestRefused, request_id: str) -> Outcome:
    return refusal(HTTPStatus(refused.status), Reason(refused.code, refused.message), request_id)
