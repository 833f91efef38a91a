"""A push token belongs to one person at a time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest_asyncio

from graph.connection import Graph
from graph.people.reference import ProfileReference
from graph.statement import Statement
from graph.subscribing.archive import Archive, Restore, archive, restore
from graph.subscribing.replace_address import ReplaceAddress, replace_address
from graph.subscribing.suspend import Resume, Suspend, resume, suspend
from graph.subscribing.unsubscribe import OneSubscription, Unsubscribe, unsubscribe
from graph.vocabulary import Channel, ConfirmationMode
from graph.vocabulary import UserErrorCode as Code
from tests.graph.subscribing.refusals import refusal_of
from tests.graph.subscribing.shop import (
    ANN,
    BOB,
    BREAKS,
    DAY,
    NOW,
    OWNERS,
    PERSON,
    PROPERTIES,
    email,
    join,
    ledger,
    open_shop,
    subscriptions,
    token,
)

OPEN = Statement(
    "open_at_token",
    """
    MATCH (:Identifier {key: $key})<-[:AT]-(s:Subscription {status: 'SUBSCRIBED'})<-[:HAS_SUBSCRIPTION]-(p)
    RETURN collect(p.id)
    """,
)
LOGINS = 32


@pytest_asyncio.fixture(loop_scope="session")
async def ann(graph: Graph) -> dict[str, Any]:
    """She has logged in on the device, and Bob is somebody."""
    await open_shop(graph)
    await join(graph, email("bob"), BOB)
    return await join(graph, token())


async def test_logging_in_takes_the_device_over_and_logging_in_again_gives_it_back(
    graph: Graph, ann: dict[str, Any]
) -> None:
    bob = await join(graph, token(), BOB)

    assert await graph.read(OWNERS, key=token().key) == [bob["profileId"]]
    assert await subscriptions(graph, ann["profileId"]) == [["t" * 40, "SUSPENDED", 0]]
    assert (await graph.read(PROPERTIES, id=ann["subscriptionId"]))["suspendedUntil"] is None
    assert (await graph.read(PERSON, id=ann["profileId"]))[1:] == ["ANONYMOUS", 2]

    back = await join(graph, token())
    assert back["subscriptionId"] == ann["subscriptionId"]
    assert await graph.read(OWNERS, key=token().key) == [ann["profileId"]]
    assert await ledger(graph, ann["subscriptionId"]) == [
        [None, "SUBSCRIBED", "subscribe"],
        ["SUBSCRIBED", "SUSPENDED", "handed_over"],
        ["SUSPENDED", "SUBSCRIBED", "subscribe"],
    ]
    assert (await ledger(graph, bob["subscriptionId"]))[-1] == ["SUBSCRIBED", "SUSPENDED", "handed_over"]
    assert await graph.read(OPEN, key=token().key) == [ann["profileId"]]


async def test_a_consent_that_ran_out_is_recorded_before_the_device_goes_to_somebody_else(graph: Graph) -> None:
    await open_shop(graph)
    ann = await join(graph, token(), consent_expires_at_ms=NOW + 1)

    await join(graph, token(), BOB, now_ms=NOW + 2)

    assert await ledger(graph, ann["subscriptionId"]) == [
        [None, "SUBSCRIBED", "subscribe"],
        ["SUBSCRIBED", "UNCONFIRMED", "consent_expired"],
        ["UNCONFIRMED", "SUSPENDED", "handed_over"],
    ]
    assert await graph.read(BREAKS) == []


async def test_the_other_persons_refusal_stays_and_a_pause_has_no_end_any_more(
    graph: Graph, ann: dict[str, Any]
) -> None:
    await open_shop(graph, "other")
    await suspend(graph, Suspend(ann["subscriptionId"], NOW + DAY, "test"), None, NOW)
    await join(graph, token(), BOB)
    kept = await graph.read(PROPERTIES, id=ann["subscriptionId"])
    assert (kept["status"], kept["suspendedUntil"]) == ("SUSPENDED", None)
    # The pause was her wish: having the device again does not end it.
    assert await refusal_of(join(graph, token())) == [(Code.CONSENT_REQUIRED, ("optIn",))]

    await unsubscribe(graph, Unsubscribe(OneSubscription(ann["subscriptionId"]), "test"), None, NOW)
    await join(graph, token(), BOB)
    assert (await ledger(graph, ann["subscriptionId"]))[-1] == ["SUSPENDED", "UNSUBSCRIBED", "unsubscribe"]
    assert await graph.read(BREAKS) == []


async def test_who_waited_for_a_confirmation_waits_again_after_it(graph: Graph, ann: dict[str, Any]) -> None:
    other = token("o" * 40)
    waiting = await join(graph, other, confirmation=ConfirmationMode.REQUIRED)
    await join(graph, other, BOB)
    assert (await ledger(graph, waiting["subscriptionId"]))[-1] == ["UNCONFIRMED", "SUSPENDED", "handed_over"]

    back = await join(graph, other, confirmation=ConfirmationMode.REQUIRED)
    assert (back["subscriptionId"], back["profileId"]) == (waiting["subscriptionId"], ann["profileId"])
    assert back["unconfirmedId"] not in {None, waiting["unconfirmedId"]}
    assert (await graph.read(PROPERTIES, id=waiting["subscriptionId"]))["status"] == "UNCONFIRMED"


async def test_nothing_else_opens_what_was_handed_over(graph: Graph, ann: dict[str, Any]) -> None:
    await join(graph, token(), BOB)
    not_allowed = [(Code.STATE_NOT_ALLOWED, ("subscription",))]
    assert await refusal_of(resume(graph, Resume(ann["subscriptionId"], "test"), None, NOW)) == not_allowed

    await archive(graph, Archive(ann["subscriptionId"], "test"), None, NOW)
    await restore(graph, Restore(ann["subscriptionId"], "test"), None, NOW)
    assert await subscriptions(graph, ann["profileId"]) == [["t" * 40, "SUSPENDED", 0]]


async def test_what_was_archived_before_the_device_went_does_not_come_back_open(
    graph: Graph, ann: dict[str, Any]
) -> None:
    await archive(graph, Archive(ann["subscriptionId"], "test"), None, NOW)
    await join(graph, token(), BOB)
    await restore(graph, Restore(ann["subscriptionId"], "test"), None, NOW)

    assert await subscriptions(graph, ann["profileId"]) == [["t" * 40, "SUSPENDED", 0]]
    assert await graph.read(BREAKS) == []


async def test_a_renewed_token_is_taken_from_others_too(graph: Graph, ann: dict[str, Any]) -> None:
    other = await join(graph, token("o" * 40), BOB)
    command = ReplaceAddress(other["subscriptionId"], Channel.MOBILE_PUSH, token(), "test")
    await replace_address(graph, command, None, NOW)

    assert await graph.read(OWNERS, key=token().key) == [other["profileId"]]
    assert await subscriptions(graph, ann["profileId"]) == [["t" * 40, "SUSPENDED", 0]]


async def test_a_token_that_stands_for_nobody_is_refused_and_changes_nothing(graph: Graph, ann: dict[str, Any]) -> None:
    nobodys = token("0" * 40)
    replaced = ReplaceAddress(ann["subscriptionId"], Channel.MOBILE_PUSH, nobodys, "test")
    before = await subscriptions(graph, ann["profileId"])

    for work in (join(graph, nobodys), replace_address(graph, replaced, None, NOW)):
        assert await refusal_of(work) == [(Code.IDENTIFIER_BLOCKED, ("address",))]

    assert await subscriptions(graph, ann["profileId"]) == before
    assert await graph.read(OWNERS, key=nobodys.key) == []


async def test_an_email_address_is_shared_and_not_handed_over(graph: Graph, ann: dict[str, Any]) -> None:
    await join(graph, email("home"))
    done = await join(graph, email("home"), BOB)

    assert len(await graph.read(OWNERS, key=email("home").key)) == 2
    assert ["home@example.com", "SUBSCRIBED", 0] in await subscriptions(graph, ann["profileId"])
    assert ["home@example.com", "SUBSCRIBED", 0] in await subscriptions(graph, done["profileId"])


async def test_two_people_logging_in_at_once_never_both_have_the_device(graph: Graph, ann: dict[str, Any]) -> None:
    bob_id = (await join(graph, email("bob"), BOB))["profileId"]
    people = [ProfileReference(id=ann["profileId"]), ProfileReference(id=bob_id)]
    seen: list[tuple[list[str], list[str]]] = []
    over = asyncio.Event()

    async def watch() -> None:
        while not over.is_set():
            seen.append((await graph.read(OWNERS, key=token().key), await graph.read(OPEN, key=token().key)))
            await asyncio.sleep(0.01)

    watching = asyncio.create_task(watch())
    await asyncio.gather(*(join(graph, token(), people[number % 2]) for number in range(LOGINS)))
    over.set()
    await watching

    assert all(len(owners) == len(at) == 1 for owners, at in seen)
    owners = await graph.read(OWNERS, key=token().key)
    assert owners == await graph.read(OPEN, key=token().key)
    assert owners[0] in {ann["profileId"], bob_id}
    assert await graph.read(BREAKS) == []


async def test_the_first_login_of_all_may_be_of_two_people(graph: Graph, ann: dict[str, Any]) -> None:
    fresh = token("f" * 40)
    done = await asyncio.gather(*(join(graph, fresh, (ANN, BOB)[number % 2]) for number in range(4)))

    assert len(await graph.read(OWNERS, key=fresh.key)) == len(await graph.read(OPEN, key=fresh.key)) == 1
    assert {each["profileId"] for each in done} > {ann["profileId"]}
    assert await graph.read(BREAKS) == []
