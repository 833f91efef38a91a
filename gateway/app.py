from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route, WebSocketRoute

from gateway.api_keys import KeyRing
from gateway.http.graphql import GraphQLOverHttp
from gateway.http.health import Readiness, alive
from gateway.http.sockets import GraphQLOverWebSocket
from gateway.operations import Operations
from gateway.schema.build import Schema
from gateway.schema.context import Services


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that the application is put together from; `console` are routes that anyone may ask for."""

    schema: Schema
    services: Services
    keys: KeyRing
    ready: Callable[[], Awaitable[None]]
    redis_ok: Callable[[], bool]
    console: Sequence[BaseRoute] = ()


@dataclass(frozen=True, slots=True)
class App:
    asgi: Starlette
    sockets: GraphQLOverWebSocket


def create_app(parts: Parts) -> App:
    """A route that is not in `open_routes` answers nothing without a key."""
    sockets = GraphQLOverWebSocket(parts.schema, parts.services, parts.keys)
    over_http = GraphQLOverHttp(Operations(parts.schema), parts.services, parts.keys)
    keyed_routes = [Route("/graphql", over_http), WebSocketRoute("/graphql", sockets)]
    return App(Starlette(routes=[*keyed_routes, *open_routes(parts)]), sockets)


def open_routes(parts: Parts) -> list[BaseRoute]:
    readiness = Readiness(parts.ready, parts.redis_ok)
    health = [Route("/healthz", alive), Route("/readyz", readiness.answer)]
    return [*health, *parts.console]
