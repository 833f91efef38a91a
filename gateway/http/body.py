from __future__ import annotations

import asyncio
from typing import Any

import orjson
from starlette.types import Message, Receive, Scope

from gateway.errors import ErrorCode, GatewayError, RequestRefused
from gateway.http.exchange import header
from gateway.operations import GraphQLRequest

MAX_BODY_BYTES = 256 * 1024
# For a key with the right `bulk`, of a body that announces its length: 10,000 rows of people have some 4 MB.
MAX_BULK_BYTES = 16 * 1024 * 1024

_JSON = "application/json"
# Of the whole body. Who needs longer for 256 kB holds a request open and little else; 16 MB come over slow lines too.
_BODY_WITHIN_S = 30.0
_BULK_WITHIN_S = 120.0


class Disconnected(GatewayError):
    """The client went away before it had sent everything: there is nobody to answer."""


def is_large(scope: Scope) -> bool:
    """Whether the request announces a body of more than MAX_BODY_BYTES."""
    return _announced_bytes(scope) > MAX_BODY_BYTES


async def graphql_request(scope: Scope, receive: Receive, *, is_bulk: bool = False) -> GraphQLRequest:
    """The request of a POST, by the draft "GraphQL over HTTP". One for bulk may have more bytes.

    Raises RequestRefused with the status to answer, or Disconnected.
    """
    content_type = header(scope, b"content-type")
    if content_type != _JSON:
        _check_content_type(content_type)
    body = await _bounded_body(scope, receive, MAX_BULK_BYTES if is_bulk else MAX_BODY_BYTES)
    try:
        # A body of 16 MB takes a tenth of a second, in which everybody else would wait.
        large = len(body) > MAX_BODY_BYTES
        document: Any = await asyncio.to_thread(orjson.loads, body) if large else orjson.loads(body)
    except orjson.JSONDecodeError:
        raise RequestRefused(400, "The body is not JSON.") from None
    return parsed_request(document)


def parsed_request(document: Any) -> GraphQLRequest:
    if not isinstance(document, dict):
        raise RequestRefused(400, "The body must be a JSON object; batches are not taken.")
    query = document.get("query")
    if not isinstance(query, str) or not query.strip():
        raise RequestRefused(400, "`query` must be a GraphQL document.")
    name = document.get("operationName")
    if name is not None and not isinstance(name, str):
        raise RequestRefused(400, "`operationName` must be a string.")
    for member in ("variables", "extensions"):
        if not isinstance(document.get(member), dict | None):
            raise RequestRefused(400, f"`{member}` must be an object.")
    # Some clients send "" for a document with one operation.
    return GraphQLRequest(query, document.get("variables") or {}, name or None)


def _check_content_type(header: str | None) -> None:
    media_type, *parameters = (part.strip().lower() for part in (header or "").split(";"))
    charsets = [part.partition("=")[2].strip('"') for part in parameters if part.startswith("charset=")]
    if media_type != _JSON or any(each not in {"utf-8", "utf8"} for each in charsets):
        raise RequestRefused(415, "Send application/json in UTF-8.", headers={"Accept": _JSON})


def _announced_bytes(scope: Scope) -> int:
    announced = header(scope, b"content-length") or ""
    return int(announced) if announced.isdecimal() else 0


async def _bounded_body(scope: Scope, receive: Receive, most_bytes: int) -> bytes:
    if _announced_bytes(scope) > most_bytes:
        raise _too_large(most_bytes)
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        whole: bytes = message.get("body", b"")
        if len(whole) > most_bytes:
            raise _too_large(most_bytes)
        return whole
    try:
        async with asyncio.timeout(_BULK_WITHIN_S if most_bytes > MAX_BODY_BYTES else _BODY_WITHIN_S):
            return await _gathered(message, receive, most_bytes)
    except TimeoutError:
        raise RequestRefused(408, "The body did not come in time.", headers={"Connection": "close"}) from None


async def _gathered(message: Message, receive: Receive, most_bytes: int) -> bytes:
    body = bytearray()
    while True:
        if message["type"] == "http.disconnect":
            raise Disconnected
        body += message.get("body", b"")
        if len(body) > most_bytes:
            raise _too_large(most_bytes)
        if not message.get("more_body"):
            return bytes(body)
        message = await receive()


def _too_large(most_bytes: int) -> RequestRefused:
    more = "" if most_bytes > MAX_BODY_BYTES else f", or {MAX_BULK_BYTES} with the right `bulk` and a Content-Length"
    return RequestRefused(413, f"The body may have {most_bytes} bytes{more}.", ErrorCode.TOO_LARGE)
