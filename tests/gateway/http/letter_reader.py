"""Somebody who reads letters, and what their messages say afterwards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import httpx

from dispatch.counters import exposition
from gateway.app import create_app
from gateway.hits import Hits
from gateway.http.tracking import Tracking
from gateway.receipt_groups import ReceiptGroups
from graph.clock import FixedClock
from graph.connection import Graph
from graph.statement import Statement
from graph.tracking.links import ClickLink, TrackingLinks
from tests.dispatch.outbox_seed import queue, seed
from tests.gateway.doubles import NOW, TRACKING_LINKS, StubNudger, World
from tests.gateway.subscribing.asking import Asker

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
TARGET = "https://shop.example/offer?a=1&b=%C3%A9"
_SENT_AT = NOW - 60_000
_SEND = Statement(
    "send",
    """
    MATCH (m:Message {id: $id}) SET m.sentAt = datetime({epochMillis: $at}) REMOVE m:Pending RETURN m.id
    """,
)
MESSAGE = """query ($id: ID!) { message(id: $id) {
  messageState openCount clickCount openedAt firstClickedAt receipts { nodes { eventType applied provider reason } }
} }"""


@dataclass(slots=True)
class Reader:
    client: httpx.AsyncClient
    graph: Any
    hits: Hits
    clock: FixedClock
    nudger: StubNudger

    async def ask(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        given = {"User-Agent": BROWSER, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return await self.client.request(method, path, headers=given)

    async def message(self, message_id: str) -> dict[str, Any]:
        """As the API shows it, once all is written."""
        await self.hits.finish(30)
        found: dict[str, Any] = (await Asker(self.graph).ask(MESSAGE, id=message_id))["message"]
        receipts = found.pop("receipts")["nodes"]
        return {**found, "receipts": sorted((each["eventType"], each["applied"]) for each in receipts)}

    def metrics(self) -> str:
        return exposition(self.hits.counters())


def reader(graph: Any) -> Reader:
    world, clock, nudger = World(), FixedClock(NOW), StubNudger()
    world.graph = graph
    hits = Hits(graph, ReceiptGroups(graph, clock, nudger))
    parts = replace(world.parts(), tracking=Tracking(TRACKING_LINKS, hits, clock))
    transport = httpx.ASGITransport(create_app(parts).asgi)
    return Reader(httpx.AsyncClient(transport=transport, base_url="http://gateway"), graph, hits, clock, nudger)


async def sent(graph: Graph, at_ms: int = _SENT_AT) -> str:
    one = seed(at_ms, state="SENT", html="<p>x</p>")
    await queue(graph, one)
    await graph.change(_SEND, id=one.message_id, at=at_ms)
    return one.message_id


def picture(message_id: str, links: TrackingLinks = TRACKING_LINKS) -> str:
    return f"/o/{links.open_token(message_id)}"


def link(message_id: str, url: str = TARGET, links: TrackingLinks = TRACKING_LINKS) -> str:
    return f"/c/{links.click_token(ClickLink(message_id, url))}"
