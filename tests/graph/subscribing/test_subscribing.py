"""What subscribing does besides making a subscription."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio

from graph.connection import Graph
from graph.consent.evidence import Evidence
from graph.identifiers import identifier
from graph.people.reference import ProfileReference
from graph.subscribing.address import Push
from graph.subscribing.archive import Archive, archive
from graph.subscribing.device import Device
from graph.subscribing.resource import CategoryReference, ResourceReference
from graph.subscribing.unsubscribe import OneSubscription, Unsubscribe, unsubscribe
from graph.vocabulary import Channel, ConfirmationMode, IdentifierType, PushProvider, RowOutcome
from graph.vocabulary import UserErrorCode as Code
from tests.graph.subscribing.refusals import refusal_of
from tests.graph.subscribing.shop import (
    ANN,
    BOB,
    BREAKS,
    COUNTS,
    DAY,
    LATER,
    NOW,
    PERSON,
    PROPERTIES,
    SET_PROFILE_STATUS,
    email,
    join,
    ledger,
    open_shop,
    subscriptions,
    token,
)

NEWS, TIPS = CategoryReference(key="news"), CategoryReference(key="tips")


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def shop(graph: Graph) -> str:
    return await open_shop(graph)


async def test_a_confirmation_is_waited_for_and_asking_again_changes_nothing(graph: Graph) -> None:
    first = await join(graph, email("ann"), confirmation=ConfirmationMode.REQUIRED)
    again = await join(graph, email("ann"), confirmation=ConfirmationMode.REQUIRED)

    assert (first["outcome"], again["outcome"]) == (RowOutcome.CREATED, RowOutcome.UNCHANGED)
    assert first["unconfirmedId"] == again["unconfirmedId"] is not None
    assert await ledger(graph, first["subscriptionId"]) == [[None, "UNCONFIRMED", "subscribe"]]
    assert (await graph.read(PERSON, id=first["profileId"]))[1] == "LEAD"

    proven = await join(graph, email("ann"), confirmation=ConfirmationMode.ALREADY_CONFIRMED, opt_in=LATER)
    assert (proven["outcome"], proven["unconfirmedId"]) == (RowOutcome.UPDATED, None)
    assert await subscriptions(graph, first["profileId"]) == [["ann@example.com", "SUBSCRIBED", 0]]
    still = await join(graph, email("ann"), confirmation=ConfirmationMode.REQUIRED)
    assert (still["outcome"], still["unconfirmedId"]) == (RowOutcome.UNCHANGED, None)


async def test_a_resource_may_require_a_double_opt_in(graph: Graph) -> None:
    await open_shop(graph, "careful", require_double_opt_in=True)
    careful = ResourceReference(key="careful")

    await join(graph, email("ann"), resource=careful)
    done = await join(
        graph, email("bob"), resource=careful, confirmation=ConfirmationMode.ALREADY_CONFIRMED, opt_in=Evidence(NOW)
    )

    assert await subscriptions(graph, done["profileId"]) == [
        ["bob@example.com", "SUBSCRIBED", 0],
        ["ann@example.com", "UNCONFIRMED", 1],
    ]


async def test_what_is_known_of_device_and_push_keys_is_kept_with_the_subscription(graph: Graph) -> None:
    device = Device("phone", "One", "Android", "16", "example.shop", "2.1", "en-GB")
    push = Push(provider=PushProvider.FIREBASE)
    first = await join(graph, token(), device=device, push=push)
    again = await join(graph, token(), device=device, push=push)
    bare = await join(graph, token())
    newer = await join(graph, token(), device=Device(type="phone"))

    assert [each["outcome"] for each in (first, again, bare, newer)] == ["CREATED", "UNCHANGED", "UNCHANGED", "UPDATED"]
    kept = await graph.read(PROPERTIES, id=first["subscriptionId"])
    assert {name: value for name, value in kept.items() if name.startswith(("device", "push"))} == {
        "deviceType": "phone",
        "pushProvider": "FIREBASE",
    }


async def test_a_browsers_keys_are_kept_and_renewed(graph: Graph) -> None:
    endpoint = identifier(IdentifierType.PUSH_TOKEN, "", "https://push.example/1")
    await join(graph, endpoint, channel=Channel.WEB_PUSH, push=Push(p256dh="p", auth="a"))
    done = await join(graph, endpoint, channel=Channel.WEB_PUSH, push=Push(p256dh="q", auth="a"))

    assert done["outcome"] == RowOutcome.UPDATED
    kept = await graph.read(PROPERTIES, id=done["subscriptionId"])
    assert (kept["pushP256dh"], kept["pushAuth"]) == ("q", "a")


async def test_a_consent_may_have_an_end_which_only_a_new_consent_moves_back(graph: Graph) -> None:
    first = await join(graph, email("ann"), consent_expires_at_ms=NOW + 2 * DAY)
    assert await refusal_of(join(graph, email("ann"), consent_expires_at_ms=NOW + 3 * DAY)) == [
        (Code.CONSENT_REQUIRED, ("consentExpiresAt",))
    ]
    assert await refusal_of(join(graph, email("ann"), consent_expires_at_ms=NOW)) == [
        (Code.INVALID, ("consentExpiresAt",))
    ]
    earlier = await join(graph, email("ann"), consent_expires_at_ms=NOW + DAY)
    assert earlier["outcome"] == RowOutcome.UPDATED
    later = await join(graph, email("ann"), consent_expires_at_ms=NOW + 3 * DAY, opt_in=LATER)
    assert later["outcome"] == RowOutcome.UPDATED
    kept = await graph.read(PROPERTIES, id=first["subscriptionId"])
    assert kept["consentExpiresAt"] == NOW + 3 * DAY


async def test_what_ran_out_is_recorded_at_its_time_by_whoever_comes_next(graph: Graph) -> None:
    first = await join(graph, email("ann"), consent_expires_at_ms=NOW + DAY)

    assert await refusal_of(join(graph, email("ann"), now_ms=NOW + 2 * DAY)) == [(Code.CONSENT_REQUIRED, ("optIn",))]
    assert len(await ledger(graph, first["subscriptionId"])) == 1
    again = await join(graph, email("ann"), confirmation=ConfirmationMode.REQUIRED, now_ms=NOW + 2 * DAY)

    assert again["unconfirmedId"] is not None
    assert await ledger(graph, first["subscriptionId"]) == [
        [None, "SUBSCRIBED", "subscribe"],
        ["SUBSCRIBED", "UNCONFIRMED", "consent_expired"],
    ]
    assert (await graph.read(PERSON, id=first["profileId"]))[1:] == ["LEAD", 2]


async def test_categories_are_joined_with_a_record_each_and_once(graph: Graph) -> None:
    first = await join(graph, email("ann"), categories=(NEWS, TIPS, CategoryReference(key="news")), opt_in=LATER)
    again = await join(graph, email("ann"), categories=(NEWS,))

    assert (first["outcome"], again["outcome"]) == (RowOutcome.CREATED, RowOutcome.UNCHANGED)
    assert await graph.read(COUNTS) == [1, 1, 3, 2]
    assert await graph.read(BREAKS) == []


@pytest.mark.parametrize("status", ["UNSUBSCRIBED", "SUSPENDED", "UNCONFIRMED"])
async def test_a_person_who_is_barred_as_a_whole_is_subscribed_only_with_a_consent_that_lifts_it(
    graph: Graph, status: str
) -> None:
    profile_id = (await join(graph, email("ann")))["profileId"]
    await graph.change(SET_PROFILE_STATUS, id=profile_id, status=status)

    assert await refusal_of(join(graph, email("work"))) == [(Code.PROFILE_BARRED, ("profile",))]
    assert await refusal_of(join(graph, email("work"), lift_profile_status=True)) == [
        (Code.CONSENT_REQUIRED, ("optIn",))
    ]
    assert (await graph.read(PERSON, id=profile_id))[0] == status
    assert len(await subscriptions(graph, profile_id)) == 1

    await join(graph, email("work"), lift_profile_status=True, opt_in=LATER)
    assert (await graph.read(PERSON, id=profile_id))[:2] == ["SUBSCRIBED", "SUBSCRIBER"]
    assert await ledger(graph, profile_id) == [[status, "SUBSCRIBED", "subscribe"]]
    assert len(await subscriptions(graph, profile_id)) == 2


async def test_a_complaint_about_everything_is_never_lifted(graph: Graph) -> None:
    profile_id = (await join(graph, email("ann")))["profileId"]
    await graph.change(SET_PROFILE_STATUS, id=profile_id, status="COMPLAINED")

    assert await refusal_of(join(graph, email("work"), lift_profile_status=True, opt_in=LATER)) == [
        (Code.PROFILE_BARRED, ("profile",))
    ]
    assert (await graph.read(PERSON, id=profile_id))[0] == "COMPLAINED"


async def test_a_new_address_may_go_below_the_others_and_a_given_place_comes_first(graph: Graph) -> None:
    await open_shop(graph, "modest", raise_priority_of_new=False)
    given: dict[str, Any] = {"resource": ResourceReference(key="modest")}
    await join(graph, email("a"), **given)
    await join(graph, email("b"), **given)
    done = await join(graph, email("c"), priority=0, **given)
    await join(graph, email("d"), priority=700, **given)
    await join(graph, email("a"), priority=3, **given)

    assert [each[0][:1] for each in await subscriptions(graph, done["profileId"])] == ["c", "b", "d", "a"]
    assert [each[2] for each in await subscriptions(graph, done["profileId"])] == [0, 1, 2, 3]


async def test_a_renewed_token_keeps_id_place_and_history(graph: Graph) -> None:
    old, new = token("old" * 20), token("new" * 20)
    first = await join(graph, old)
    await join(graph, token("other" * 10))
    replaced = await join(graph, new, replaces=first["subscriptionId"])
    again = await join(graph, new, replaces=first["subscriptionId"])

    assert replaced["subscriptionId"] == first["subscriptionId"]
    assert (replaced["outcome"], again["outcome"]) == (RowOutcome.UPDATED, RowOutcome.UNCHANGED)
    assert await subscriptions(graph, first["profileId"]) == [
        ["other" * 10, "SUBSCRIBED", 0],
        ["new" * 20, "SUBSCRIBED", 1],
    ]
    assert await ledger(graph, first["subscriptionId"]) == [
        [None, "SUBSCRIBED", "subscribe"],
        ["SUBSCRIBED", "SUBSCRIBED", "address_replaced"],
    ]
    # The key went along: the old token is a new address, the new one is this subscription.
    assert (await join(graph, new))["subscriptionId"] == first["subscriptionId"]
    assert (await join(graph, old))["subscriptionId"] != first["subscriptionId"]


async def test_an_address_is_not_replaced_by_one_that_has_a_subscription(graph: Graph) -> None:
    first = await join(graph, token("old" * 20))
    other = await join(graph, token("new" * 20))

    assert await refusal_of(join(graph, token("new" * 20), replaces=first["subscriptionId"])) == [
        (Code.TAKEN, ("replaces",))
    ]
    assert await subscriptions(graph, first["profileId"]) == [
        ["new" * 20, "SUBSCRIBED", 0],
        ["old" * 20, "SUBSCRIBED", 1],
    ]
    assert len(await ledger(graph, other["subscriptionId"])) == len(await ledger(graph, first["subscriptionId"])) == 1


async def test_only_a_subscription_of_the_same_person_channel_and_resource_is_replaced(graph: Graph) -> None:
    first = await join(graph, email("ann"))
    for address, profile, code in ((email("new"), BOB, Code.NOT_FOUND), (token(), ANN, Code.INVALID)):
        work = join(graph, address, profile, replaces=first["subscriptionId"])
        assert await refusal_of(work) == [(code, ("replaces",))]
    assert await refusal_of(join(graph, email("new"), replaces="sub_none")) == [(Code.NOT_FOUND, ("replaces",))]
    assert await graph.read(COUNTS) == [1, 1, 1, 2]


async def test_an_address_that_nobody_confirmed_does_not_get_round_a_double_opt_in(graph: Graph) -> None:
    first = await join(graph, email("ann"))
    moved = await join(graph, email("new"), replaces=first["subscriptionId"], confirmation=ConfirmationMode.REQUIRED)

    assert moved["unconfirmedId"] is not None
    assert await ledger(graph, first["subscriptionId"]) == [
        [None, "SUBSCRIBED", "subscribe"],
        ["SUBSCRIBED", "UNCONFIRMED", "address_replaced"],
    ]


async def test_archiving_does_not_make_a_refusal_forgotten(graph: Graph) -> None:
    first = await join(graph, email("ann"))
    await unsubscribe(graph, Unsubscribe(OneSubscription(first["subscriptionId"]), "test"), None, NOW)
    await archive(graph, Archive(first["subscriptionId"], "test"), None, NOW)

    by_id = ProfileReference(id=first["profileId"])
    assert await refusal_of(join(graph, email("ann"), by_id)) == [(Code.CONSENT_REQUIRED, ("optIn",))]
    new = await join(graph, email("ann"), by_id, resubscribe=True, opt_in=LATER)

    assert new["subscriptionId"] != first["subscriptionId"]
    assert await subscriptions(graph, first["profileId"]) == [["ann@example.com", "SUBSCRIBED", 0]]
    assert await graph.read(BREAKS) == []
