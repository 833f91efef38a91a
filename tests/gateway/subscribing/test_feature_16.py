"""Kinds of content of one resource, and what leaving one of them does to the others."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest_asyncio

from graph.connection import Graph
from graph.statement import Statement
from tests.gateway.subscribing.asking import Asker

CARD = {"type": "EXTERNAL", "namespace": "shop", "value": "ann"}
BY_CARD = {"identifier": CARD}
SHOP = {"key": "shop"}
KEYS = ("news", "tips", "law")
REACH = """query ($by: ProfileRef!, $category: CategoryRef, $purpose: MessagePurpose!) { profile(by: $by) {
  reach(resource: {key: "shop"}, category: $category, purpose: $purpose) { reachable refusedBy reason } } }"""
CATEGORIES = """query ($by: ProfileRef!) { profile(by: $by) { status subscriptions { nodes {
  status categories { joined explicit category { key } } } } } }"""
LETTER = {"inline": {"email": {"subject": "Hello", "text": "Hello"}}}
NUMBERS = count()
REACHABLE = {"reachable": True, "refusedBy": None, "reason": None}
# No mutation takes a category out of use.
DEACTIVATE = Statement("deactivate", "MATCH (c:Category {key: $key}) SET c.active = false RETURN c.active")
RECORDS = Statement(
    "records", "MATCH (c:ConsentRecord) WITH c ORDER BY c.id RETURN collect([c.scope, c.fromStatus, c.toStatus])"
)


@pytest_asyncio.fixture(loop_scope="session")
async def asker(graph: Graph) -> Asker:
    """A shop with two kinds of content that may be left and one that may not."""
    asker = Asker(graph)
    categories = [
        {"key": "news", "title": "News"},
        {"key": "tips", "title": "Tips"},
        {"key": "law", "title": "Law", "mandatory": True},
    ]
    shop = {**SHOP, "title": "Shop", "channels": ["EMAIL"], "sender": "a@shop.example", "categories": categories}
    await asker.change("createResource", "", **shop)
    return asker


async def join(asker: Asker) -> str:
    given = {"profile": BY_CARD, "resource": SHOP, "address": {"email": "ann@example.com"}}
    return str((await asker.change("subscribe", "subscription { id }", **given))["subscription"]["id"])


async def reach(asker: Asker, key: str | None, purpose: str = "MARKETING") -> Any:
    category = None if key is None else {"key": key}
    return (await asker.ask(REACH, by=BY_CARD, category=category, purpose=purpose))["profile"]["reach"]


async def refusals(asker: Asker) -> dict[str, str | None]:
    """The gate that a letter of each kind meets, which is asked for and then queued: both must say the same."""
    shown = {key: (await reach(asker, key))["refusedBy"] for key in KEYS}
    sent = {}
    for key in KEYS:
        given = {"profile": BY_CARD, "resource": SHOP, "category": {"key": key}, "content": LETTER}
        done = await asker.change("sendMessage", "outreach { refusedBy }", **given, idempotencyKey=f"{next(NUMBERS)}")
        sent[key] = done["outreach"]["refusedBy"]
    assert sent == shown
    return shown


async def categories(asker: Asker) -> Any:
    """The statuses of the person and of the subscription, and of each category whether it is joined by the person."""
    profile = (await asker.ask(CATEGORIES, by=BY_CARD))["profile"]
    (node,) = profile["subscriptions"]["nodes"]
    joined = {each["category"]["key"]: (each["joined"], each["explicit"]) for each in node["categories"]}
    return profile["status"], node["status"], joined


async def test_feature_16_who_leaves_the_news_is_refused_the_news_and_still_gets_the_tips(asker: Asker) -> None:
    subscription = await join(asker)
    assert await refusals(asker) == {"news": None, "tips": None, "law": None}

    target = {"category": {"subscription": subscription, "category": {"key": "news"}}}
    left = await asker.change("unsubscribe", "changed { id } unchangedCount", target=target)

    assert (left["changed"], left["unchangedCount"]) == ([{"id": subscription}], 0)
    assert await refusals(asker) == {"news": "CATEGORY", "tips": None, "law": None}
    why = {"reachable": False, "refusedBy": "CATEGORY", "reason": "the subscriber has left the category"}
    assert await reach(asker, "news") == why
    # A letter of no category, and one that is no advertisement, are not what was left.
    assert [await reach(asker, None), await reach(asker, "news", "TRANSACTIONAL")] == [REACHABLE, REACHABLE]
    assert await categories(asker) == (
        "SUBSCRIBED",
        "SUBSCRIBED",
        {"news": (False, True), "tips": (True, False), "law": (True, False)},
    )


async def test_feature_16_who_joins_again_what_was_left_gets_it_again(asker: Asker) -> None:
    category = {"subscription": await join(asker), "category": {"key": "news"}}
    await asker.change("unsubscribe", "unchangedCount", target={"category": category})
    assert (await reach(asker, "news"))["refusedBy"] == "CATEGORY"

    asker.clock.advance(1)
    await asker.change("joinCategory", "outcome", **category)

    assert await refusals(asker) == {"news": None, "tips": None, "law": None}


async def test_feature_16_a_mandatory_category_is_not_left_and_nothing_is_written(asker: Asker, graph: Graph) -> None:
    subscription = await join(asker)
    before = await categories(asker), await graph.read(RECORDS)

    target = {"category": {"subscription": subscription, "category": {"key": "law"}}}
    refused = await asker.tried("unsubscribe", "changed { id }", target=target)

    assert [(each["code"], each["field"]) for each in refused["userErrors"]] == [
        ("CATEGORY_MANDATORY", ["target", "category", "category"])
    ]
    assert refused["changed"] == []
    assert (await categories(asker), await graph.read(RECORDS)) == before
    assert await refusals(asker) == {"news": None, "tips": None, "law": None}


async def test_feature_16_a_category_that_is_not_in_use_refuses_even_who_joined_it_and_the_others_do_not(
    asker: Asker, graph: Graph
) -> None:
    await asker.change("joinCategory", "outcome", subscription=await join(asker), category={"key": "news"})
    for key in ("news", "law"):
        assert await graph.change(DEACTIVATE, key=key) is False

    assert await refusals(asker) == {"news": "CATEGORY", "tips": None, "law": "CATEGORY"}
    why = {"reachable": False, "refusedBy": "CATEGORY", "reason": "the category is not active"}
    assert [await reach(asker, key) for key in ("news", "law")] == [why, why]
