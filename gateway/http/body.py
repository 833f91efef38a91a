from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request

from gateway.errors import ErrorCode, RequestRefused
from gateway.operations import GraphQLRequest

MAX_BODY_BYTES = 256 * 1024


async def graphql_request(request: Request) -> GraphQLRequest:
    """The request of a POST, by the draft "GraphQL over HTTP". Raises RequestRefused with the status to answer."""
    _check_content_type(request.headers.get("content-type"))
    body = await _bounded_body(request)
    try:
        document: Any = orjson.loads(body)
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
    if media_type != "application/json" or any(each not in {"utf-8", "utf8"} for each in charsets):
        raise RequestRefused(415, "Send application/json in UTF-8.", headers={"Accept": "application/json"})


async def _bounded_body(request: Request) -> bytes:
    announced = request.headers.get("content-length", "")
    body = bytearray()
    if not (announced.isdecimal() and int(announced) > MAX_BODY_BYTES):
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                break
        else:
            return bytes(body)
    raise RequestRefused(413, f"The body may have {MAX_BODY_BYTES} bytes.", ErrorCode.TOO_LARGE)
