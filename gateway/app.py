from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.api_keys import KeyRing
from gateway.http.graphql import GraphQLOverHttp
from gateway.http.health import Readiness, alive
from gateway.http.hooks import PATH as HOOKS
from gateway.http.hooks import Hooks
from gateway.http.leaving import PATH, Leaving
from gateway.http.metrics import Metrics
from gateway.http.sockets import GraphQLOverWebSocket
from gateway.http.tracking import CLICK_PATH, OPEN_PATH, Tracking
from gateway.operations import Operations
from gateway.outbox_gauges import outbox_gauges
from gateway.schema.build import Schema
from gateway.schema.context import Services
from graph.subscribing.leave_links import LeaveLinks

_GRAPHQL = "/graphql"


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that the application is put together from; `console` are routes that anyone may ask for."""

    schema: Schema
    services: Services
    operations: Operations
    keys: KeyRing
    ready: Callable[[], Awaitable[None]]
    redis_ok: Callable[[], bool]
    leave_links: LeaveLinks
    hooks: Hooks
    tracking: Tracking
    console: Sequence[BaseRoute] = ()


class FastLane:
    """Leads POST /graphql past the router; everything else, and every other look at the routes, goes through it."""

    def __init__(self, over_http: ASGIApp, router: Starlette) -> None:
        self._over_http = over_http
        self._router = router

    @property
    def routes(self) -> list[BaseRoute]:
        return self._router.routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == _GRAPHQL:
            await self._over_http(scope, receive, send)
        else:
            await self._router(scope, receive, send)


@dataclass(frozen=True, slots=True)
class App:
    asgi: FastLane
    sockets: GraphQLOverWebSocket


def create_app(parts: Parts) -> App:
    """A route that is not in `open_routes` answers nothing without a key.

    Of those the links in letters and the calls of providers carry their own signatures.
    """
    sockets = GraphQLOverWebSocket(parts.schema, parts.services, parts.keys)
    over_http = GraphQLOverHttp(parts.operations, parts.keys)
    metrics = Metrics(
        parts.keys,
        lambda: [
            *parts.operations.counters(),
            *over_http.counters(),
            *parts.hooks.counters(),
            *parts.tracking.counters(),
        ],
        lambda: outbox_gauges(parts.services.graph, parts.services.clock),
    )
    keyed_routes = [Route(_GRAPHQL, over_http), WebSocketRoute(_GRAPHQL, sockets), Route("/metrics", metrics)]
    return App(FastLane(over_http, Starlette(routes=[*keyed_routes, *open_routes(parts)])), sockets)


def open_routes(parts: Parts) -> list[BaseRoute]:
    readiness = Readiness(parts.ready, parts.redis_ok)
    health = [Route("/healthz", alive), Route("/readyz", readiness.answer)]
    leaving = Leaving(parts.services, parts.leave_links)
    links = [
        Route(PATH, leaving.show, methods=["GET"], name="leave"),
        Route(PATH, leaving.act, methods=["POST"], name="leave-now"),
    ]
    hooks = Route(HOOKS, parts.hooks.answer, methods=["GET", "POST"], name="hooks")
    tracked = [
        Route(OPEN_PATH, parts.tracking.picture, methods=["GET"], name="open"),
        Route(CLICK_PATH, parts.tracking.link, methods=["GET"], name="click"),
    ]
    return [*health, *links, hooks, *tracked, *parts.console]
