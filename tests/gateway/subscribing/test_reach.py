"""Whether somebody may be written to, as the API shows it, and as sending acts on it."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio

from graph.connection import Graph
from graph.vocabulary import SubscriptionStatus
from tests.gateway.subscribing.asking import Asker

HOUR = 3_600_000
STATUSES = [each.value for each in SubscriptionStatus]
REACH = """query ($by: ProfileRef!, $purpose: MessagePurpose!, $at: DateTime) { profile(by: $by) {
  reach(resource: {key: "shop"}, purpose: $purpose, at: $at) { reachable refusedBy reason retryAt
    verdicts { rank reachable refusedBy retryAt subscription { status address { value } } } } } }"""
LEDGER = """query ($by: ProfileRef!) { profile(by: $by) {
  consentHistory(direction: ASC) { nodes { scope fromStatus toStatus cause } } } }"""
LETTER = {"inline": {"email": {"subject": "News", "text": "Hello"}}}


@pytest_asyncio.fixture(loop_scope="session")
async def asker(graph: Graph) -> Asker:
    asker = Asker(graph)
    shop = {"key": "shop", "title": "Shop", "channels": ["EMAIL", "SMS"], "sender": "a@shop.example"}
    await asker.change("createResource", "", **shop, categories=[{"key": "tips", "title": "Tips"}])
    return asker


def mail(name: str) -> dict[str, Any]:
    return {"identifier": {"type": "EMAIL", "value": f"{name}@example.com"}}


async def join(asker: Asker, name: str, **more: Any) -> Any:
    given = {
        "profile": mail(name),
        "resource": {"key": "shop"},
        "address": {"email": f"{name}@example.com"},
        **more,
    }
    return await asker.change("subscribe", "confirmationToken subscription { id }", **given)


async def reach(asker: Asker, name: str, purpose: str = "MARKETING", at: str | None = None) -> Any:
    return (await asker.ask(REACH, by=mail(name), purpose=purpose, at=at))["profile"]["reach"]


async def sent(asker: Asker, name: str, purpose: str) -> str | None:
    """Which gate a letter meets that is really queued."""
    given = {"profile": mail(name), "resource": {"key": "shop"}, "purpose": purpose, "content": LETTER}
    key = f"{name} {purpose}"
    done = await asker.change("sendMessage", "outreach { refusedBy }", **given, idempotencyKey=key)
    gate: str | None = done["outreach"]["refusedBy"]
    return gate


@pytest.mark.parametrize("purpose", ["MARKETING", "TRANSACTIONAL", "CONFIRMATION"])
async def test_feature_3_of_49_pairs_of_statuses_news_go_to_one_and_sending_says_the_same(
    asker: Asker, purpose: str
) -> None:
    pairs = {f"p{n}-{m}": (person, own) for n, person in enumerate(STATUSES) for m, own in enumerate(STATUSES)}
    rows = [
        {
            "identifiers": [mail(name)["identifier"]],
            "status": person,
            "subscriptions": [
                {"resource": {"key": "shop"}, "address": {"email": f"{name}@example.com"}, "status": own}
            ],
        }
        for name, (person, own) in pairs.items()
    ]
    await asker.change("importProfiles", "", idempotencyKey="grid", rows=rows)

    shown = {pair: await reach(asker, name, purpose) for name, pair in pairs.items()}
    acted = {pair: await sent(asker, name, purpose) for name, pair in pairs.items()}

    assert {pair: each["refusedBy"] for pair, each in shown.items()} == acted
    open_pairs = {pair for pair, each in shown.items() if each["reachable"]}
    assert {each["reachable"] for each in shown.values()} == {True, False}
    if purpose == "MARKETING":
        assert open_pairs == {("SUBSCRIBED", "SUBSCRIBED")}
        for (person, _), each in shown.items():
            if person != "SUBSCRIBED":
                assert (each["refusedBy"], each["reason"]) == ("PROFILE_STATUS", f"the profile is {person}")


async def test_feature_10_unconfirmed_get_confirmation_and_transactional_letters_no_news_and_the_ledger_tells_the_click(
    asker: Asker,
) -> None:
    joined = await join(asker, "ann", confirmation="REQUIRED")
    purposes = ("MARKETING", "TRANSACTIONAL", "CONFIRMATION")
    before = [(await reach(asker, "ann", each))["refusedBy"] for each in purposes]

    asker.clock.advance(HOUR)
    for _ in range(2):
        await asker.change("confirmSubscription", "outcome", token=joined["confirmationToken"])

    assert before == ["SUBSCRIPTION_STATUS", None, None]
    after = [(await reach(asker, "ann", each))["refusedBy"] for each in purposes]
    assert after == [None, None, "SUBSCRIPTION_STATUS"]
    history = (await asker.ask(LEDGER, by=mail("ann")))["profile"]["consentHistory"]["nodes"]
    assert [(each["fromStatus"], each["toStatus"], each["cause"]) for each in history] == [
        (None, "UNCONFIRMED", "subscribe"),
        ("UNCONFIRMED", "SUBSCRIBED", "confirm"),
    ]


async def test_feature_13_a_suppressed_address_refuses_everybody_who_has_it_and_no_status_changes(asker: Asker) -> None:
    await join(asker, "ann")
    second = {"profile": mail("bob"), "resource": {"key": "shop"}, "address": {"email": "ann@example.com"}}
    await asker.change("subscribe", "outcome", **second)
    target = {"pattern": {"address": {"type": "EMAIL", "value": "ann@example.com"}}}

    await asker.change("suppress", "suppression { id }", target=target, reason="bounced", until="2023-12-01T00:00:00Z")

    bob = {"type": "EMAIL", "value": "bob@example.com"}
    shown = (await asker.ask(REACH, by={"identifier": bob}, purpose="TRANSACTIONAL"))["profile"]["reach"]
    assert shown == {
        "reachable": False,
        "refusedBy": "SUPPRESSION",
        "reason": "the address is suppressed",
        "retryAt": "2023-12-01T00:00:00.000Z",
        "verdicts": [
            {
                "rank": None,
                "reachable": False,
                "refusedBy": "SUPPRESSION",
                "retryAt": "2023-12-01T00:00:00.000Z",
                "subscription": {"status": "SUBSCRIBED", "address": {"value": "ann@example.com"}},
            }
        ],
    }


async def test_a_pause_says_when_it_ends_and_is_over_then(asker: Asker) -> None:
    joined = await join(asker, "ann")
    pause = {"subscription": joined["subscription"]["id"], "until": "2023-12-01T00:00:00Z"}
    await asker.change("suspendSubscription", "outcome", **pause)

    now = await reach(asker, "ann")
    assert (now["refusedBy"], now["retryAt"]) == ("SUBSCRIPTION_STATUS", "2023-12-01T00:00:00.000Z")
    assert (await reach(asker, "ann", at="2023-12-01T00:00:00Z"))["reachable"] is True
    assert (await reach(asker, "ann", at="2023-11-30T23:59:59.999Z"))["reachable"] is False


async def test_the_first_by_priority_is_the_first_rank_and_who_has_nothing_is_told_so(asker: Asker) -> None:
    await join(asker, "ann")
    second = {"profile": mail("ann"), "resource": {"key": "shop"}, "address": {"email": "ann2@example.com"}}
    await asker.change("subscribe", "outcome", **second)
    shown = await reach(asker, "ann")
    assert [(each["rank"], each["subscription"]["address"]["value"]) for each in shown["verdicts"]] == [
        (1, "ann2@example.com"),
        (2, "ann@example.com"),
    ]
    await asker.change("upsertProfile", "outcome", identifiers=[mail("cleo")["identifier"]])
    assert await reach(asker, "cleo") == {
        "reachable": False,
        "refusedBy": "NO_SUBSCRIPTION",
        "reason": "there is no subscription",
        "retryAt": None,
        "verdicts": [],
    }
