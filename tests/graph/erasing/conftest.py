from __future__ import annotations

import pytest_asyncio

from graph.connection import Graph
from graph.consent.evidence import Evidence
from graph.history.events import track_events
from graph.history.purchases import record_purchases
from graph.idempotency import Guard
from graph.people.reference import ProfileReference
from graph.sending.content import Content, EmailContent
from graph.sending.send import SendMessage, send_message
from graph.subscribing.resource import CreateResource, ResourceReference, create_resource
from graph.subscribing.subscribe import Subscribe, subscribe
from graph.vocabulary import Channel
from tests.graph.erasing.ann import ANN, BOB, BOBS_CARD, CARD, HOME, NOW, event, person, purchase


@pytest_asyncio.fixture(loop_scope="session")
async def ann(graph: Graph) -> str:
    """Somebody with everything that the product keeps of people, who shares a phone with Bob."""
    await create_resource(graph, CreateResource("news", "News", (Channel.EMAIL, Channel.SMS), "a@b.example"), None, NOW)
    profile_id = await person(graph, ANN, HOME, CARD, firstName="Ann", lastName="Archeress")
    await person(graph, BOB, HOME, BOBS_CARD, firstName="Bob")
    for who, address in ((CARD, ANN), (BOB, BOB)):
        seen = Evidence(NOW, "192.0.2.77", "https://shop.example/join", "form", "purple words") if who is CARD else None
        command = Subscribe(
            ProfileReference(identifier=who), ResourceReference(key="news"), Channel.EMAIL, address, "key", opt_in=seen
        )
        await subscribe(graph, command, None, NOW)
    await track_events(graph, [event("e1", CARD, colour="purple"), event("e2", BOB, colour="green")], None, NOW)
    await record_purchases(graph, [purchase("order-of-ann", CARD), purchase("order-of-bob", BOB)], None, NOW)
    for who in (CARD, BOB):
        content = Content(EmailContent("Dear A." if who is CARD else "Dear B.", "Hello", None))
        letter = SendMessage(ProfileReference(identifier=who), ResourceReference(key="news"), content)
        await send_message(graph, letter, Guard(f"guard of {who.type}", "hash"), NOW)
    return profile_id
