"""Merges as a client sees them, over the real graph."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from gateway.schema.context import Services
from graph.clock import FixedClock
from graph.connection import Graph
from graph.reading.reader import Reader
from graph.vocabulary import ChangeKind, Right
from tests.gateway.doubles import KEYS, NOW, World
from tests.gateway.schema.limited import ask as limited_ask
from tests.gateway.schema.limited import errors_of, limit, without

Ask = Callable[..., Awaitable[dict[str, Any]]]

UPSERT = "mutation($input: UpsertProfileInput!) { upsertProfile(input: $input) { profile { id } userErrors { code } } }"
SUBSCRIBE = """mutation($input: SubscribeInput!) {
  subscribe(input: $input) { subscription { id } userErrors { code message } } }"""
TRACK = "mutation($input: TrackEventsInput!) { trackEvents(input: $input) { summary { created } } }"
RESOURCE = "mutation($input: CreateResourceInput!) { createResource(input: $input) { userErrors { code } } }"
RELATE = """mutation($input: RelateProfilesInput!) {
  relateProfiles(input: $input) { relation { id } userErrors { code } } }"""
JOIN = "mutation($input: JoinCategoryInput!) { joinCategory(input: $input) { outcome userErrors { code } } }"
LEAVE = "mutation($input: UnsubscribeInput!) { unsubscribe(input: $input) { userErrors { code } } }"
MERGE = """mutation($input: MergeProfilesInput!) { mergeProfiles(input: $input) { replayed userErrors { code field }
  profile { id mergedIds } merge { id kind rule evidence actor fromId undoneAt profile { id } from { id } } } }"""
SPLIT = """mutation($input: SplitProfilesInput!) { splitProfiles(input: $input) { userErrors { code field }
  survivor { id mergedIds revision } restored { id revision } } }"""
PREVIEW = """query($from: ProfileRef!, $into: ProfileRef!) { mergePreview(from: $from, into: $into) {
  survivor { id firstName } changes subscriptionsTouched consentConflicts messagesInFlight
  refusedBy { code field } } }"""
PAGE = """query($id: ID!) { profile(by: {id: $id}) { id city
  events { nodes { externalId } } merges { nodes { id undoneAt } }
  timeline(kinds: [EVENT, MERGE]) { nodes { kind id } }
  relations { nodes { id type to { id } } }
  subscriptions { nodes { id status priority address { value }
    categories { joined explicit category { key } } } } } }"""
MAIL = {"type": "EMAIL", "value": "family@example.com"}


@dataclass
class RealWorld(World):
    """The gateway on the real graph; whatever is told to listeners and workers is kept."""

    real: Graph | None = None

    def services(self) -> Services:
        assert self.real is not None
        reader = Reader(self.real, b"k" * 32)
        return Services(self.real, reader, FixedClock(NOW), self.nudger, self.nudger, self.live, KEYS)


@pytest.fixture
def world(graph: Graph) -> RealWorld:
    return RealWorld(real=graph)


@pytest.fixture
def ask(world: RealWorld, rehearsed: None) -> Ask:  # noqa: ARG001  # It has to have been done.
    return partial(limited_ask, world)


async def value(ask: Ask, query: str, **variables: Any) -> dict[str, Any]:
    body = await ask(query, **variables)
    assert "errors" not in body, body
    (found,) = body["data"].values()
    assert isinstance(found, dict)
    return found


async def two_people(ask: Ask) -> tuple[str, str]:
    """Ann and Bob, who share an address that both subscribed.

    Ann joined the sport and left the news. Bob joined the news and the tips, which nobody gets by default, left the
    sport, and then all of it.
    """
    categories = [{"key": key, "title": key, "joinedByDefault": key != "tips"} for key in ("news", "tips", "sport")]
    shop = {"key": "shop", "title": "Shop", "channels": ["EMAIL"], "sender": "a@shop.example", "categories": categories}
    await value(ask, RESOURCE, input=shop)
    ids, subscriptions = [], []
    for name, number in (("Ann", "1"), ("Bob", "2")):
        card = {"type": "EXTERNAL", "namespace": "shop", "value": number}
        given = {"identifiers": [card], "set": {"firstName": name, **({"city": "Rome"} if number == "2" else {})}}
        ids.append(str((await value(ask, UPSERT, input=given))["profile"]["id"]))
        events = [
            {
                "externalId": f"{name}{n}",
                "identifiers": [card],
                "type": "visit",
                "occurredAt": f"2023-11-0{n}T0{number}:00:00Z",
            }
            for n in (1, 2)
        ]
        await value(ask, TRACK, input={"events": events, "idempotencyKey": name})
        joined = {
            "profile": {"id": ids[-1]},
            "resource": {"key": "shop"},
            "address": {"email": MAIL["value"]},
            "categories": [{"key": key} for key in (("sport",) if name == "Ann" else ("news", "tips"))],
        }
        subscriptions.append((await value(ask, SUBSCRIBE, input=joined))["subscription"]["id"])
    anns, bobs = subscriptions
    left: list[dict[str, Any]] = [
        {"category": {"subscription": anns, "category": {"key": "news"}}},
        {"category": {"subscription": bobs, "category": {"key": "sport"}}},
        {"subscription": bobs},
    ]
    for target in left:
        assert (await value(ask, LEAVE, input={"target": target}))["userErrors"] == []
    return ids[0], ids[1]


async def related(ask: Ask, from_id: str, value_of_other: str) -> dict[str, Any]:
    """The relation as the page of the first one shows it, to somebody who is made for it."""
    card = {"type": "EXTERNAL", "namespace": "shop", "value": value_of_other}
    other = (await value(ask, UPSERT, input={"identifiers": [card]}))["profile"]["id"]
    given = {"from": {"id": from_id}, "to": {"id": other}, "type": "parent"}
    relation = (await value(ask, RELATE, input=given))["relation"]
    return {"id": relation["id"], "type": "parent", "to": {"id": other}}


def subscription_of(page: dict[str, Any]) -> str:
    (node,) = page["subscriptions"]["nodes"]
    return str(node["id"])


def said(page: dict[str, Any]) -> dict[str, tuple[bool, bool]]:
    """Of each category of the page's one subscription whether it is joined, and whether the person said so."""
    (node,) = page["subscriptions"]["nodes"]
    return {each["category"]["key"]: (each["joined"], each["explicit"]) for each in node["categories"]}


async def test_feature_18_a_merge_joins_subscriptions_categories_fields_history_and_relations_and_starts_nothing(
    ask: Ask, world: RealWorld
) -> None:
    ann, bob = await two_people(ask)
    relation = await related(ask, bob, "3")
    before = [await value(ask, PAGE, id=each) for each in (ann, bob)]
    assert [said(each) for each in before] == [
        {"news": (False, True), "tips": (False, False), "sport": (True, True)},
        {"news": (True, True), "tips": (True, True), "sport": (False, True)},
    ]
    assert [each["relations"]["nodes"] for each in before] == [[], [relation]]
    world.nudger.told.clear()

    preview = await value(ask, PREVIEW, **{"from": {"id": bob}, "into": {"id": ann}})
    merging = {"from": {"id": bob}, "into": {"id": ann}, "evidence": "passport", "idempotencyKey": "m"}
    done = await value(ask, MERGE, input=merging)
    again = await value(ask, MERGE, input=merging)

    del preview["consentConflicts"]
    assert preview == {
        "survivor": {"id": ann, "firstName": "Ann"},
        "changes": ["city", "lastSeenAt"],
        "subscriptionsTouched": 2,
        "messagesInFlight": 0,
        "refusedBy": [{"code": "MERGE_REFUSED", "field": ["evidence"]}],
    }
    merge_id = done["merge"]["id"]
    assert done == {
        "replayed": False,
        "userErrors": [],
        "profile": {"id": ann, "mergedIds": [bob]},
        "merge": {
            "id": merge_id, "kind": "MERGE", "rule": "manual", "evidence": "passport", "actor": "key_1",
            "fromId": bob, "undoneAt": None, "profile": {"id": ann}, "from": {"id": ann},
        },
    }  # fmt: skip
    assert again == {**done, "replayed": True}
    page = await value(ask, PAGE, id=bob)
    assert page == await value(ask, PAGE, id=ann)
    assert (page["id"], page["city"]) == (ann, "Rome")
    assert [each["externalId"] for each in page["events"]["nodes"]] == ["Bob2", "Ann2", "Bob1", "Ann1"]
    # A no of either stands though the other had joined, and Bob's tips come along though they are no default.
    assert said(page) == {"news": (False, True), "tips": (True, True), "sport": (False, True)}
    (subscription,) = page["subscriptions"]["nodes"]
    del subscription["categories"]
    assert subscription == {
        "id": subscription_of(before[0]),
        "status": "UNSUBSCRIBED",
        "priority": 0,
        "address": {"value": "family@example.com"},
    }
    assert page["relations"]["nodes"] == [relation]
    assert page["merges"]["nodes"] == [{"id": merge_id, "undoneAt": None}]
    assert [each["kind"] for each in page["timeline"]["nodes"]] == ["MERGE"] + ["EVENT"] * 4
    # Listeners are told; no worker is woken and no workflow begun.
    assert {told[0] for told in world.nudger.told} == {ann, bob}
    assert all(isinstance(what, tuple) and what[1] == {ChangeKind.MERGE} for _, what in world.nudger.told)

    split = await value(ask, SPLIT, input={"merge": merge_id})

    assert (split["survivor"]["id"], split["survivor"]["mergedIds"], split["restored"]["id"]) == (ann, [], bob)
    assert split["survivor"]["revision"] == split["restored"]["revision"]
    after = [await value(ask, PAGE, id=each) for each in (ann, bob)]
    for was, now in zip(before, after, strict=True):
        assert {**now, "merges": None, "timeline": None} == {**was, "merges": None, "timeline": None}
    assert [each["undoneAt"] is not None for each in after[0]["merges"]["nodes"]] == [True]


async def test_a_preview_counts_each_thing_of_which_the_two_did_not_say_the_same(ask: Ask) -> None:
    ann, bob = await two_people(ask)
    anns = subscription_of(await value(ask, PAGE, id=ann))
    sides = {"from": {"id": bob}, "into": {"id": ann}}
    again = {"subscription": anns, "category": {"key": "news"}, "evidence": {"at": "2023-11-14T22:13:21Z"}}
    assert await value(ask, JOIN, input=again) == {"outcome": "UPDATED", "userErrors": []}

    # Bob left his subscription, and within it the sport that Ann joined.
    assert (await value(ask, PREVIEW, **sides))["consentConflicts"] == 2

    sport = {"subscription": anns, "category": {"key": "sport"}}
    assert (await value(ask, LEAVE, input={"target": {"category": sport}}))["userErrors"] == []
    assert (await value(ask, PREVIEW, **sides))["consentConflicts"] == 1

    # Whoever of the two it is that left what the other one has.
    news = {"subscription": anns, "category": {"key": "news"}}
    assert (await value(ask, LEAVE, input={"target": {"category": news}}))["userErrors"] == []
    assert (await value(ask, PREVIEW, **sides))["consentConflicts"] == 2


async def test_what_is_wrong_with_a_merge_is_said_where_it_is(ask: Ask) -> None:
    ann, _ = await two_people(ask)
    shared, nobody = {"identifier": MAIL}, {"id": "prf_nobody"}

    assert (await value(ask, MERGE, input={"from": {"id": ann}, "into": {"id": ann}}))["userErrors"] == [
        {"code": "MERGE_REFUSED", "field": ["from"]}
    ]
    assert (await value(ask, MERGE, input={"from": nobody, "into": {"id": ann}}))["userErrors"] == [
        {"code": "NOT_FOUND", "field": ["from", "id"]}
    ]
    assert (await value(ask, SPLIT, input={"merge": "mrg_none"}))["userErrors"] == [
        {"code": "NOT_FOUND", "field": ["merge"]}
    ]
    same = await value(ask, PREVIEW, **{"from": {"id": ann}, "into": {"id": ann}})
    assert (same["changes"], same["refusedBy"]) == ([], [{"code": "MERGE_REFUSED", "field": ["from"]}])
    for wrong, code in ((shared, "AMBIGUOUS_MATCH"), (nobody, "NOT_FOUND")):
        body = await ask(PREVIEW, **{"from": wrong, "into": {"id": ann}})
        assert [each["extensions"]["code"] for each in body["errors"]] == [code]


async def test_nobody_looks_for_people_by_their_addresses_without_the_right() -> None:
    world, ann = World(), {"id": "prf_ann"}
    limit(world, *without(Right.PROFILE_PII))

    for given in ({"from": {"identifier": MAIL}, "into": ann}, {"from": ann, "into": {"identifier": MAIL}}):
        body = await limited_ask(world, PREVIEW, **given)
        assert errors_of(body) == [("FORBIDDEN", "mergePreview")]


async def test_a_preview_takes_the_right_to_read_people() -> None:
    world = World()
    limit(world, Right.PROFILE_WRITE)

    body = await limited_ask(world, PREVIEW, **{"from": {"id": "prf_a"}, "into": {"id": "prf_b"}})

    assert errors_of(body) == [("FORBIDDEN", "mergePreview")]
