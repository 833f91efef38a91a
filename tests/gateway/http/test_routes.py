from __future__ import annotations

import httpx
import pytest
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from gateway.app import Parts, create_app, open_routes
from gateway.console.files import console_routes
from graph.errors import GraphUnavailable
from tests.gateway.doubles import AUTHORIZATION, World

# What these do is signed, by us or by a provider: test_leaving.py, test_hooks.py and test_tracking.py beside this.
SIGNED = {"/u/{token}", "/hooks/{channel}/{account}", "/o/{token}", "/c/{token}"}
OPEN = {"/healthz", "/readyz", "/", "/assets/{name}", *SIGNED}
AWAY = GraphUnavailable("x")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def parts(world: World) -> Parts:
    return world.parts(console_routes())


def client_of(world: World) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(create_app(parts(world)).asgi), base_url="http://gateway")


async def test_no_route_but_the_open_ones_answers_without_a_key() -> None:
    world = World()
    app = create_app(parts(world)).asgi
    keyed = [each for each in app.routes if path(each) not in OPEN]
    assert [path(each) for each in keyed] == ["/graphql", "/graphql", "/metrics"]
    async with client_of(world) as client:
        for route in keyed:
            if isinstance(route, Route):
                for method in METHODS:
                    assert (await client.request(method, route.path)).status_code == 401
            else:
                # Its key is asked for in the protocol: tests/conformance/test_transport_ws.py.
                assert isinstance(route, WebSocketRoute)
    assert world.reader.asked == []


def test_the_open_routes_are_these_and_only_read_but_for_what_is_signed() -> None:
    routes = open_routes(parts(World()))
    assert {path(each) for each in routes} == OPEN
    assert [route.methods for route in routes if isinstance(route, Route) and route.path in SIGNED] == [
        {"GET", "HEAD"},
        {"POST"},
        {"GET", "HEAD", "POST"},
        {"GET", "HEAD"},
        {"GET", "HEAD"},
    ]
    for route in routes:
        assert isinstance(route, Route)
        assert route.path in SIGNED or route.methods == {"GET", "HEAD"}


async def test_an_unknown_path_is_404() -> None:
    async with client_of(World()) as client:
        assert (await client.get("/graphql/", headers=AUTHORIZATION, follow_redirects=False)).status_code in {307, 404}
        assert (await client.get("/admin")).status_code == 404


@pytest.mark.parametrize(
    ("world", "status", "body"),
    [
        (World(), 200, {"status": "ok", "degraded": []}),
        (World(redis_ok=False), 200, {"status": "ok", "degraded": ["redis"]}),
        (World(graph_error=AWAY), 503, {"status": "unavailable", "degraded": ["graph"]}),
        (World(graph_error=AWAY, redis_ok=False), 503, {"status": "unavailable", "degraded": ["graph", "redis"]}),
    ],
    ids=["all", "no redis", "no graph", "neither"],
)
async def test_ready_is_503_only_without_the_graph(world: World, status: int, body: dict[str, object]) -> None:
    async with client_of(world) as client:
        response = await client.get("/readyz")
        assert response.status_code == status
        assert response.json() == body
        assert (await client.get("/healthz")).json() == {"status": "ok"}


def path(route: BaseRoute) -> str:
    assert isinstance(route, Route | WebSocketRoute | Mount)
    return route.path
