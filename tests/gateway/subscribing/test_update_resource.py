"""A publisher whose settings change while people are subscribed to it."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio

from graph.connection import Graph
from tests.gateway.subscribing.asking import Asker

ALL = """resource { title channels requireDoubleOptIn raisePriorityOfNew onUnknown trackOpens trackClicks stopWords
  startWords rate burst }"""
MADE = {
    "title": "The shop",
    "channels": ["EMAIL", "SMS"],
    "requireDoubleOptIn": False,
    "raisePriorityOfNew": True,
    "onUnknown": "RETRY",
    "trackOpens": True,
    "trackClicks": True,
    "stopWords": ["basta"],
    "startWords": ["ancora"],
    "rate": "20.00",
    "burst": 20,
}
SHOP = {"key": "shop"}


@pytest_asyncio.fixture(loop_scope="session")
async def asker(graph: Graph) -> Asker:
    asker = Asker(graph)
    made = await asker.change("createResource", ALL, key="shop", sender="shop@example.com", **{**MADE, "rate": "20"})
    assert made["resource"] == MADE
    return asker


async def test_what_is_not_named_stays(asker: Asker) -> None:
    changed = await asker.change("updateResource", ALL, resource=SHOP, title="Our shop")
    assert changed["resource"] == {**MADE, "title": "Our shop"}


async def test_everything_but_the_key_may_change(asker: Asker) -> None:
    other = {
        "title": "Il negozio",
        "channels": ["SMS", "TELEGRAM"],
        "requireDoubleOptIn": True,
        "raisePriorityOfNew": False,
        "onUnknown": "HOLD",
        "trackOpens": False,
        "trackClicks": False,
        "stopWords": [],
        "startWords": ["avanti"],
        "rate": "0.50",
        "burst": 3,
    }
    changed = await asker.change("updateResource", ALL, resource=SHOP, **other)
    again = await asker.change("updateResource", ALL, resource=SHOP, **other)
    assert changed["resource"] == again["resource"] == other


async def test_a_rate_is_taken_away_by_null_and_a_new_one_has_a_burst_of_its_own(asker: Asker) -> None:
    faster = await asker.change("updateResource", "resource { rate burst }", resource=SHOP, rate="50")
    assert faster["resource"] == {"rate": "50.00", "burst": 50}
    free = await asker.change("updateResource", "resource { rate burst }", resource=SHOP, rate=None)
    assert free["resource"] == {"rate": None, "burst": None}


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"resource": {"key": "none"}, "title": "None"}, {"code": "NOT_FOUND", "field": ["resource"]}),
        ({"title": " "}, {"code": "REQUIRED", "field": ["title"]}),
        ({"channels": []}, {"code": "REQUIRED", "field": ["channels"]}),
        ({"sender": "shop"}, {"code": "INVALID", "field": ["sender"]}),
        ({"rate": "0"}, {"code": "INVALID", "field": ["rate"]}),
        ({"burst": 5}, {"code": "INVALID", "field": ["burst"]}),
        ({"rate": None, "burst": 5}, {"code": "INVALID", "field": ["burst"]}),
        ({"startWords": ["ancora", "Basta!"]}, {"code": "INVALID", "field": ["startWords", "1"]}),
        ({"stopWords": ["ancora"]}, {"code": "INVALID", "field": ["startWords", "0"]}),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    asker: Asker, given: dict[str, Any], error: dict[str, Any]
) -> None:
    refused = await asker.tried("updateResource", "resource { title }", **{"resource": SHOP, **given})
    assert (refused["resource"], refused["userErrors"]) == (None, [error])
    assert (await asker.change("updateResource", ALL, resource=SHOP))["resource"] == MADE


async def test_a_resource_that_begins_to_send_letters_needs_a_sender(asker: Asker) -> None:
    await asker.change("createResource", "resource { id }", key="texts", title="Texts", channels=["SMS"])
    texts: dict[str, Any] = {"resource": {"key": "texts"}, "channels": ["SMS", "EMAIL"]}
    refused = await asker.tried("updateResource", **texts)
    assert refused["userErrors"] == [{"code": "REQUIRED", "field": ["sender"]}]
    changed = await asker.change("updateResource", "resource { channels }", **texts, sender="texts@example.com")
    assert changed["resource"] == {"channels": ["SMS", "EMAIL"]}


async def test_a_channel_that_is_given_up_keeps_its_subscriptions_and_takes_no_new_ones(asker: Asker) -> None:
    ann, bob = ({"identifier": {"type": "EXTERNAL", "namespace": "shop", "value": name}} for name in ("ann", "bob"))
    text: dict[str, Any] = {"resource": SHOP, "address": {"phone": "+442079460000"}}
    await asker.change("subscribe", "subscription { id }", profile=ann, **text)
    await asker.change("updateResource", "resource { id }", resource=SHOP, channels=["EMAIL"])

    page = "query ($by: ProfileRef!) { profile(by: $by) { subscriptions { nodes { channel status } } } }"
    kept = (await asker.ask(page, by=ann))["profile"]["subscriptions"]["nodes"]
    refused = await asker.tried("subscribe", profile=bob, **text)
    assert kept == [{"channel": "SMS", "status": "SUBSCRIBED"}]
    assert [each["code"] for each in refused["userErrors"]] == ["INVALID"]
