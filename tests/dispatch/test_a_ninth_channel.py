"""docs/add-a-channel.md is followed to the letter, and what comes of it sends and hears through real sockets."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from gateway.stack.ports import free_port
from graph.connection import Graph
from graph.settings import GraphSettings
from tests.dispatch.recipe import follow
from tests.faults.processes import RedisProcess, eventually

_KEY = "cgk_of_the_ninth_channel"
_SECRET = "told-in-a-header"  # Of a pager that is on this machine alone.
_START_S = 120.0
_PEOPLE = {"+4915112345671": "OK p-1", "+4915112345672": "BUSY", "+4915112345673": "GONE", "+4915112345674": ""}
_RESOURCE = """mutation { createResource(input: {key: "ward", title: "Ward", channels: [PAGER]}) {
  userErrors { code } } }"""
_PERSON = """mutation ($number: String!) { importProfiles(input: {idempotencyKey: $number, rows: [{
  identifiers: [{type: PHONE, value: $number}],
  subscriptions: [{resource: {key: "ward"}, address: {pager: $number}}]}]}) {
    rows { id } userErrors { code } } }"""
_SEND = """mutation ($person: ID!, $key: String!) { sendMessage(input: {profile: {id: $person}, resource: {key: "ward"},
  content: {inline: {sms: {text: "Come at\\nonce."}}}, strategy: {priority: {channel: PAGER}}, idempotencyKey: $key}) {
    outreach { messages { nodes { id } } } userErrors { code message field } } }"""
_MESSAGE = """query ($id: ID!) { node(id: $id) { ... on Message {
  channel messageState attempts { nodes { outcome answer } } subscription { status } } } }"""


@dataclass(slots=True)
class Pager:
    """What its documentation says: one line is answered by one line, or by nothing."""

    port: int = 0
    pages: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        page = (await reader.readline()).decode().rstrip("\n")
        self.pages.append(page)
        answer = _PEOPLE[page.split()[1]]
        writer.write(f"{answer}\n".encode() if answer else b"")
        writer.close()


@pytest_asyncio.fixture(loop_scope="session")
async def pager() -> AsyncIterator[Pager]:
    made = Pager()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()


@dataclass(frozen=True, slots=True)
class Api:
    url: str
    session: aiohttp.ClientSession

    async def ask(self, document: str, **variables: object) -> dict[str, Any]:
        body, headers = {"query": document, "variables": variables}, {"Authorization": f"Bearer {_KEY}"}
        async with self.session.post(f"{self.url}/graphql", json=body, headers=headers) as response:
            answer = await response.json()
        assert "errors" not in answer, answer
        (found,) = answer["data"].values()
        assert not (found or {}).get("userErrors"), found
        data: dict[str, Any] = found
        return data

    async def is_ready(self) -> bool:
        try:
            async with self.session.get(f"{self.url}/readyz") as response:
                return response.status == 200
        except aiohttp.ClientError:
            return False

    async def send_to(self, number: str) -> str:
        person = (await self.ask(_PERSON, number=number))["rows"][0]["id"]
        sent = await self.ask(_SEND, person=person, key=person)
        return str(sent["outreach"]["messages"]["nodes"][0]["id"])

    async def has_tried(self, message_id: str) -> bool:
        return bool((await self.ask(_MESSAGE, id=message_id))["attempts"]["nodes"])

    async def call_back(self, secret: str, body: str) -> int:
        headers = {"X-Pager-Secret": secret}
        async with self.session.post(f"{self.url}/hooks/pager/pager", data=body, headers=headers) as response:
            return response.status


@pytest.mark.timeout(300)
async def test_a_ninth_channel_is_one_file_and_a_line_where_each_closed_set_is(
    graph: Graph, graph_settings: GraphSettings, own_redis: RedisProcess, pager: Pager, tmp_path: Path
) -> None:
    del graph  # Emptied before anybody looks into it.
    changed = follow(tmp_path / "copy")
    assert [name for name in changed if name.startswith("dispatch/channels/")] == [
        "dispatch/channels/pager.py",
        "dispatch/channels/registry.py",
        "dispatch/channels/registry.py",
    ]
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.endswith("_URL")},
        "GRAPH_URI": graph_settings.uri,
        "GRAPH_USER": "neo4j",
        "GRAPH_PASSWORD": "none",
        "REDIS_URL": own_redis.url,
        "PAGER_URL": f"pager://:{_SECRET}@127.0.0.1:{pager.port}",
        "CUSTOMER_GRAPH_DATA": str(tmp_path),
        "CUSTOMER_GRAPH_ADMIN_KEY": _KEY,
        "CUSTOMER_GRAPH_SECRET": "a secret of the tests that is long enough",
        "HOST": "127.0.0.1",
        "PORT": str(port),
    }
    with _programs(tmp_path / "copy", environment):
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(15)) as session:
            api = Api(f"http://127.0.0.1:{port}", session)
            await eventually(api.is_ready, _START_S)
            await api.ask(_RESOURCE)

            ids = [await api.send_to(number) for number in _PEOPLE]
            for each in ids:
                await eventually(lambda each=each: api.has_tried(each), 30)  # type: ignore[misc]  # The default is a str.

            taken, busy, gone, lost = [await api.ask(_MESSAGE, id=each) for each in ids]
            assert taken == _shown("SENT", "ACCEPTED", "ok")
            assert busy == _shown("DEFERRED", "DEFERRED", "busy")
            assert gone == _shown("FAILED", "REFUSED", "no such number", "HARD_BOUNCED")
            assert lost == _shown("DEFERRED", "UNKNOWN", "no answer")
            assert f"PAGE +4915112345671 {ids[0]} Come at once." in pager.pages
            assert len(pager.pages) == 4

            assert await api.call_back("a guess", "READ p-1") == 403
            assert (await api.ask(_MESSAGE, id=ids[0]))["messageState"] == "SENT"
            assert await api.call_back(_SECRET, "READ p-1") == 200
            assert (await api.ask(_MESSAGE, id=ids[0]))["messageState"] == "OPENED"


def _shown(state: str, outcome: str, answer: str, status: str = "SUBSCRIBED") -> dict[str, Any]:
    tried = {"nodes": [{"outcome": outcome, "answer": answer}]}
    return {"channel": "PAGER", "messageState": state, "attempts": tried, "subscription": {"status": status}}


@contextmanager
def _programs(copy: Path, environment: dict[str, str]) -> Iterator[None]:
    running = [
        subprocess.Popen([sys.executable, "-m", "gateway.cli", command], cwd=copy, env=environment)
        for command in ("serve", "worker")
    ]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()
