from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from graph.errors import GraphUnavailable
from graph.vocabulary import ChangeKind
from tests.gateway.doubles import ANNA, KEY, World, served

PROTOCOL = Subprotocol("graphql-transport-ws")
WATCH = """subscription ($id: ID!, $after: Int) {
  profileChanged(id: $id, after: $after) {
    profileId revision kinds mergedInto ended
    who: profile { first: firstName identifiers { nodes { masked } } }
  }
}"""


@pytest.fixture
def world() -> World:
    world = World()
    world.reader.entities["prf_anna"] = dict(ANNA)
    return world


@pytest.fixture
async def address(world: World) -> AsyncIterator[str]:
    async with served(world.app()) as address:
        yield address


@pytest.fixture
async def socket(address: str) -> AsyncIterator[ClientConnection]:
    async with connect(f"ws://{address}/graphql", subprotocols=[PROTOCOL]) as socket:
        await send(socket, {"type": "connection_init", "payload": {"Authorization": f"Bearer {KEY}"}})
        assert await receive(socket) == {"type": "connection_ack"}
        yield socket


async def send(socket: ClientConnection, message: Any) -> None:
    await socket.send(orjson.dumps(message).decode())


async def receive(socket: ClientConnection) -> Any:
    return orjson.loads(await asyncio.wait_for(socket.recv(), 5))


async def watch(socket: ClientConnection, after: int | None = None, profile_id: str = "prf_anna") -> None:
    variables = {"id": profile_id, "after": after}
    await send(socket, {"id": "1", "type": "subscribe", "payload": {"query": WATCH, "variables": variables}})


async def next_change(socket: ClientConnection) -> Any:
    message = await receive(socket)
    assert message["type"] == "next", message
    assert "errors" not in message["payload"], message
    return message["payload"]["data"]["profileChanged"]


async def until(condition: Any) -> None:
    deadline = asyncio.get_running_loop().time() + 5
    while not condition():
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.01)


def change(world: World, revision: int, **fields: object) -> None:
    world.reader.entities["prf_anna"] |= {"revision": revision, **fields}


async def tell(world: World, revision: int, *kinds: ChangeKind) -> None:
    await world.live.changes.put((revision, frozenset(kinds)))


async def test_the_present_state_comes_first_and_then_every_later_one(world: World, socket: ClientConnection) -> None:
    await watch(socket)
    assert await next_change(socket) == {
        "profileId": "prf_anna",
        "revision": 3,
        "kinds": ["SNAPSHOT"],
        "mergedInto": None,
        "ended": None,
        "who": {"first": "Anna", "identifiers": {"nodes": [{"masked": "a…@example.org"}]}},
    }

    change(world, 4, firstName="Ann")
    await tell(world, 4, ChangeKind.PROFILE, ChangeKind.EVENT)
    second = await next_change(socket)
    assert (second["revision"], second["kinds"], second["who"]["first"]) == (4, ["EVENT", "PROFILE"], "Ann")
    assert world.live.after == [3]


async def test_with_after_the_present_state_comes_only_when_it_is_newer(world: World, socket: ClientConnection) -> None:
    await watch(socket, after=3)
    await until(lambda: world.live.listening)
    change(world, 4)
    await tell(world, 4, ChangeKind.PURCHASE)

    first = await next_change(socket)
    assert (first["revision"], first["kinds"]) == (4, ["PURCHASE"])


async def test_after_of_another_life_does_not_make_the_stream_blind(world: World, socket: ClientConnection) -> None:
    await watch(socket, after=900)
    await until(lambda: world.live.listening)
    change(world, 4)
    await tell(world, 4, ChangeKind.PROFILE)

    assert (await next_change(socket))["revision"] == 4


async def test_an_announcement_of_what_was_already_shown_is_not_shown_again(
    world: World, socket: ClientConnection
) -> None:
    await watch(socket)
    await next_change(socket)
    change(world, 6)
    await tell(world, 5, ChangeKind.PROFILE)
    newer = await next_change(socket)
    # More had happened than was announced, and nobody knows what.
    assert (newer["revision"], newer["kinds"]) == (6, ["PROFILE", "SNAPSHOT"])

    await tell(world, 6, ChangeKind.EVENT)
    change(world, 7)
    await tell(world, 7, ChangeKind.MESSAGE)
    assert (await next_change(socket))["revision"] == 7


async def test_an_unknown_id_is_not_found_and_the_stream_ends(world: World, socket: ClientConnection) -> None:
    await watch(socket, profile_id="prf_nobody")
    message = await receive(socket)

    assert message["payload"]["data"] is None
    (error,) = message["payload"]["errors"]
    assert error["extensions"]["code"] == "NOT_FOUND"
    assert await receive(socket) == {"id": "1", "type": "complete"}
    assert world.live.listening == 0


async def test_who_is_erased_ends_the_stream_and_says_so(world: World, socket: ClientConnection) -> None:
    await watch(socket)
    await next_change(socket)
    del world.reader.entities["prf_anna"]
    await tell(world, 4, ChangeKind.PROFILE)

    last = await next_change(socket)
    assert (last["ended"], last["who"], last["revision"]) == ("ERASED", None, 4)
    assert await receive(socket) == {"id": "1", "type": "complete"}


async def test_a_merged_id_shows_the_one_who_remains(world: World, socket: ClientConnection) -> None:
    world.reader.entities["prf_old"] = world.reader.entities["prf_anna"]
    await watch(socket, profile_id="prf_old")

    first = await next_change(socket)
    assert (first["profileId"], first["mergedInto"], first["who"]["first"]) == ("prf_old", "prf_anna", "Anna")


async def test_while_the_graph_is_away_the_stream_waits_and_then_goes_on(
    world: World, socket: ClientConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GraphUnavailable, "retry_after_s", 0.01)
    await watch(socket)
    await next_change(socket)
    world.reader.answers = [GraphUnavailable("x"), GraphUnavailable("x")]
    change(world, 4)
    await tell(world, 4, ChangeKind.PROFILE)

    assert (await next_change(socket))["revision"] == 4


async def test_completing_ends_the_listening(world: World, socket: ClientConnection) -> None:
    await watch(socket)
    await next_change(socket)
    await until(lambda: world.live.listening == 1)
    await send(socket, {"id": "1", "type": "complete"})

    await until(lambda: world.live.listening == 0)


async def test_a_client_that_goes_away_ends_the_listening(world: World, socket: ClientConnection) -> None:
    await watch(socket)
    await next_change(socket)
    await until(lambda: world.live.listening == 1)
    await socket.close()

    await until(lambda: world.live.listening == 0)


async def test_queries_travel_over_the_socket_too(socket: ClientConnection) -> None:
    text = '{ viewer { kind } a: node(id: "prf_anna") { __typename ... on Profile { n: firstName } } }'
    await send(socket, {"id": "q", "type": "subscribe", "payload": {"query": text}})

    assert await receive(socket) == {
        "id": "q",
        "type": "next",
        "payload": {"data": {"viewer": {"kind": "API_KEY"}, "a": {"__typename": "Profile", "n": "Anna"}}},
    }
    assert await receive(socket) == {"id": "q", "type": "complete"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("query Other { __typename }", "BAD_USER_INPUT"),
        ("{ nothing }", "VALIDATION_FAILED"),
        ("{", "SYNTAX_ERROR"),
        ("query A { __typename } query B { __typename }", "BAD_USER_INPUT"),
        ("{" + "a{" * 13 + "b" + "}" * 14, "TOO_LARGE"),
    ],
)
async def test_a_document_that_is_refused_is_an_error_of_its_operation(
    socket: ClientConnection, query: str, code: str
) -> None:
    name = "Missing" if "Other" in query else None
    payload = {"query": query, "operationName": name}
    await send(socket, {"id": "q", "type": "subscribe", "payload": payload})
    message = await receive(socket)

    assert (message["id"], message["type"]) == ("q", "error")
    assert message["payload"][0]["extensions"]["code"] == code
    await send(socket, {"type": "ping"})
    assert await receive(socket) == {"type": "pong"}


async def test_a_server_that_stops_says_that_it_goes_away(world: World) -> None:
    async with served(world.app()) as address:
        socket = await connect(f"ws://{address}/graphql", subprotocols=[PROTOCOL])
        await send(socket, {"type": "connection_init", "payload": {"Authorization": f"Bearer {KEY}"}})
        await receive(socket)
        await watch(socket)
        await next_change(socket)
        started = asyncio.get_running_loop().time()

    assert asyncio.get_running_loop().time() - started < 5
    with pytest.raises(ConnectionClosed):
        await asyncio.wait_for(socket.recv(), 5)
    assert socket.close_code == 1001
    assert world.live.listening == 0
