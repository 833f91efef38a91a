from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection

from dispatch.live import LiveProfiles
from gateway.api_keys import ALL_SCOPES, Viewer
from gateway.schema.api import SCHEMA
from gateway.schema.context import Context
from graph import outbox
from graph.clock import SystemClock
from graph.connection import Graph
from graph.erasing.erase import EraseProfile, erase_profile
from graph.errors import GraphUnavailable
from graph.message_states import Happening
from graph.outbox import AttemptOutcome, AttemptRecord
from graph.people.reference import ProfileReference
from graph.reading.reader import Reader
from graph.receipts.apply import apply_receipts
from graph.receipts.receipt import Receipt, ReceiptSource, Told
from graph.statement import Statement
from graph.vocabulary import ChangeKind, Channel, MessageState, Right
from tests.dispatch.outbox_seed import queue, seed
from tests.gateway.doubles import ANNA, World, connection
from tests.gateway.live.test_profile_changed import receive, send, until
from tests.gateway.live.test_rights import connected
from tests.gateway.schema.limited import limit

WATCH = """subscription ($id: ID!, $after: Int) {
  messageChanged(id: $id, after: $after) { revision ended letter: message { state: messageState } } }"""
NOWHERE = "redis://127.0.0.1:1/0"
NOW = SystemClock().now()
MESSAGE_KIND = frozenset({ChangeKind.MESSAGE})
_TOUCH = Statement("touch", "MATCH (p:Profile {id: $id}) SET p.revision = p.revision + 1 RETURN p.revision")


@pytest.fixture
def world() -> World:
    world = World()
    world.graph.people["msg_1"] = "prf_anna"
    world.reader.entities["prf_anna"] = dict(ANNA)
    world.reader.entities["msg_1"] = {
        "__typename": "Message",
        "id": "msg_1",
        "messageState": "QUEUED",
        "attempts": connection("Attempt"),
        "receipts": connection("Receipt"),
    }
    return world


@pytest.fixture
async def socket(world: World) -> AsyncIterator[ClientConnection]:
    async with connected(world) as socket:
        yield socket


async def watch(socket: ClientConnection, after: int | None = None, message_id: str = "msg_1") -> None:
    variables = {"id": message_id, "after": after}
    await send(socket, {"id": "1", "type": "subscribe", "payload": {"query": WATCH, "variables": variables}})


async def next_change(socket: ClientConnection) -> Any:
    message = await receive(socket)
    assert message["type"] == "next", message
    assert "errors" not in message["payload"], message
    return message["payload"]["data"]["messageChanged"]


async def tell(world: World, revision: int, **changed: object) -> None:
    world.reader.entities["prf_anna"]["revision"] = revision
    world.reader.entities["msg_1"] |= changed
    await world.live.changes.put((revision, MESSAGE_KIND))


def shown(revision: int, state: str) -> dict[str, Any]:
    return {"revision": revision, "ended": None, "letter": {"state": state}}


async def test_the_present_state_comes_first_and_then_every_one_in_which_the_message_is_another(
    world: World, socket: ClientConnection
) -> None:
    await watch(socket)
    assert await next_change(socket) == shown(3, "QUEUED")

    await tell(world, 4)
    await tell(world, 5, messageState="SENT")
    assert await next_change(socket) == shown(5, "SENT")
    # What is not shown of it may be what changed.
    await tell(world, 6, openCount=1)
    assert await next_change(socket) == shown(6, "SENT")
    await tell(world, 7, receipts=connection("Receipt", {"__typename": "Receipt", "id": "rcp_1"}))
    assert await next_change(socket) == shown(7, "SENT")
    assert world.live.after == [3]


async def test_with_after_the_present_state_comes_only_when_its_person_is_newer(
    world: World, socket: ClientConnection
) -> None:
    await watch(socket, after=3)
    await until(lambda: world.live.listening)
    await tell(world, 4, messageState="SENT")
    assert await next_change(socket) == shown(4, "SENT")

    await send(socket, {"id": "1", "type": "complete"})
    await until(lambda: world.live.listening == 0)
    await watch(socket, after=3)
    assert await next_change(socket) == shown(4, "SENT")


async def test_an_unknown_message_is_not_found_and_the_stream_ends(world: World, socket: ClientConnection) -> None:
    await watch(socket, message_id="msg_none")
    message = await receive(socket)

    (error,) = message["payload"]["errors"]
    assert error["extensions"]["code"] == "NOT_FOUND"
    assert await receive(socket) == {"id": "1", "type": "complete"}
    assert (world.live.listening, world.live.after, world.reader.asked) == (0, [], [])


@pytest.mark.parametrize("gone", ["msg_1", "prf_anna"])
async def test_an_erasure_ends_the_stream_also_where_the_message_is_deleted_later(
    world: World, socket: ClientConnection, gone: str
) -> None:
    await watch(socket)
    await next_change(socket)
    del world.reader.entities[gone]
    await world.live.changes.put((4, MESSAGE_KIND))

    assert await next_change(socket) == {"revision": 4, "ended": "ERASED", "letter": None}
    assert await receive(socket) == {"id": "1", "type": "complete"}


async def test_while_the_graph_is_away_the_stream_waits_and_then_goes_on(
    world: World, socket: ClientConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GraphUnavailable, "retry_after_s", 0.01)
    await watch(socket)
    await next_change(socket)
    world.reader.answers = [GraphUnavailable("x"), GraphUnavailable("x")]
    await tell(world, 4, messageState="SENT")

    assert await next_change(socket) == shown(4, "SENT")


async def test_a_message_is_not_watched_without_the_right_to_read_people(world: World) -> None:
    limit(world, Right.PROFILE_PII, Right.PROFILE_WRITE, Right.MESSAGE_SEND)
    async with connected(world) as socket:
        await watch(socket)
        message = await receive(socket)

        assert (message["id"], message["type"]) == ("1", "error")
        assert [each["extensions"]["code"] for each in message["payload"]] == ["FORBIDDEN"]
        assert (world.reader.asked, world.live.listening) == ([], 0)


@asynccontextmanager
async def states_of(graph: Graph, message_id: str) -> AsyncIterator[Any]:
    """A stream on a real graph, without Redis: each announcement is lost."""
    live = LiveProfiles(NOWHERE, graph)
    await live.start()
    clock = SystemClock()
    services = replace(World().services(), graph=graph, reader=Reader(graph, clock=clock), clock=clock, live=live)
    context = Context.of(services, Viewer("key_1", "API_KEY", tuple(ALL_SCOPES)), "req_1")
    document = WATCH.replace("$id: ID!, $after: Int", "$id: ID!").replace("after: $after", "after: 0")
    found: Any = await SCHEMA.subscribe(document, {"id": message_id}, context_value=context)
    try:
        async with aclosing(found) as states:
            yield states
    finally:
        await live.stop()


async def state(states: Any) -> tuple[str | None, str | None]:
    result = await asyncio.wait_for(anext(states), 20)
    assert result.errors is None, result.errors
    change = result.data["messageChanged"]
    return (change["letter"] or {}).get("state"), change["ended"]


async def test_each_step_of_a_real_message_is_seen_though_every_announcement_is_lost(graph: Graph) -> None:
    one = seed(NOW)
    await queue(graph, one)
    async with states_of(graph, one.message_id) as states:
        assert await state(states) == ("QUEUED", None)
        # Something else of the person is no step of the message.
        await graph.change(_TOUCH, id=one.profile_id)
        claimed = await outbox.claim(graph, [one.message_id], 30_000, NOW)
        record = AttemptRecord(one.message_id, MessageState.UNKNOWN, AttemptOutcome.UNKNOWN, "smtp", "lost")
        await outbox.finish(graph, claimed.token, [record], NOW)
        assert await state(states) in (("UNKNOWN", None), ("SENDING", None))

        receipt = Receipt("e1", "delivered", Happening.DELIVERED, NOW, message_id=one.message_id)
        await apply_receipts(graph, [Told(ReceiptSource(Channel.EMAIL, "main"), receipt)], NOW)
        found = await state(states)
        assert (await state(states) if found[0] == "UNKNOWN" else found) == ("DELIVERED", None)

        await erase_profile(graph, EraseProfile(ProfileReference(id=one.profile_id), b"k" * 32), None, NOW)
        assert await state(states) == (None, "ERASED")
