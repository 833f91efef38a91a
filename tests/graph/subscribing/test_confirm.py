from __future__ import annotations

from typing import Any

import pytest_asyncio

from graph.connection import Graph
from graph.consent.evidence import Evidence
from graph.merging.merge import MergeProfiles, merge_profiles
from graph.merging.settings import MergeSettings
from graph.people.reference import ProfileReference
from graph.subscribing.confirm import Confirm, confirm
from graph.subscribing.confirmations import Confirmation
from graph.subscribing.unsubscribe import OneSubscription, Unsubscribe, unsubscribe
from graph.vocabulary import ConfirmationMode, RowOutcome
from graph.vocabulary import UserErrorCode as Code
from tests.graph.subscribing.refusals import refusal_of
from tests.graph.subscribing.shop import (
    ANN,
    BOB,
    BREAKS,
    DAY,
    HOUR,
    LATER,
    NOW,
    PERSON,
    PROPERTIES,
    email,
    join,
    ledger,
    open_shop,
    subscriptions,
)

REQUIRED = ConfirmationMode.REQUIRED
INVALID, EXPIRED = [(Code.TOKEN_INVALID, ("token",))], [(Code.TOKEN_EXPIRED, ("token",))]


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def shop(graph: Graph) -> str:
    return await open_shop(graph)


def token_of(joined: dict[str, Any], expires_at_ms: int = NOW + 7 * DAY) -> Confirmation:
    return Confirmation(joined["subscriptionId"], joined["unconfirmedId"], expires_at_ms)


async def click(graph: Graph, token: Confirmation, now_ms: int = NOW + HOUR) -> RowOutcome:
    done = await confirm(graph, Confirm(token, "test", "192.0.2.7", "https://shop.example/yes"), None, now_ms)
    return RowOutcome(done.result["outcome"])


async def test_a_click_subscribes_with_evidence_and_the_second_one_changes_nothing(graph: Graph) -> None:
    agreed = Evidence(NOW, "192.0.2.1", "https://shop.example/join", "form", "Yes, write to me")
    joined = await join(graph, email("ann"), confirmation=REQUIRED, opt_in=agreed)

    assert await click(graph, token_of(joined)) is RowOutcome.UPDATED
    before = await graph.read(PERSON, id=joined["profileId"])
    assert await click(graph, token_of(joined), NOW + 2 * HOUR) is RowOutcome.UNCHANGED
    assert await click(graph, token_of(joined), NOW + 30 * DAY) is RowOutcome.UNCHANGED

    assert before == await graph.read(PERSON, id=joined["profileId"]) == ["SUBSCRIBED", "SUBSCRIBER", 2]
    assert await ledger(graph, joined["subscriptionId"]) == [
        [None, "UNCONFIRMED", "subscribe"],
        ["UNCONFIRMED", "SUBSCRIBED", "confirm"],
    ]
    kept = await graph.read(PROPERTIES, id=joined["subscriptionId"])
    assert {name: value for name, value in kept.items() if name.startswith("optIn")} == {
        "optInAt": NOW + HOUR,
        "optInIp": "192.0.2.7",
        "optInUrl": "https://shop.example/yes",
        "optInSource": "confirmation",
        "optInWording": "Yes, write to me",
    }


async def test_a_token_expires(graph: Graph) -> None:
    joined = await join(graph, email("ann"), confirmation=REQUIRED)

    assert await refusal_of(click(graph, token_of(joined, NOW + HOUR))) == EXPIRED
    assert await subscriptions(graph, joined["profileId"]) == [["ann@example.com", "UNCONFIRMED", 0]]


async def test_a_token_does_not_undo_an_unsubscribe_and_one_of_an_earlier_wait_is_invalid(graph: Graph) -> None:
    first = await join(graph, email("ann"), confirmation=REQUIRED)
    await unsubscribe(graph, Unsubscribe(OneSubscription(first["subscriptionId"]), "test"), None, NOW)
    assert await refusal_of(click(graph, token_of(first))) == INVALID

    again = await join(graph, email("ann"), confirmation=REQUIRED, resubscribe=True, opt_in=LATER)
    assert await refusal_of(click(graph, token_of(first))) == INVALID
    assert await click(graph, token_of(again)) is RowOutcome.UPDATED
    await unsubscribe(graph, Unsubscribe(OneSubscription(first["subscriptionId"]), "test"), None, NOW + 2 * HOUR)
    assert await refusal_of(click(graph, token_of(again), NOW + 3 * HOUR)) == INVALID
    assert await subscriptions(graph, first["profileId"]) == [["ann@example.com", "UNSUBSCRIBED", 0]]
    assert await graph.read(BREAKS) == []


async def test_a_token_of_what_is_not_there_is_invalid(graph: Graph) -> None:
    assert await refusal_of(click(graph, Confirmation("sub_none", "con_none", NOW + DAY))) == INVALID


async def test_a_token_sent_to_an_old_address_does_not_confirm_a_new_one(graph: Graph) -> None:
    first = await join(graph, email("ann"), confirmation=REQUIRED)
    moved = await join(graph, email("new"), confirmation=REQUIRED, replaces=first["subscriptionId"])

    assert await refusal_of(click(graph, token_of(first))) == INVALID
    assert await click(graph, token_of(moved)) is RowOutcome.UPDATED


async def test_a_consent_that_ran_out_is_given_anew_without_its_old_end(graph: Graph) -> None:
    first = await join(graph, email("ann"), consent_expires_at_ms=NOW + DAY)
    asked = await join(graph, email("ann"), confirmation=REQUIRED, now_ms=NOW + 2 * DAY)

    assert await click(graph, token_of(asked), NOW + 3 * DAY) is RowOutcome.UPDATED
    kept = await graph.read(PROPERTIES, id=first["subscriptionId"])
    assert (kept["status"], kept["consentExpiresAt"]) == ("SUBSCRIBED", None)


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(graph: Graph) -> dict[str, Any]:
    """Somebody who waits for a confirmation at Ann's address, and turns out to be Ann, who confirmed hers before."""
    await join(graph, email("ann"), ANN)
    joined = await join(graph, email("ann"), BOB, confirmation=REQUIRED)
    command = MergeProfiles(BOB, ANN, "key_staff", "seen")
    merged = await merge_profiles(graph, command, MergeSettings(), None, NOW + 1)
    return {**joined, "survivorId": merged.result["profileId"]}


async def test_a_click_counts_for_the_subscription_that_speaks_since_a_merge(
    graph: Graph, visitor: dict[str, Any]
) -> None:
    assert await subscriptions(graph, visitor["survivorId"]) == [["ann@example.com", "UNCONFIRMED", 0]]

    assert await click(graph, token_of(visitor)) is RowOutcome.UPDATED
    assert await click(graph, token_of(visitor), NOW + 2 * HOUR) is RowOutcome.UNCHANGED

    assert await subscriptions(graph, visitor["survivorId"]) == [["ann@example.com", "SUBSCRIBED", 0]]
    assert await graph.read(BREAKS) == []


async def test_a_click_does_not_get_past_a_no_that_was_said_since_the_merge(
    graph: Graph, visitor: dict[str, Any]
) -> None:
    own = ProfileReference(id=visitor["survivorId"])
    await unsubscribe(graph, Unsubscribe(OneSubscription(visitor["subscriptionId"]), "test"), None, NOW + 2)
    assert await refusal_of(click(graph, token_of(visitor))) == INVALID

    await join(
        graph, email("ann"), own, confirmation=REQUIRED, resubscribe=True, opt_in=Evidence(NOW + 3), now_ms=NOW + 3
    )

    assert await refusal_of(click(graph, token_of(visitor))) == INVALID
    assert await subscriptions(graph, visitor["survivorId"]) == [["ann@example.com", "UNCONFIRMED", 0]]
