"""Where providers call back: answered only when everything is committed, and to nobody who has not signed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import pytest
import pytest_asyncio

from dispatch.counters import exposition
from dispatch.hook import HookCall, HookReading, Malformed, NotSigned
from gateway.app import create_app
from gateway.http.hooks import Hooks
from graph.clock import SystemClock
from graph.connection import Graph
from graph.errors import GraphUnavailable
from graph.message_states import Happening
from graph.receipts.receipt import Receipt
from graph.statement import Statement
from graph.vocabulary import Channel
from tests.dispatch.outbox_seed import queue, seed
from tests.gateway.doubles import PUBLIC_URL, World

_STATE = Statement(
    "state", "MATCH (m:Message {id: $id}) RETURN [m.state, m.openCount, COUNT { (m)<-[:OF]-(:Receipt) }]"
)
_ALL = Statement("all_receipts", "RETURN [COUNT { (:Receipt) }, COUNT { (:Orphan) }]")


@dataclass(slots=True)
class Provider:
    """Reads calls that are signed with `yes`: lists of [event, message, happening]."""

    calls: list[HookCall] = field(default_factory=list)

    def read(self, call: HookCall) -> HookReading:
        self.calls.append(call)
        if call.headers.get("x-signature") != "yes":
            raise NotSigned
        try:
            rows = orjson.loads(call.body) if call.method == "POST" else []
        except orjson.JSONDecodeError:
            raise Malformed from None
        receipts = [
            Receipt(event, "kind", None if happening is None else Happening(happening), 5, message_id=message)
            for event, message, happening in rows
        ]
        return HookReading(tuple(receipts), answer=b"<ok/>", media_type="text/xml")


@dataclass(slots=True)
class There:
    client: httpx.AsyncClient
    provider: Provider
    graph: Any
    hooks: Hooks

    async def call(self, *rows: object, signature: str = "yes", path: str = "/hooks/email/main") -> httpx.Response:
        return await self.client.post(path, content=orjson.dumps(rows), headers={"X-Signature": signature})


def there(graph: Any) -> There:
    provider, world = Provider(), World()
    world.graph = graph
    world.readers = {(Channel.EMAIL, "main"): provider, (Channel.WEB_PUSH, "main"): provider}
    parts = world.parts()
    transport = httpx.ASGITransport(create_app(parts).asgi)
    client = httpx.AsyncClient(transport=transport, base_url="http://anybody.example")
    return There(client, provider, graph, parts.hooks)


@pytest_asyncio.fixture(loop_scope="session")
async def hooks(graph: Graph) -> AsyncIterator[There]:
    found = there(graph)
    async with found.client:
        yield found


async def sent(graph: Graph) -> str:
    one = seed(SystemClock().now(), state="SENT")
    await queue(graph, one)
    return one.message_id


async def test_a_call_is_answered_when_its_receipts_are_committed(hooks: There) -> None:
    message = await sent(hooks.graph)

    answer = await hooks.call(["e1", message, "DELIVERED"], ["e2", message, "OPENED"])

    assert (answer.status_code, answer.text, answer.headers["content-type"]) == (
        200,
        "<ok/>",
        "text/xml; charset=utf-8",
    )
    assert await hooks.graph.read(_STATE, id=message) == ["OPENED", 1, 2]


async def test_many_calls_at_once_all_count_and_each_once(hooks: There) -> None:
    messages = [await sent(hooks.graph) for _ in range(3)]
    rows = [[f"{message}-{number}", message, "OPENED"] for message in messages for number in range(50)]

    answers = await asyncio.gather(*(hooks.call(row) for row in [*rows, *rows]))

    assert {answer.status_code for answer in answers} == {200}
    assert [await hooks.graph.read(_STATE, id=each) for each in messages] == [["OPENED", 50, 50]] * 3


async def test_what_is_not_signed_changes_nothing(hooks: There) -> None:
    message = await sent(hooks.graph)

    answer = await hooks.call(["e1", message, "DELIVERED"], signature="no")

    assert answer.status_code == 403
    assert await hooks.graph.read(_STATE, id=message) == ["SENT", 0, 0]


async def test_a_receipt_without_a_message_is_taken_and_waits(hooks: There) -> None:
    answer = await hooks.call(["e1", "msg_unknown", "DELIVERED"])

    assert answer.status_code == 200
    assert await hooks.graph.read(_ALL) == [1, 1]


@pytest.mark.parametrize("path", ["/hooks/email/other", "/hooks/sms/main", "/hooks/telepathy/main", "/hooks/email"])
async def test_nobody_is_asked_where_there_is_no_such_account(hooks: There, path: str) -> None:
    answer = await hooks.call(path=path)

    assert (answer.status_code, hooks.provider.calls) == (404, [])


async def test_garbage_and_too_much_are_refused(hooks: There) -> None:
    headers = {"X-Signature": "yes"}
    garbage = await hooks.client.post("/hooks/email/main", content=b"{", headers=headers)
    much = await hooks.client.post("/hooks/email/main", content=b"x" * 1_048_577, headers=headers)

    assert (garbage.status_code, much.status_code, len(hooks.provider.calls)) == (400, 413, 1)


async def test_an_id_that_no_index_takes_is_refused_and_not_put_off_for_ever(hooks: There) -> None:
    answer = await hooks.call(["e" * 1_001, "msg_unknown", "DELIVERED"])

    assert answer.status_code == 400
    assert await hooks.graph.read(_ALL) == [0, 0]


async def test_a_body_that_does_not_come_holds_nobody(hooks: There, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.http.hooks._BODY_WITHIN_S", 0.05)

    async def half() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    async with asyncio.timeout(5):
        answer = await hooks.client.post("/hooks/email/main", content=half(), headers={"X-Signature": "yes"})

    assert (answer.status_code, hooks.provider.calls) == (408, [])


async def test_the_provider_reads_the_address_that_it_was_given(hooks: There) -> None:
    answer = await hooks.client.get(
        "/hooks/web-push/main?a=1&a=2&b=%20", headers={"X-Signature": "yes", "Host": "evil.example"}
    )

    [call] = hooks.provider.calls
    assert (answer.status_code, call.method) == (200, "GET")
    assert call.url == f"{PUBLIC_URL}/hooks/web-push/main?a=1&a=2&b=%20"
    assert call.query == {"a": "2", "b": " "}


async def test_while_the_graph_is_away_the_provider_has_to_come_again() -> None:
    class Away:
        async def read_aside(self, *_: object, **__: object) -> Any:
            raise GraphUnavailable("away")

    found = there(Away())
    async with found.client:
        answers = await asyncio.gather(*(found.call([f"e{number}", "msg_1", "OPENED"]) for number in range(3)))

    assert [(each.status_code, each.headers["retry-after"]) for each in answers] == [(503, "2")] * 3


async def test_calls_are_counted_by_what_became_of_them(hooks: There) -> None:
    message = await sent(hooks.graph)
    await hooks.call(["e1", message, "DELIVERED"], ["e2", message, None])
    await hooks.call(signature="no")

    metrics = exposition(hooks.hooks.counters())

    assert 'customer_graph_hook_calls_total{result="taken"} 1\n' in metrics
    assert 'customer_graph_hook_calls_total{result="not signed"} 1\n' in metrics
    assert 'customer_graph_receipts_total{channel="EMAIL"} 1\n' in metrics
    assert 'customer_graph_unknown_receipts_total{channel="EMAIL"} 1\n' in metrics
