"""Who says no because of one letter leaves what that letter came through, and the letter tells of it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest_asyncio

from gateway.app import create_app
from graph.connection import Graph
from graph.instants import text_from_ms
from graph.statement import Statement
from graph.subscribing.leave_links import LeaveLink
from tests.gateway.doubles import LINKS, NOW, World
from tests.gateway.subscribing.asking import Asker

BY_CARD = {"identifier": {"type": "EXTERNAL", "namespace": "shop", "value": "ann"}}
LETTER = {"email": {"subject": "News", "text": "Hello"}, "sms": {"text": "Hello"}}
# What somebody has beside what the letter came through: another address, another channel, another resource.
PLACES: dict[str, tuple[str, dict[str, str]]] = {
    "named": ("shop", {"email": "ann@example.com"}),
    "other address": ("shop", {"email": "ann@work.example"}),
    "other channel": ("shop", {"phone": "+442079460000"}),
    "other resource": ("club", {"email": "ann@example.com"}),
}
STANDING = """query ($by: ProfileRef!) { profile(by: $by) {
  status optOuts { since } subscriptions { nodes { id status } }
  messages { nodes { id unsubscribedAt subscription { id } } } } }"""
_PLACE = Statement("place", "MATCH (i)<-[:AT]-(:Subscription {id: $id})-[:OF]->(r) RETURN [i.id, r.id]")


@pytest_asyncio.fixture(loop_scope="session")
async def asker(graph: Graph) -> Asker:
    asker = Asker(graph)
    for key in ("shop", "club"):
        channels = ["EMAIL", "SMS"]
        await asker.change("createResource", "", key=key, title=key, channels=channels, sender="a@shop.example")
    return asker


async def written_to(asker: Asker) -> tuple[dict[str, str], dict[str, str]]:
    """The subscription at each place, and the letter that went to it."""
    subscriptions, letters = {}, {}
    for name, (key, address) in PLACES.items():
        given: dict[str, Any] = {"profile": BY_CARD, "resource": {"key": key}}
        joined = await asker.change("subscribe", "subscription { id }", **given, address=address)
        subscriptions[name] = joined["subscription"]["id"]
        given |= {"content": {"inline": LETTER}, "strategy": {"subscription": subscriptions[name]}}
        shown = "outreach { messages { nodes { id } } }"
        (message,) = (await asker.change("sendMessage", shown, **given, idempotencyKey=name))["outreach"]["messages"][
            "nodes"
        ]
        letters[name] = message["id"]
    return subscriptions, letters


async def left(asker: Asker, subscriptions: dict[str, str], letters: dict[str, str]) -> tuple[set[str], set[str]]:
    """The places that were left, and the letters that tell of it; of the person as a whole nothing changes."""
    profile = (await asker.ask(STANDING, by=BY_CARD))["profile"]
    assert (profile["status"], profile["optOuts"]) == ("SUBSCRIBED", [])
    statuses = {each["id"]: each["status"] for each in profile["subscriptions"]["nodes"]}
    marked = {each["id"]: each["unsubscribedAt"] for each in profile["messages"]["nodes"]}
    assert set(statuses.values()) <= {"SUBSCRIBED", "UNSUBSCRIBED"}
    assert set(marked.values()) <= {None, text_from_ms(NOW)}
    return (
        {name for name, id_ in subscriptions.items() if statuses[id_] == "UNSUBSCRIBED"},
        {name for name, id_ in letters.items() if marked[id_] is not None},
    )


async def test_feature_9_by_the_id_of_a_letter_only_its_subscription_ends_and_the_letter_says_when(
    asker: Asker,
) -> None:
    subscriptions, letters = await written_to(asker)
    assert await left(asker, subscriptions, letters) == (set(), set())

    payload = await asker.change("unsubscribe", "changed { id status }", target={"message": letters["named"]})

    assert payload["changed"] == [{"id": subscriptions["named"], "status": "UNSUBSCRIBED"}]
    assert await left(asker, subscriptions, letters) == ({"named"}, {"named"})
    asker.clock.advance(5_000)
    # Whoever says it again changes neither what was left nor when.
    await asker.change("unsubscribe", "unchangedCount", target={"message": letters["named"]})
    assert await left(asker, subscriptions, letters) == ({"named"}, {"named"})


async def test_feature_9_the_link_in_a_letter_does_the_same(asker: Asker, graph: Graph) -> None:
    subscriptions, letters = await written_to(asker)
    identifier_id, resource_id = await graph.read(_PLACE, id=subscriptions["named"])
    token = LINKS.token(LeaveLink(identifier_id, resource_id, letters["named"]))
    world = World()
    world.graph = graph  # type: ignore[assignment]  # The real one in the place of its stand-in.
    transport = httpx.ASGITransport(create_app(world.parts()).asgi)

    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        looked = await client.get(f"/u/{token}")
        assert await left(asker, subscriptions, letters) == (set(), set())
        answer = await client.post(f"/u/{token}", data={"List-Unsubscribe": "One-Click"})

    assert (looked.status_code, answer.status_code) == (200, 200)
    assert await left(asker, subscriptions, letters) == ({"named"}, {"named"})
