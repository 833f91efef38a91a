from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import ClientConnection, connect

from graph.vocabulary import Right
from tests.gateway.doubles import ANNA, KEY, StubReader, World, served
from tests.gateway.live.test_profile_changed import PROTOCOL, next_change, receive, send, watch
from tests.gateway.schema.limited import limit


@asynccontextmanager
async def connected(world: World) -> AsyncIterator[ClientConnection]:
    async with served(world.app()) as address, connect(f"ws://{address}/graphql", subprotocols=[PROTOCOL]) as socket:
        await send(socket, {"type": "connection_init", "payload": {"Authorization": f"Bearer {KEY}"}})
        assert await receive(socket) == {"type": "connection_ack"}
        yield socket


@pytest.fixture
def reader() -> StubReader:
    return StubReader(entities={"prf_anna": dict(ANNA)})


async def test_a_person_is_not_watched_without_the_right_to_read_people(reader: StubReader) -> None:
    world = World(reader=reader)
    limit(world, Right.PROFILE_PII, Right.PROFILE_WRITE, Right.MESSAGE_SEND)
    async with connected(world) as socket:
        await watch(socket)
        message = await receive(socket)

        assert (message["id"], message["type"]) == ("1", "error")
        (error,) = message["payload"]
        assert error["extensions"]["code"] == "FORBIDDEN"
        assert error["message"] == "This needs the right `profile:read`."
        assert "requestId" in error["extensions"]
        assert (reader.asked, world.live.listening, world.live.after) == ([], 0, [])
        await send(socket, {"type": "ping"})
        assert await receive(socket) == {"type": "pong"}


async def test_a_person_is_watched_with_the_rights_of_the_key(reader: StubReader) -> None:
    world = World(reader=reader)
    limit(world, Right.PROFILE_READ)
    async with connected(world) as socket:
        await watch(socket)

        change = await next_change(socket)
        assert (change["revision"], change["who"]["first"]) == (3, None)
        assert reader.saw_pii == [False]
