"""A list handed over by a client, and what the client sees of the job, on the real graph."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest_asyncio
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from dispatch.importing import Importing
from dispatch.nudges import Nudger
from gateway.api_keys import KeyRing, key_hash
from gateway.app import Parts, create_app
from gateway.operations import Operations
from gateway.schema.api import SCHEMA
from gateway.schema.context import Services
from graph.clock import FixedClock
from graph.connection import Graph
from graph.reading.reader import Reader
from graph.statement import Statement
from graph.vocabulary import ChangeKind
from tests.gateway.doubles import KEY, KEYS, LINKS, NOW, StubGraph, StubLive, StubNudger, hooks_of, served, tracking_of
from tests.gateway.subscribing.asking import Asker

JOB = """state done total summary { received created updated unchanged duplicate refused }
rejects(first: 10) { nodes { index outcome id userErrors { code message field index } } count { value } }"""
READ = f"query ($id: ID!) {{ job(id: $id) {{ id {JOB} }} }}"
WATCH = "subscription ($id: ID!) { jobChanged(id: $id) { how: state done rejects { nodes { index } } } }"
LIST = """Mail,Name,State
ann@example.com,Ann,0
bob@example.com,Bob,7
"cat@example.com,Cat,1
dan@example.com,Dan,unsubscribed"""
MAPPING = [
    {"column": "Mail", "target": "email"},
    {"column": "Name", "target": "first_name"},
    {"column": "State", "target": "subscription::EMAIL:status"},
]
STATUSES = Statement(
    "statuses",
    "MATCH (s:Subscription)-[:AT]->(i) WITH s, i ORDER BY i.value RETURN collect([i.value, s.status])",
)
PARTS = Statement("parts", "RETURN [COUNT { (:Job) }, COUNT { (:JobPart) }]")


@pytest_asyncio.fixture(loop_scope="session")
async def asker(graph: Graph) -> Asker:
    asker = Asker(graph)
    await asker.change("createResource", "", key="news", title="News", channels=["EMAIL"], sender="a@shop.example")
    return asker


def worker(graph: Graph) -> Importing:
    nudger = Nudger("redis://127.0.0.1:1/0")
    return Importing(graph, nudger, FixedClock(NOW), "worker", KEYS.addresses, lambda: False)


def given(**more: Any) -> dict[str, Any]:
    return {"format": "CSV", "content": LIST, "mapping": MAPPING, "resource": "news", **more}


async def test_feature_24_a_list_becomes_a_job_that_says_what_became_of_each_row(asker: Asker, graph: Graph) -> None:
    started = await asker.change("startImport", f"replayed job {{ id {JOB} }}", **given(idempotencyKey="list"))
    again = await asker.change("startImport", "replayed job { id }", **given(idempotencyKey="list"))

    job = started["job"]
    assert (job["state"], job["done"], job["total"], job["summary"]["refused"]) == ("QUEUED", 2, 4, 2)
    assert again == {"replayed": True, "job": {"id": job["id"]}, "userErrors": []}
    assert await graph.read(PARTS) == [1, 1]
    assert await worker(graph).work_at_one()
    done = (await asker.ask(READ, id=job["id"]))["job"]
    assert {name: done[name] for name in ("id", "state", "done", "total", "summary")} == {
        "id": job["id"],
        "state": "DONE",
        "done": 4,
        "total": 4,
        "summary": {"received": 4, "created": 2, "updated": 0, "unchanged": 0, "duplicate": 0, "refused": 2},
    }
    words = "SUBSCRIBED, UNSUBSCRIBED, COMPLAINED, HARD_BOUNCED, UNCONFIRMED, SUSPENDED, INVALID"
    assert done["rejects"] == {
        "nodes": [
            {
                "index": 3,
                "outcome": "REFUSED",
                "id": None,
                "userErrors": [
                    {
                        "code": "INVALID",
                        "message": f"Must be one of {words}, or its number from 0 to 6.",
                        "field": ["subscriptions", "0", "status"],
                        "index": 3,
                    }
                ],
            },
            {
                "index": 4,
                "outcome": "REFUSED",
                "id": None,
                "userErrors": [
                    {
                        "code": "INVALID",
                        "message": "Its quotes do not match; a value may not go over the end of the line.",
                        "field": None,
                        "index": 4,
                    }
                ],
            },
        ],
        "count": {"value": 2},
    }
    assert await graph.read(STATUSES) == [["ann@example.com", "SUBSCRIBED"], ["dan@example.com", "UNSUBSCRIBED"]]
    assert await graph.read(PARTS) == [1, 0]


async def test_a_list_of_json_may_increment_because_a_job_writes_each_row_once(asker: Asker, graph: Graph) -> None:
    await asker.change("defineAttribute", "", key="points", type="INTEGER")
    row: dict[str, list[dict[str, Any]]] = {
        "identifiers": [{"type": "EXTERNAL", "namespace": "crm", "value": "7"}],
        "attributes": [{"increment": {"key": "points", "value": 2}}],
    }
    content = orjson.dumps(row).decode()

    started = await asker.change("startImport", "job { id }", format="JSONL", content=content, isTest=True)
    await worker(graph).work_at_one()

    assert (await asker.ask(READ, id=started["job"]["id"]))["job"]["summary"]["created"] == 1
    page = 'query ($by: ProfileRef!) { profile(by: $by) { isTest attribute(key: "points") { value } } }'
    found = await asker.ask(page, by={"identifier": row["identifiers"][0]})
    assert found == {"profile": {"isTest": True, "attribute": {"value": 2}}}


async def test_a_list_that_cannot_be_read_as_a_whole_starts_nothing(asker: Asker, graph: Graph) -> None:
    unmapped = await asker.tried("startImport", "job { id }", **given(mapping=None))
    no_source = await asker.tried("startImport", "job { id }", **given(source=" "))

    wrong = [{"column": "Mail", "target": "shoe size"}]
    mismapped = await asker.tried("startImport", "job { id }", **given(mapping=wrong))

    assert mismapped == {"job": None, "userErrors": [{"code": "INVALID", "field": ["mapping"]}]}
    assert unmapped == {"job": None, "userErrors": [{"code": "INVALID", "field": ["content"]}]}
    assert no_source == {"job": None, "userErrors": [{"code": "REQUIRED", "field": ["source"]}]}
    assert await graph.read(PARTS) == [0, 0]


async def test_a_job_is_seen_live_until_it_is_over(asker: Asker, graph: Graph) -> None:
    started = await asker.change("startImport", "job { id }", **given())
    live = StubLive()
    async with served(_app(graph, live)) as address, _socket(address) as socket:
        await _send(socket, {"id": "1", "type": "subscribe", "payload": {"query": WATCH, "variables": started["job"]}})
        first = await _receive(socket)
        await worker(graph).work_at_one()
        await live.changes.put((4, frozenset({ChangeKind.SNAPSHOT})))
        last, end = await _receive(socket), await _receive(socket)

    rejects = {"nodes": [{"index": 3}, {"index": 4}]}
    assert first["payload"] == {"data": {"jobChanged": {"how": "QUEUED", "done": 2, "rejects": rejects}}}
    assert last["payload"] == {"data": {"jobChanged": {"how": "DONE", "done": 4, "rejects": rejects}}}
    assert end == {"id": "1", "type": "complete"}
    assert (live.after, live.listening) == ([1], 0)


async def test_nobody_watches_a_job_that_is_not_there(asker: Asker, graph: Graph) -> None:
    assert asker is not None  # The graph has a resource, and no job.
    async with served(_app(graph, StubLive())) as address, _socket(address) as socket:
        await _send(socket, {"id": "1", "type": "subscribe", "payload": {"query": WATCH, "variables": {"id": "job_0"}}})
        refused, end = await _receive(socket), await _receive(socket)

    assert refused["payload"]["data"] is None
    assert [each["extensions"]["code"] for each in refused["payload"]["errors"]] == ["NOT_FOUND"]
    assert end == {"id": "1", "type": "complete"}


def _app(graph: Graph, live: StubLive) -> Any:
    nudger = StubNudger()
    services = Services(graph, Reader(graph, b"c" * 32), FixedClock(NOW), nudger, nudger, live, KEYS)
    keys: Any = StubGraph({key_hash(KEY)})

    async def ready() -> None:
        return

    hooks, tracking = hooks_of(services, {}), tracking_of(services)
    operations = Operations(SCHEMA, services)
    return create_app(Parts(SCHEMA, services, operations, KeyRing(keys), ready, lambda: True, LINKS, hooks, tracking))


@asynccontextmanager
async def _socket(address: str) -> AsyncIterator[ClientConnection]:
    """One that said who it is."""
    async with connect(f"ws://{address}/graphql", subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        await _send(socket, {"type": "connection_init", "payload": {"Authorization": f"Bearer {KEY}"}})
        assert await _receive(socket) == {"type": "connection_ack"}
        yield socket


async def _send(socket: ClientConnection, message: Any) -> None:
    await socket.send(orjson.dumps(message).decode())


async def _receive(socket: ClientConnection) -> Any:
    return orjson.loads(await asyncio.wait_for(socket.recv(), 30))
