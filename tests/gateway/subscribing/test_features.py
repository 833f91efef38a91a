"""The table of features that a faithful implementation has, by their numbers, as a client meets them."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Any

import pytest
import pytest_asyncio

from graph.connection import Graph
from graph.vocabulary import SubscriptionStatus
from tests.gateway.subscribing.asking import Asker

CARD = {"type": "EXTERNAL", "namespace": "shop", "value": "ann"}
BY_CARD = {"identifier": CARD}
SHOP = {"key": "shop"}
HOUR = 3_600_000
BROWSER = {
    "endpoint": "https://push.example/1",
    "p256dh": urlsafe_b64encode(b"\x04" + b"p" * 64).decode(),
    "auth": urlsafe_b64encode(b"s" * 16).decode(),
}
PHONE = {"provider": "FIREBASE", "token": "t" * 40, "app": "example.shop"}
ADDRESSES: list[dict[str, Any]] = [
    {"email": "ann@example.com"},
    {"email": "ann@work.example"},
    {"email": "ann@club.example"},
    {"phone": "+442079460000"},
    {"phone": "+442079460001"},
    {"webPush": BROWSER},
    {"mobilePush": PHONE},
]
PAGE = """query ($by: ProfileRef!) { profile(by: $by) { id kind subscriptions(first: 50) {
  nodes { channel status priority address { value } device { model } pushProvider } } } }"""


@pytest_asyncio.fixture(loop_scope="session")
async def asker(graph: Graph) -> Asker:
    asker = Asker(graph)
    await asker.change(
        "createResource",
        "resource { id }",
        key="shop",
        title="The shop",
        sender="shop@example.com",
        channels=["EMAIL", "SMS", "WEB_PUSH", "MOBILE_PUSH", "TELEGRAM", "WHATSAPP", "VIBER", "WEBHOOK"],
        categories=[{"key": "news", "title": "News"}, {"key": "tips", "title": "Tips", "joinedByDefault": False}],
    )
    return asker


async def subscribe(asker: Asker, address: dict[str, Any], **more: Any) -> Any:
    selection = "outcome confirmationToken subscription { id status priority profile { id } }"
    given: dict[str, Any] = {"profile": BY_CARD, "resource": SHOP, "address": address, **more}
    return await asker.change("subscribe", selection, **given)


async def addresses(asker: Asker) -> list[tuple[str, int]]:
    nodes = (await asker.ask(PAGE, by=BY_CARD))["profile"]["subscriptions"]["nodes"]
    return [(each["address"]["value"], each["priority"]) for each in nodes]


async def test_feature_1_profile_and_subscription_are_two_things(asker: Asker) -> None:
    made = await asker.change("upsertProfile", "profile { id kind }", identifiers=[CARD])
    assert (await asker.ask(PAGE, by=BY_CARD))["profile"]["subscriptions"]["nodes"] == []

    done = [await subscribe(asker, each, device={"model": "One"}) for each in ADDRESSES]

    assert {each["subscription"]["profile"]["id"] for each in done} == {made["profile"]["id"]}
    profile = (await asker.ask(PAGE, by=BY_CARD))["profile"]
    assert (profile["id"], profile["kind"]) == (made["profile"]["id"], "SUBSCRIBER")
    found = sorted((each["channel"], each["address"]["value"]) for each in profile["subscriptions"]["nodes"])
    assert found == [
        ("EMAIL", "ann@club.example"),
        ("EMAIL", "ann@example.com"),
        ("EMAIL", "ann@work.example"),
        ("MOBILE_PUSH", "t" * 40),
        ("SMS", "+442079460000"),
        ("SMS", "+442079460001"),
        ("WEB_PUSH", "https://push.example/1"),
    ]
    assert {each["device"]["model"] for each in profile["subscriptions"]["nodes"]} == {"One"}
    providers = {each["channel"]: each["pushProvider"] for each in profile["subscriptions"]["nodes"]}
    assert providers == {"EMAIL": None, "SMS": None, "WEB_PUSH": None, "MOBILE_PUSH": "FIREBASE"}


@pytest.mark.parametrize(
    ("address", "channel"),
    [
        ({"telegram": {"bot": "shopbot", "chat": "42"}}, "TELEGRAM"),
        ({"viber": {"bot": "shopbot", "chat": "u42"}}, "VIBER"),
        ({"whatsapp": "+442079460000"}, "WHATSAPP"),
        ({"webhook": "https://hooks.example/in"}, "WEBHOOK"),
    ],
)
async def test_feature_1_on_every_other_channel(asker: Asker, address: dict[str, Any], channel: str) -> None:
    await subscribe(asker, address)
    nodes = (await asker.ask(PAGE, by=BY_CARD))["profile"]["subscriptions"]["nodes"]
    assert [each["channel"] for each in nodes] == [channel]


async def test_feature_2_seven_statuses_and_no_eighth(asker: Asker) -> None:
    subscription_id = (await subscribe(asker, ADDRESSES[0]))["subscription"]["id"]
    asker.clock.advance(HOUR)
    for status in SubscriptionStatus:
        asker.clock.advance(2)
        evidence = {"at": f"2023-11-14T23:13:20.{asker.clock.now() % 1000:03}Z"}
        given = {"subscription": subscription_id, "status": status, "evidence": evidence}
        done = await asker.change("setSubscriptionStatus", "subscription { status }", **given)
        assert done["subscription"] == {"status": status}
    assert len(SubscriptionStatus) == 7

    document = "mutation ($i: SetSubscriptionStatusInput!) { setSubscriptionStatus(input: $i) { outcome } }"
    body = await asker.body(document, i={"subscription": subscription_id, "status": "PAUSED"})
    assert [each["extensions"]["code"] for each in body["errors"]] == ["BAD_USER_INPUT"]


async def test_feature_7_a_new_subscription_goes_on_top_unless_the_resource_or_a_priority_says_otherwise(
    asker: Asker,
) -> None:
    first, second, third = ADDRESSES[:3]
    await subscribe(asker, first)
    await subscribe(asker, second)
    assert await addresses(asker) == [("ann@work.example", 0), ("ann@example.com", 1)]
    await subscribe(asker, third, priority=1)
    assert await addresses(asker) == [("ann@work.example", 0), ("ann@club.example", 1), ("ann@example.com", 2)]

    modest = {"key": "modest", "title": "Modest", "channels": ["SMS"], "raisePriorityOfNew": False}
    made = await asker.change("createResource", "resource { raisePriorityOfNew requireDoubleOptIn }", **modest)
    assert made["resource"] == {"raisePriorityOfNew": False, "requireDoubleOptIn": False}
    for address in ADDRESSES[3:5]:
        await subscribe(asker, address, resource={"key": "modest"})
    assert [each for each in await addresses(asker) if each[0].startswith("+")] == [
        ("+442079460000", 0),
        ("+442079460001", 1),
    ]


async def test_a_resource_has_words_of_its_own_of_which_none_both_ends_and_begins(asker: Asker) -> None:
    given = {"title": "Words", "channels": ["SMS"], "stopWords": ["стоп", " 停 ", "стоп"]}
    made = await asker.change("createResource", "resource { stopWords startWords }", key="words", **given)
    assert made["resource"] == {"stopWords": ["стоп", "停"], "startWords": []}

    document = "mutation ($i: CreateResourceInput!) { createResource(input: $i) { userErrors { code field } } }"
    wrong = {**given, "stopWords": ["!", *map(str, range(50))], "startWords": ["Quit", "7", "w" * 51]}
    body = await asker.body(document, i={"key": "wrong", **wrong})
    assert {(each["code"], *each["field"]) for each in body["data"]["createResource"]["userErrors"]} == {
        ("INVALID", "stopWords", "0"),
        ("LIMIT_EXCEEDED", "stopWords"),
        ("TOO_LONG", "startWords", "2"),
        ("INVALID", "startWords", "0"),
        ("INVALID", "startWords", "1"),
    }


async def test_a_resource_may_name_a_rate_that_is_as_exact_as_an_accounts(asker: Asker) -> None:
    given = {"title": "Rate", "channels": ["SMS"]}
    made = await asker.change("createResource", "resource { rate burst }", key="rate", **given, rate="20.5")
    slow = await asker.change("createResource", "resource { rate burst }", key="slow", **given, rate="0.001", burst=7)
    none = await asker.change("createResource", "resource { rate burst }", key="none", **given)
    assert [each["resource"] for each in (made, slow, none)] == [
        {"rate": "20.50", "burst": 20},
        {"rate": "0.001", "burst": 7},
        {"rate": None, "burst": None},
    ]

    document = "mutation ($i: CreateResourceInput!) { createResource(input: $i) { userErrors { code field } } }"
    for wrong, name in (
        ({"rate": "0"}, "rate"),
        ({"rate": "-1"}, "rate"),
        ({"rate": "100000"}, "rate"),
        ({"rate": "0.0015"}, "rate"),
        ({"rate": "1", "burst": 0}, "burst"),
        ({"rate": "1", "burst": 1_000_000}, "burst"),
        ({"burst": 2}, "burst"),
    ):
        body = await asker.body(document, i={"key": "wrong", **given, **wrong})
        assert body["data"]["createResource"]["userErrors"] == [{"code": "INVALID", "field": [name]}]


async def test_feature_10_double_opt_in(asker: Asker) -> None:
    careful = {"key": "careful", "title": "Careful", "channels": ["EMAIL"], "sender": "a@example.com"}
    await asker.change("createResource", "resource { id }", **careful, requireDoubleOptIn=True)
    joined = await subscribe(asker, ADDRESSES[0], resource={"key": "careful"})
    assert joined["subscription"]["status"] == "UNCONFIRMED"

    selection = "outcome subscription { id status optIn { at ip source } }"
    click = {"token": joined["confirmationToken"], "ip": "192.0.2.7"}
    asker.clock.advance(HOUR)
    first = await asker.change("confirmSubscription", selection, **click)
    asker.clock.advance(HOUR)
    second = await asker.change("confirmSubscription", selection, **click)

    assert (first["outcome"], second["outcome"]) == ("UPDATED", "UNCHANGED")
    assert first["subscription"] == second["subscription"]
    assert first["subscription"] == {
        "id": joined["subscription"]["id"],
        "status": "SUBSCRIBED",
        "optIn": {"at": "2023-11-14T23:13:20.000Z", "ip": "192.0.2.7", "source": "confirmation"},
    }
    assert (await subscribe(asker, ADDRESSES[0], resource={"key": "careful"}))["confirmationToken"] is None


async def test_feature_10_a_token_that_is_not_ours_or_too_old_confirms_nothing(asker: Asker) -> None:
    joined = await subscribe(asker, ADDRESSES[0], confirmation="REQUIRED")
    token = joined["confirmationToken"]
    for wrong in ("", "x", token[:-1], token + "A"):
        answer = await asker.tried("confirmSubscription", token=wrong)
        assert answer["userErrors"] == [{"code": "TOKEN_INVALID", "field": ["token"]}]
    asker.clock.advance(7 * 24 * HOUR)
    answer = await asker.tried("confirmSubscription", token=token)
    assert answer["userErrors"] == [{"code": "TOKEN_EXPIRED", "field": ["token"]}]


async def test_feature_16_categories_are_joined_and_a_category_of_another_resource_is_not(asker: Asker) -> None:
    joined = await subscribe(asker, ADDRESSES[0], categories=[{"key": "tips"}])
    selection = "outcome subscription { status categories { category { key } joined explicit } }"
    given = {"subscription": joined["subscription"]["id"], "category": {"key": "news"}}
    done = await asker.change("joinCategory", selection, **given)

    assert done["outcome"] == "UPDATED"
    assert done["subscription"]["status"] == "SUBSCRIBED"
    found = {each["category"]["key"]: (each["joined"], each["explicit"]) for each in done["subscription"]["categories"]}
    assert found == {"news": (True, True), "tips": (True, True)}
    answer = await asker.tried("joinCategory", **{**given, "category": {"key": "sport"}})
    assert answer["userErrors"] == [{"code": "NOT_FOUND", "field": ["category"]}]


async def test_one_subscription_is_paused_resumed_moved_archived_and_restored(asker: Asker) -> None:
    which = {"subscription": (await subscribe(asker, ADDRESSES[0]))["subscription"]["id"]}
    selection = "outcome subscription { status priority suspendedUntil address { value } profile { id } }"
    seen = [
        await asker.change("suspendSubscription", selection, **which, until="2030-01-01T00:00:00Z", reason="away"),
        await asker.change("resumeSubscription", selection, **which),
        await asker.change("setSubscriptionPriority", selection, **which, priority=3),
        await asker.change("replaceAddress", selection, **which, address={"email": "new@example.com"}),
        await asker.change("archiveSubscription", selection, **which),
    ]
    assert [(each["outcome"], each["subscription"]["status"]) for each in seen] == [
        ("UPDATED", "SUSPENDED"),
        ("UPDATED", "SUBSCRIBED"),
        ("UNCHANGED", "SUBSCRIBED"),
        ("UPDATED", "SUBSCRIBED"),
        ("UPDATED", "SUBSCRIBED"),
    ]
    assert seen[0]["subscription"]["suspendedUntil"] == "2030-01-01T00:00:00.000Z"
    assert await addresses(asker) == []
    await asker.change("restoreSubscription", selection, **which)
    assert await addresses(asker) == [("new@example.com", 0)]
