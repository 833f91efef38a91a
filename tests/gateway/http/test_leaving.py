"""The page behind the link in a letter: looked at by scanners and by people, and acted on by mail programs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from gateway.app import create_app
from graph.connection import Graph
from graph.errors import GraphUnavailable, UnknownCommit
from graph.idempotency import Done
from graph.statement import Statement
from graph.subscribing.leave_links import LeaveLink, LeaveLinks
from tests.gateway.doubles import LINKS, World
from tests.gateway.subscribing.asking import Asker

# Of a subscription, its address and its resource.
Place = tuple[str, str, str]
_NOWHERE: Place = ("sub_none", "idn_none", "res_none")
_PLACE = Statement("place", "MATCH (i)<-[:AT]-(:Subscription {id: $id})-[:OF]->(r) RETURN [i.id, r.id]")
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


class _Forgetful:
    """A graph whose first answer to a commit is lost."""

    asked = 0

    async def write(self, *_: object, **__: object) -> Done:
        self.asked += 1
        if self.asked == 1:
            raise UnknownCommit("lost")
        return Done({"changed": []})


@pytest_asyncio.fixture(loop_scope="session")
async def client(graph: Graph) -> AsyncIterator[httpx.AsyncClient]:
    async with _client(graph) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def subscription(graph: Graph) -> Place:
    """With the address and the resource that it is at."""
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
    subscription_id = str(done["subscription"]["id"])
    identifier_id, resource_id = await graph.read(_PLACE, id=subscription_id)
    return subscription_id, identifier_id, resource_id


def _path(place: Place, links: LeaveLinks = LINKS) -> str:
    return f"/u/{links.token(LeaveLink(*place[1:], 'msg_1'))}"


async def test_get_shows_what_would_end_and_ends_nothing(
    client: httpx.AsyncClient, graph: Graph, subscription: Place
) -> None:
    for method in ("GET", "HEAD"):
        answer = await client.request(method, _path(subscription))
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    page = (await client.get(_path(subscription))).text

    assert (
        "a***@example.com will get no more news from \u201cNews &amp; &lt;Offers&gt;\u201d; receipts still come."
        in page
    )
    assert '<form method="post">' in page
    assert "ann@example.com" not in page
    assert await graph.read(_STATUS, id=subscription[0]) == "SUBSCRIBED"


async def test_one_click_ends_it_without_key_cookie_or_redirect(
    client: httpx.AsyncClient, graph: Graph, subscription: Place
) -> None:
    for _ in range(2):
        answer = await client.post(_path(subscription), data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        assert "no more news" in answer.text

    assert await graph.read(_STATUS, id=subscription[0]) == "UNSUBSCRIBED"


async def test_what_was_not_signed_by_us_or_is_gone_ends_nothing(
    client: httpx.AsyncClient, graph: Graph, subscription: Place
) -> None:
    strange = LeaveLinks((b"x" * 32,))
    for path in (_path(subscription, strange), "/u/x", f"/u/{'a' * 600}"):
        for method in ("GET", "POST"):
            answer = await client.request(method, path)
            assert (answer.status_code, "Nothing was changed." in answer.text) == (404, True)
    assert (await client.get(_path(_NOWHERE))).status_code == 404
    assert (await client.post(_path(_NOWHERE))).status_code == 200

    assert await graph.read(_STATUS, id=subscription[0]) == "SUBSCRIBED"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_there_is_nothing_else_to_do_there(client: httpx.AsyncClient, method: str, subscription: Place) -> None:
    assert (await client.request(method, _path(subscription))).status_code == 405


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_without_the_graph_it_asks_to_try_again(method: str) -> None:
    async with _client(_Away()) as client:
        answer = await client.request(method, _path(_NOWHERE))

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert "please try again" in answer.text


async def test_where_the_answer_of_the_commit_was_lost_it_is_done_once_more() -> None:
    forgetful = _Forgetful()
    async with _client(forgetful) as client:
        answer = await client.post(_path(_NOWHERE))

    assert (answer.status_code, forgetful.asked) == (200, 2)
