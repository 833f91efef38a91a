"""The table of close codes of graphql-transport-ws (PROTOCOL.md of the package graphql-ws), one test per rule."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from graph.errors import GraphUnavailable
from tests.gateway.doubles import ANNA, AUTHORIZATION, KEY, World, served

PROTOCOL = Subprotocol("graphql-transport-ws")
INIT = {"type": "connection_init", "payload": {"Authorization": f"Bearer {KEY}"}}
WATCH = 'subscription { profileChanged(id: "prf_anna") { revision } }'


@pytest.fixture
def world() -> World:
    world = World()
    world.reader.entities["prf_anna"] = ANNA
    return world


@pytest.fixture
async def address(world: World) -> AsyncIterator[str]:
    async with served(world.app()) as address:
        yield address


@asynccontextmanager
async def opened(address: str, *messages: Any, headers: Any = None) -> AsyncIterator[ClientConnection]:
    url = f"ws://{address}/graphql"
    async with connect(url, subprotocols=[PROTOCOL], additional_headers=headers) as socket:
        for message in messages:
            await send(socket, message)
        yield socket


@asynccontextmanager
async def greeted(address: str) -> AsyncIterator[ClientConnection]:
    async with opened(address, INIT) as socket:
        assert await receive(socket) == {"type": "connection_ack"}
        yield socket


async def send(socket: ClientConnection, message: Any) -> None:
    await socket.send(message if isinstance(message, str | bytes) else orjson.dumps(message).decode())


async def receive(socket: ClientConnection) -> Any:
    return orjson.loads(await asyncio.wait_for(socket.recv(), 5))


async def close_code(socket: ClientConnection) -> int | None:
    await asyncio.wait_for(socket.wait_closed(), 5)
    return socket.close_code


def subscribe(query: str = WATCH, operation_id: object = "1", **payload: Any) -> dict[str, Any]:
    return {"id": operation_id, "type": "subscribe", "payload": {"query": query, **payload}}


async def test_another_subprotocol_is_4406(address: str) -> None:
    async with connect(f"ws://{address}/graphql", subprotocols=[Subprotocol("graphql-ws")]) as socket:
        assert await close_code(socket) == 4406


@pytest.mark.parametrize(
    "message",
    [
        "not JSON",
        b"binary",
        "[]",
        '"text"',
        "null",
        "7",
        "{}",
        {"type": None},
        {"type": "start"},
        {"type": "connection_init", "payload": "x"},
        {"type": "connection_init", "payload": []},
        '{"type": "\\ud800"}',
        '{"a":' * 3000 + "1" + "}" * 3000,
    ],
    ids=range(13),
)
async def test_a_message_that_is_none_is_4400(address: str, message: Any) -> None:
    async with opened(address, message) as socket:
        assert await close_code(socket) == 4400


@pytest.mark.parametrize(
    "message",
    [
        {"type": "subscribe"},
        {"type": "subscribe", "id": 7, "payload": {"query": WATCH}},
        {"type": "subscribe", "id": "", "payload": {"query": WATCH}},
        {"type": "subscribe", "id": "1"},
        {"type": "subscribe", "id": "1", "payload": []},
        {"type": "subscribe", "id": "1", "payload": {}},
        {"type": "subscribe", "id": "1", "payload": {"query": 7}},
        {"type": "subscribe", "id": "1", "payload": {"query": WATCH, "variables": []}},
        {"type": "subscribe", "id": "1", "payload": {"query": WATCH, "operationName": {}}},
        {"type": "complete"},
    ],
    ids=range(10),
)
async def test_a_message_of_a_wrong_shape_is_4400_also_after_the_greeting(address: str, message: Any) -> None:
    async with greeted(address) as socket:
        await send(socket, message)
        assert await close_code(socket) == 4400


async def test_a_null_payload_of_connection_init_is_allowed(address: str) -> None:
    async with opened(address, {"type": "connection_init", "payload": None}, headers=AUTHORIZATION) as socket:
        assert await receive(socket) == {"type": "connection_ack"}


async def test_the_key_may_travel_in_the_header(address: str) -> None:
    async with opened(address, {"type": "connection_init"}, headers=AUTHORIZATION) as socket:
        assert await receive(socket) == {"type": "connection_ack"}


@pytest.mark.parametrize(
    "payload",
    [
        None,
        {},
        {"Authorization": ""},
        {"Authorization": KEY},
        {"Authorization": "Bearer cgk_other"},
        {"Authorization": ["Bearer", KEY]},
    ],
    ids=range(6),
)
async def test_without_a_good_key_it_is_4403(world: World, address: str, payload: Any) -> None:
    async with opened(address, {"type": "connection_init", "payload": payload}, subscribe()) as socket:
        assert await close_code(socket) == 4403
    assert world.reader.asked == []


async def test_a_bad_key_in_the_payload_is_not_saved_by_a_good_header(address: str) -> None:
    bad = {"type": "connection_init", "payload": {"Authorization": "Bearer cgk_other"}}
    async with opened(address, bad, headers=AUTHORIZATION) as socket:
        assert await close_code(socket) == 4403


async def test_a_key_that_cannot_be_checked_now_is_1013(world: World, address: str) -> None:
    world.graph.error = GraphUnavailable("x")
    async with opened(address, INIT) as socket:
        assert await close_code(socket) == 1013


async def test_subscribing_before_the_greeting_is_4401(world: World, address: str) -> None:
    async with opened(address, subscribe()) as socket:
        assert await close_code(socket) == 4401
    assert world.reader.asked == []


async def test_greeting_twice_is_4429(address: str) -> None:
    async with greeted(address) as socket:
        await send(socket, INIT)
        assert await close_code(socket) == 4429


async def test_an_id_in_use_is_4409(address: str) -> None:
    async with greeted(address) as socket:
        await send(socket, subscribe())
        await receive(socket)
        await send(socket, subscribe())
        assert await close_code(socket) == 4409


async def test_an_id_may_be_used_again_after_it_completed(address: str) -> None:
    async with greeted(address) as socket:
        for _ in range(2):
            await send(socket, subscribe("{ __typename }"))
            assert (await receive(socket))["payload"] == {"data": {"__typename": "Query"}}
            assert await receive(socket) == {"id": "1", "type": "complete"}


async def test_silence_instead_of_a_greeting_is_4408(world: World) -> None:
    app = world.app()
    app.sockets.connection_init_wait_timeout = timedelta(milliseconds=50)
    async with served(app) as address, opened(address) as socket:
        assert await close_code(socket) == 4408


async def test_ping_is_answered_before_and_after_the_greeting(address: str) -> None:
    async with opened(address, {"type": "ping"}, {"type": "pong"}, INIT, {"type": "ping"}) as socket:
        assert [(await receive(socket))["type"] for _ in range(3)] == ["pong", "connection_ack", "pong"]


async def test_operations_of_one_connection_are_limited(address: str) -> None:
    async with greeted(address) as socket:
        for number in range(21):
            await send(socket, subscribe(operation_id=f"o{number}"))
        messages = [await receive(socket) for _ in range(21)]
        assert [each["id"] for each in messages if each["type"] == "error"] == ["o20"]


async def test_completing_what_does_not_run_is_nothing(address: str) -> None:
    async with greeted(address) as socket:
        await send(socket, {"type": "complete", "id": "other"})
        await send(socket, {"type": "ping"})
        assert await receive(socket) == {"type": "pong"}


async def test_a_page_of_another_origin_is_refused_at_the_handshake(address: str) -> None:
    with pytest.raises(InvalidStatus) as caught:
        async with opened(address, headers={"Origin": "https://elsewhere.example"}):
            pass
    assert caught.value.response.status_code == 403


async def test_a_page_of_the_same_origin_is_taken(address: str) -> None:
    async with opened(address, INIT, headers={"Origin": f"http://{address}"}) as socket:
        assert await receive(socket) == {"type": "connection_ack"}


async def test_a_message_over_the_limit_is_1009(address: str) -> None:
    async with greeted(address) as socket:
        await send(socket, "x" * (256 * 1024 + 1))
        assert await close_code(socket) == 1009
