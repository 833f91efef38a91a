"""What people write back by Twilio: signed as Twilio signs it, taken by its reader, and in the graph when answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, cast

import httpx
import pytest_asyncio
from twilio.request_validator import RequestValidator

from dispatch.channels.twilio import TwilioSender
from dispatch.counters import exposition
from dispatch.hook import Departure, HookCall, HookReading
from gateway.app import create_app
from gateway.http.hooks import Hooks
from graph.clock import FixedClock
from graph.connection import Graph
from graph.errors import GraphUnavailable
from graph.vocabulary import ChangeKind, Channel, IdentifierType
from tests.gateway.doubles import NOW as CLOCK
from tests.gateway.doubles import PUBLIC_URL, StubGraph, World
from tests.graph.inbound.writing_world import COUNTS, EVENTS, STANDING, join, open_resources, person, phone, send

TOKEN = "hush0123456789abcdef"
URL = f"{PUBLIC_URL}/hooks/sms/main"
PHONE = phone()


class Leaving:
    """A provider that tells of somebody who left."""

    def read(self, call: HookCall) -> HookReading:
        return HookReading(departures=(Departure("left-1", call.now_ms, IdentifierType.VIBER, "v1", "bot"),))


@dataclass(slots=True)
class There:
    client: httpx.AsyncClient
    world: World
    hooks: Hooks

    async def write(self, text: str, sid: str = "SM01", signature: str | None = None, **more: str) -> httpx.Response:
        form = {
            "MessageSid": sid,
            "SmsStatus": "received",
            "Body": text,
            "From": PHONE.value,
            "To": "+15005550006",
            **more,
        }
        signed = RequestValidator(TOKEN).compute_signature(URL, form) if signature is None else signature
        return await self.client.post("/hooks/sms/main", data=form, headers={"X-Twilio-Signature": signed})


def there(graph: Any) -> There:
    world = World()
    world.graph = cast("StubGraph", graph)
    twilio = TwilioSender.from_url(f"twilio://AC01:{TOKEN}@?from=Shop&account=main", "SMS_URL", 1_000)
    world.readers = {(Channel.SMS, "main"): twilio, (Channel.VIBER, "bot"): Leaving()}
    parts = world.parts()
    transport = httpx.ASGITransport(create_app(parts).asgi)
    return There(httpx.AsyncClient(transport=transport, base_url="http://anybody.example"), world, parts.hooks)


@pytest_asyncio.fixture(loop_scope="session")
async def hooks(graph: Graph) -> AsyncIterator[There]:
    await open_resources(graph)
    await join(graph, await person(graph, "Ann"), "shop", PHONE)
    found = there(graph)
    async with found.client:
        yield found


async def test_a_stop_has_ended_the_subscription_when_it_is_answered(graph: Graph, hooks: There) -> None:
    await send(graph, "Ann", "shop", PHONE, "msg_1")

    answer = await hooks.write("Стоп!", OriginalRepliedMessageSid="provider-msg_1")

    assert (answer.status_code, answer.text) == (200, "<Response/>")
    assert answer.headers["content-type"].startswith("text/xml")
    assert await graph.read(STANDING, key=PHONE.key) == [["Ann", "shop", "SMS", "UNSUBSCRIBED"]]
    [event] = await graph.read(EVENTS)
    assert (event["sourceKey"], event["message"], event["at"]) == ("SMS.main:SM01:received", "msg_1", CLOCK)
    [(profile_id, (revision, kinds))] = cast("list[Any]", hooks.world.nudger.told)
    assert (profile_id, revision > 0, kinds) == ("prf_Ann", True, {ChangeKind.EVENT, ChangeKind.SUBSCRIPTION})


async def test_what_comes_twice_is_answered_twice_and_done_once(graph: Graph, hooks: There) -> None:
    answers = [await hooks.write("Hello"), await hooks.write("Hello")]

    assert [each.status_code for each in answers] == [200, 200]
    assert (len(await graph.read(EVENTS)), len(hooks.world.nudger.told)) == (1, 1)


async def test_what_twilio_did_not_sign_stops_nothing(graph: Graph, hooks: There) -> None:
    signature = RequestValidator(TOKEN).compute_signature(URL, {"Body": "stop"})

    answers = [await hooks.write("stop", signature=each) for each in ("", signature)]

    assert [each.status_code for each in answers] == [403, 403]
    assert await graph.read(STANDING, key=PHONE.key) == [["Ann", "shop", "SMS", "SUBSCRIBED"]]
    assert (await graph.read(EVENTS), hooks.world.nudger.told) == ([], [])


async def test_who_is_unknown_becomes_a_person(graph: Graph, hooks: There) -> None:
    before = await graph.read(COUNTS)
    answer = await hooks.write("Hello?", From=phone(9).value)

    assert (answer.status_code, before[0], await graph.read(COUNTS)) == (200, 1, [2, before[1] + 1, 1])


async def test_who_left_is_counted_and_made_nobody(graph: Graph, hooks: There) -> None:
    answer = await hooks.client.post("/hooks/viber/bot", content=b"")
    await hooks.write("Hello")

    metrics = exposition(hooks.hooks.counters())
    assert (answer.status_code, (await graph.read(COUNTS))[0]) == (200, 1)
    assert 'customer_graph_inbound_total{channel="SMS"} 1\n' in metrics
    assert 'customer_graph_departures_total{channel="VIBER"} 1\n' in metrics


async def test_while_the_graph_is_away_the_provider_has_to_come_again() -> None:
    class Away:
        async def write(self, *_: object, **__: object) -> Any:
            raise GraphUnavailable("away")

    found = there(Away())
    async with found.client:
        answer = await found.write("stop")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert 'customer_graph_inbound_total{channel="SMS"} 0\n' in exposition(found.hooks.counters())
    assert isinstance(found.world.services().clock, FixedClock)
