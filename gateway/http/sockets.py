from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.subscriptions.protocols.graphql_transport_ws.types import ConnectionInitMessage, Message
from strawberry.types.unset import UNSET, UnsetType

from gateway.api_keys import KeyRing
from gateway.errors import RequestRefused
from gateway.http.body import parsed_request
from gateway.http.exchange import new_request_id
from gateway.public_errors import log_unexpected
from gateway.schema.build import Schema
from gateway.schema.context import Context, Services
from graph.errors import GraphError

_MAX_OPERATIONS = 20
_INIT_WITHIN = timedelta(seconds=10)
_GOING_AWAY = 1001
_INTERNAL_ERROR = 1011
_TRY_AGAIN_LATER = 1013
_BAD_REQUEST = 4400


@dataclass(slots=True)
class Connection:
    """What is known of a socket: Strawberry keeps the payload of `connection_init` here."""

    authorization: str | None
    connection_params: dict[str, object] = field(default_factory=dict)
    granted: Context | None = None


class TransportHandler(BaseGraphQLTransportWSHandler[Any, None]):
    """Strawberry's graphql-transport-ws, with what it lacks of the protocol."""

    async def handle_message(self, message: Message) -> None:
        if _well_formed(message):
            await super().handle_message(message)
        else:
            await self.websocket.close(_BAD_REQUEST, "Invalid message")

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        if message.get("payload") is None:
            # The protocol allows null; Strawberry takes only what is absent.
            message = {"type": "connection_init"}
        try:
            await super().handle_connection_init(message)
        except GraphError:
            await self.websocket.close(_TRY_AGAIN_LATER, "Try again later")
        if isinstance(self.context, Connection) and self.context.granted:
            self.context = self.context.granted

    async def handle_task_exception(self, error: Exception) -> None:
        # A socket that closed in the middle of an operation is nobody's fault.
        if not isinstance(error, WebSocketDisconnected | RuntimeError):
            log_unexpected(error, getattr(self.context, "request_id", ""))


class GraphQLOverWebSocket(GraphQL[Any, None]):
    """The same path as POST /graphql, for queries, mutations and subscriptions."""

    graphql_transport_ws_handler_class = TransportHandler

    def __init__(self, schema: Schema, services: Services, keys: KeyRing) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=_INIT_WITHIN,
            max_subscriptions_per_connection=_MAX_OPERATIONS,
        )
        self._services = services
        self._keys = keys
        self._open: set[WebSocket] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket = WebSocket(scope, receive, send)
        self._open.add(socket)
        try:
            # Who writes over a socket sees it over the same socket.
            with self._services.bookmarks.causal():
                await self.run(socket)
        except Exception as error:  # noqa: BLE001  # The server would log its text, which may hold personal data.
            log_unexpected(error, new_request_id())
            await _close(socket, _INTERNAL_ERROR)
        finally:
            self._open.discard(socket)

    async def close_all(self) -> None:
        """Tells every client that this process goes away, so that it connects to another."""
        await asyncio.gather(*(_close(each, _GOING_AWAY) for each in self._open))

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Connection:  # noqa: ARG002  # Strawberry's signature.
        return Connection(request.headers.get("authorization"))

    async def on_ws_connect(self, context: Connection) -> UnsetType | dict[str, object] | None:
        """Browsers cannot send headers here, so the key may travel in the payload, under either spelling."""
        params = context.connection_params
        sent = params.get("Authorization", params.get("authorization", context.authorization))
        viewer = await self._keys.viewer(sent if isinstance(sent, str) else None)
        if viewer is None:
            raise ConnectionRejectionError
        context.granted = Context.of(self._services, viewer, new_request_id())
        acknowledged: UnsetType = UNSET
        return acknowledged

    def decode_json(self, data: str | bytes) -> object:
        # orjson refuses lone surrogates and absurd depths, and its error is a JSONDecodeError.
        return cast("object", orjson.loads(data))

    def encode_json(self, data: object) -> str:
        return orjson.dumps(data).decode()


async def _close(socket: WebSocket, code: int) -> None:
    # It may have closed, or never have been accepted.
    with suppress(RuntimeError, OSError):
        await socket.close(code)


def _well_formed(message: object) -> bool:
    """Strawberry trusts the shapes of messages and fails with a traceback where they are wrong."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return False
    if message["type"] in {"subscribe", "complete"} and not (isinstance(message.get("id"), str) and message["id"]):
        return False
    if message["type"] != "subscribe":
        return True
    try:
        parsed_request(message.get("payload"))
    except RequestRefused:
        return False
    return True
