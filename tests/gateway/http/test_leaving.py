"""The page behind the link in a letter: looked at by scanners and by people, and acted on by mail programs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from gateway.app import create_app
from graph.connection import Graph
from graph.errors import GraphUnavailable
from graph.statement import Statement
from graph.subscribing.leave_links import LeaveLink, LeaveLinks
from tests.gateway.doubles import LINKS, World
from tests.gateway.subscribing.asking import Asker

_STATUS = Statement("status", "MATCH (s:Subscription {id: $id}) RETURN s.status")


class _Away:
    """A graph that does not answer."""

    async def read(self, *_: object, **__: object) -> Any:
        raise GraphUnavailable("away")

    async def write(self, *_: object, **__: object) -> Any:
        raise GraphUnavailable("away")


def _client(graph: Any) -> httpx.AsyncClient:
    world = World()
    world.graph = graph
    return httpx.AsyncClient(transport=httpx.ASGITransport(create_app(world.parts()).asgi), base_url="http://gateway")


@pytest_asyncio.fixture(loop_scope="session")
async def client(graph: Graph) -> AsyncIterator[httpx.AsyncClient]:
    async with _client(graph) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def subscription(graph: Graph) -> str:
    asker = Asker(graph)
    title = "News & <Offers>"
    await asker.change("createResource", "", key="shop", title=title, channels=["EMAIL"], sender="a@shop.example")
    done = await asker.change(
        "subscribe",
        "subscription { id }",
        profile={"identifier": {"type": "EMAIL", "value": "ann@example.com"}},
        resource={"key": "shop"},
        address={"email": "ann@example.com"},
    )
    return str(done["subscription"]["id"])


def _path(subscription_id: str, links: LeaveLinks = LINKS) -> str:
    return f"/u/{links.token(LeaveLink(subscription_id, 'msg_1'))}"


async def test_get_shows_what_would_end_and_ends_nothing(
    client: httpx.AsyncClient, graph: Graph, subscription: str
) -> None:
    for method in ("GET", "HEAD"):
        answer = await client.request(method, _path(subscription))
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    page = (await client.get(_path(subscription))).text

    assert "a***@example.com will get nothing more from \u201cNews &amp; &lt;Offers&gt;\u201d." in page
    assert '<form method="post">' in page
    assert "ann@example.com" not in page
    assert await graph.read(_STATUS, id=subscription) == "SUBSCRIBED"


async def test_one_click_ends_it_without_key_cookie_or_redirect(
    client: httpx.AsyncClient, graph: Graph, subscription: str
) -> None:
    for _ in range(2):
        answer = await client.post(_path(subscription), data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        assert "nothing more" in answer.text

    assert await graph.read(_STATUS, id=subscription) == "UNSUBSCRIBED"


async def test_what_was_not_signed_by_us_or_is_gone_ends_nothing(
    client: httpx.AsyncClient, graph: Graph, subscription: str
) -> None:
    strange = LeaveLinks((b"x" * 32,))
    for path in (_path(subscription, strange), _path("sub_none"), "/u/x", f"/u/{'a' * 600}"):
        for method in ("GET", "POST"):
            answer = await client.request(method, path)
            assert (answer.status_code, "Nothing was changed." in answer.text) == (404, True)

    assert await graph.read(_STATUS, id=subscription) == "SUBSCRIBED"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_there_is_nothing_else_to_do_there(client: httpx.AsyncClient, method: str, subscription: str) -> None:
    assert (await client.request(method, _path(subscription))).status_code == 405


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_without_the_graph_it_asks_to_try_again(method: str) -> None:
    async with _client(_Away()) as client:
        answer = await client.request(method, _path("sub_1"))

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert "Nothing was changed" in answer.text
