"""What the application does with the messages of ASGI themselves, which no client over HTTP can send so exactly."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import orjson
import pytest

from gateway.errors import ErrorCode, RequestRefused
from gateway.http import body as body_module
from gateway.http.large_bodies import LargeBodies
from graph.reading.answer import Answer
from graph.reading.plans import Plans
from tests.gateway.doubles import ANNA, KEY, StubReader, World

QUERY = orjson.dumps({"query": '{ profile(by: {id: "prf_anna"}) { id } }'})
DISCONNECT = {"type": "http.disconnect"}
HEADERS = [(b"authorization", b"Bearer " + KEY.encode()), (b"content-type", b"application/json")]


@pytest.fixture
def world() -> World:
    world = World()
    world.reader.entities["prf_anna"] = ANNA
    return world


def part(body: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


async def exchanged(world: World, *messages: dict[str, Any], headers: Any = HEADERS) -> list[dict[str, Any]]:
    waiting, sent = list(messages), []

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/graphql", "headers": headers}
    await world.app().asgi(scope, receive, send)
    return sent


async def test_an_answer_is_one_start_and_one_body(world: World) -> None:
    start, body = await exchanged(world, part(QUERY))

    assert body == {"type": "http.response.body", "body": b'{"data":{"profile":{"id":"prf_anna"}}}'}
    assert (start["type"], start["status"]) == ("http.response.start", 200)
    headers = dict(start["headers"])
    assert len(headers.pop(b"x-request-id")) == 16
    assert headers == {
        b"content-type": b"application/json; charset=utf-8",
        b"cache-control": b"no-store",
        b"content-length": b"38",
    }


async def test_a_body_may_come_in_pieces_and_pieces_may_be_empty(world: World) -> None:
    pieces = [part(b"", more=True), part(QUERY[:10], more=True), part(QUERY[10:], more=True), {"type": "http.request"}]
    start, body = await exchanged(world, *pieces)

    assert start["status"] == 200
    assert body["body"] == b'{"data":{"profile":{"id":"prf_anna"}}}'


async def test_a_body_that_never_comes_whole_is_not_waited_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_module, "_BODY_WITHIN_S", 0.05)
    sent: list[dict[str, Any]] = []
    first = [part(QUERY[:10], more=True)]

    async def receive() -> dict[str, Any]:
        if not first:
            await asyncio.Event().wait()
        return first.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/graphql", "headers": HEADERS}
    await world.app().asgi(scope, receive, send)

    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]
    assert world.reader.asked == []


@pytest.mark.parametrize("messages", [[DISCONNECT], [part(QUERY[:10], more=True), DISCONNECT]])
async def test_nobody_is_answered_who_went_away_before_all_was_sent(
    world: World, messages: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    assert await exchanged(world, *messages) == []
    assert world.reader.asked == []
    assert caplog.records == []


async def test_a_body_that_is_too_large_is_not_read_to_its_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_module, "MAX_BODY_BYTES", 10)
    world.graph.scopes = ["profile:read"]
    for messages, headers in (
        ([], [*HEADERS, (b"content-length", b"11")]),
        ([part(b"x" * 11)], HEADERS),
        ([part(b"x" * 6, more=True), part(b"x" * 6, more=True)], HEADERS),
    ):
        start, _ = await exchanged(world, *messages, headers=headers)
        assert start["status"] == 413


async def test_of_requests_with_large_bodies_a_few_are_read_at_once() -> None:
    room = LargeBodies(at_once=2, patience_s=0.01)
    async with room, room:
        with pytest.raises(RequestRefused) as refused:
            await room.__aenter__()
    async with room, room:
        pass

    assert (refused.value.status, refused.value.code) == (503, ErrorCode.UNAVAILABLE)
    assert refused.value.headers == {"Retry-After": "5"}


async def test_the_first_of_several_headers_counts(world: World) -> None:
    start, _ = await exchanged(world, part(QUERY), headers=[*HEADERS, (b"authorization", b"Bearer cgk_other")])
    assert start["status"] == 200
    start, _ = await exchanged(world, part(QUERY), headers=[(b"authorization", b"Bearer cgk_other"), *HEADERS])
    assert start["status"] == 401


async def test_who_is_cut_off_by_the_end_of_the_process_hears_that_it_may_have_happened(world: World) -> None:
    asked = asyncio.Event()

    class Hanging(StubReader):
        async def run(self, plans: Plans, values: Sequence[object] = ()) -> Answer:
            del plans, values
            asked.set()
            await asyncio.Event().wait()
            raise AssertionError

    world.reader = Hanging()
    request = asyncio.create_task(exchanged(world, part(QUERY)))
    await asyncio.wait_for(asked.wait(), 5)
    request.cancel()
    start, body = await request

    assert start["status"] == 200
    assert orjson.loads(body["body"])["errors"][0]["extensions"]["code"] == "OUTCOME_UNKNOWN"
