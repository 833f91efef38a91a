"""What can be done to one subscription that is there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from graph.connection import Graph
from graph.consent.evidence import Evidence
from graph.erasing.erase import EraseProfile, erase_profile
from graph.people.reference import ProfileReference
from graph.statement import Statement
from graph.subscribing.archive import Archive, Restore, archive, restore
from graph.subscribing.join import JoinCategory, join_category
from graph.subscribing.replace_address import ReplaceAddress, replace_address
from graph.subscribing.resource import CategoryReference, ResourceReference
from graph.subscribing.set_priority import SetPriority, set_priority
from graph.subscribing.set_status import SetStatus, set_status
from graph.subscribing.suspend import Resume, Suspend, resume, suspend
from graph.subscribing.unsubscribe import OneSubscription, Unsubscribe, unsubscribe
from graph.vocabulary import Channel, RowOutcome
from graph.vocabulary import SubscriptionStatus as Status
from graph.vocabulary import UserErrorCode as Code
from tests.graph.subscribing.refusals import refusal_of
from tests.graph.subscribing.shop import (
    BOB,
    BREAKS,
    COUNTS,
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
    token,
)

LEAVE_CATEGORY = Statement(
    "leave_category",
    """
    MATCH (s:Subscription {id: $id})-[:OF]->()-[:OFFERS]->(c:Category {key: $key})
    CREATE (s)-[:LEFT {at: datetime({epochMillis: $at})}]->(c)
    RETURN c.id
    """,
)
SAID = Statement("said", "MATCH (:Subscription {id: $id})-[said:JOINED|LEFT]->(c) RETURN collect([c.key, type(said)])")
OPT_OUT = Statement(
    "opt_out",
    """
    MATCH (p:Profile {id: $id})
    CREATE (p)-[:OPTED_OUT]->(:OptOut {id: 'opt_1', channel: $channel, since: datetime({epochMillis: $since})})
    RETURN p.id
    """,
)
NOT_ALLOWED = [(Code.STATE_NOT_ALLOWED, ("subscription",))]
UPDATED, UNCHANGED = RowOutcome.UPDATED, RowOutcome.UNCHANGED


@pytest_asyncio.fixture(loop_scope="session")
async def ann(graph: Graph) -> dict[str, Any]:
    """Her subscription and who she is."""
    await open_shop(graph)
    return await join(graph, email("ann"))


async def pause(graph: Graph, subscription_id: str, until_ms: int = NOW + DAY, now_ms: int = NOW) -> str:
    done = await suspend(graph, Suspend(subscription_id, until_ms, "test", "holidays"), None, now_ms)
    return str(done.result["outcome"])


async def unpause(graph: Graph, subscription_id: str, now_ms: int = NOW) -> str:
    return str((await resume(graph, Resume(subscription_id, "test"), None, now_ms)).result["outcome"])


async def become(graph: Graph, subscription_id: str, status: Status, evidence: Evidence | None = None) -> str:
    done = await set_status(graph, SetStatus(subscription_id, status, "test", None, evidence), None, NOW)
    return str(done.result["outcome"])


async def shelve(graph: Graph, subscription_id: str, now_ms: int = NOW) -> str:
    return str((await archive(graph, Archive(subscription_id, "test"), None, now_ms)).result["outcome"])


async def unshelve(graph: Graph, subscription_id: str, now_ms: int = NOW) -> str:
    return str((await restore(graph, Restore(subscription_id, "test"), None, now_ms)).result["outcome"])


async def status_of(graph: Graph, subscription_id: str) -> str:
    return str((await graph.read(PROPERTIES, id=subscription_id))["status"])


async def test_a_pause_has_an_end_and_can_be_ended_before_it(graph: Graph, ann: dict[str, Any]) -> None:
    found = ann["subscriptionId"]
    assert [await pause(graph, found), await pause(graph, found)] == [UPDATED, UNCHANGED]
    assert (await graph.read(PROPERTIES, id=found))["suspendedUntil"] == NOW + DAY
    assert (await graph.read(PERSON, id=ann["profileId"]))[1] == "LEAD"
    assert await refusal_of(pause(graph, found, NOW + 2 * DAY)) == NOT_ALLOWED

    assert [await unpause(graph, found), await unpause(graph, found)] == [UPDATED, UNCHANGED]
    kept = await graph.read(PROPERTIES, id=found)
    assert (kept["status"], kept["suspendedUntil"]) == ("SUBSCRIBED", None)
    assert (await graph.read(PERSON, id=ann["profileId"]))[1:] == ["SUBSCRIBER", 3]
    assert await ledger(graph, found) == [
        [None, "SUBSCRIBED", "subscribe"],
        ["SUBSCRIBED", "SUSPENDED", "suspend"],
        ["SUSPENDED", "SUBSCRIBED", "resume"],
    ]


async def test_a_pause_that_is_over_is_recorded_by_whoever_comes_next(graph: Graph, ann: dict[str, Any]) -> None:
    found = ann["subscriptionId"]
    await pause(graph, found)

    assert await unpause(graph, found, NOW + 2 * DAY) == UNCHANGED
    assert (await ledger(graph, found))[-1] == ["SUSPENDED", "SUBSCRIBED", "suspension_ended"]
    assert (await graph.read(PERSON, id=ann["profileId"]))[1:] == ["SUBSCRIBER", 3]


async def test_only_what_is_subscribed_is_paused_and_only_until_a_time_to_come(
    graph: Graph, ann: dict[str, Any]
) -> None:
    found = ann["subscriptionId"]
    assert await refusal_of(pause(graph, found, NOW)) == [(Code.INVALID, ("until",))]
    await unsubscribe(graph, Unsubscribe(OneSubscription(found), "test"), None, NOW)
    assert await refusal_of(pause(graph, found)) == NOT_ALLOWED
    assert await refusal_of(unpause(graph, found)) == NOT_ALLOWED
    assert await refusal_of(pause(graph, "sub_none")) == [(Code.NOT_FOUND, ("subscription",))]
    assert await status_of(graph, found) == "UNSUBSCRIBED"


@pytest.mark.parametrize("status", Status)
async def test_every_status_can_be_set_and_only_a_consent_brings_back_from_it(
    graph: Graph, ann: dict[str, Any], status: Status
) -> None:
    found = ann["subscriptionId"]
    is_new = status is not Status.SUBSCRIBED
    assert await become(graph, found, status) == (UPDATED if is_new else UNCHANGED)
    assert await status_of(graph, found) == status
    if is_new:
        for evidence in (None, Evidence(NOW)):
            ((code, _),) = await refusal_of(become(graph, found, Status.SUBSCRIBED, evidence))
            assert code is Code.CONSENT_REQUIRED
        assert await status_of(graph, found) == status
        assert await become(graph, found, Status.SUBSCRIBED, LATER) == UPDATED
        assert (await graph.read(PROPERTIES, id=found))["optInAt"] == NOW + 1
    assert await status_of(graph, found) == "SUBSCRIBED"
    assert await graph.read(BREAKS) == []


async def test_places_close_up_and_make_room(graph: Graph, ann: dict[str, Any]) -> None:
    for mailbox in ("b", "c"):
        await join(graph, email(mailbox))
    await join(graph, token())

    done = [await set_priority(graph, SetPriority(ann["subscriptionId"], at), None, NOW) for at in (0, 0, 9, 2, 1)]

    assert [each.result["outcome"] for each in done] == [UPDATED, UNCHANGED, UPDATED, UNCHANGED, UPDATED]
    found = await subscriptions(graph, ann["profileId"])
    assert [(address[:1], at) for address, _, at in found] == [("c", 0), ("a", 1), ("b", 2), ("t", 0)]


async def test_a_category_that_was_left_is_joined_again(graph: Graph, ann: dict[str, Any]) -> None:
    found = ann["subscriptionId"]
    category_id = await graph.change(LEAVE_CATEGORY, id=found, key="news", at=NOW)
    news = CategoryReference(key="news")

    assert await refusal_of(join(graph, email("ann"), categories=(news,))) == [(Code.CONSENT_REQUIRED, ("optIn",))]
    command = JoinCategory(found, news, "test")
    outcomes = [(await join_category(graph, command, None, NOW)).result["outcome"] for _ in range(2)]

    assert outcomes == [UPDATED, UNCHANGED]
    assert await graph.read(SAID, id=found) == [["news", "JOINED"]]
    assert await ledger(graph, f"{found}:{category_id}") == [["UNSUBSCRIBED", "SUBSCRIBED", "join"]]
    assert len(await ledger(graph, found)) == 1
    unknown = JoinCategory(found, CategoryReference(key="sport"), "test")
    assert await refusal_of(join_category(graph, unknown, None, NOW)) == [(Code.NOT_FOUND, ("category",))]


async def test_an_archived_one_leaves_every_list_and_comes_back_to_its_place(graph: Graph, ann: dict[str, Any]) -> None:
    await join(graph, email("b"))
    middle = (await join(graph, email("c"), priority=1))["subscriptionId"]

    assert [await shelve(graph, middle), await shelve(graph, middle)] == [UPDATED, UNCHANGED]
    assert [each[::2] for each in await subscriptions(graph, ann["profileId"])] == [
        ["b@example.com", 0],
        ["ann@example.com", 1],
    ]
    assert (await graph.read(PROPERTIES, id=middle)).get("key") is None
    assert await refusal_of(pause(graph, middle)) == NOT_ALLOWED

    assert [await unshelve(graph, middle), await unshelve(graph, middle)] == [UPDATED, UNCHANGED]
    assert [each[::2] for each in await subscriptions(graph, ann["profileId"])] == [
        ["b@example.com", 0],
        ["c@example.com", 1],
        ["ann@example.com", 2],
    ]
    assert await ledger(graph, middle) == [
        [None, "SUBSCRIBED", "subscribe"],
        ["SUBSCRIBED", "SUBSCRIBED", "archive"],
        ["SUBSCRIBED", "SUBSCRIBED", "restore"],
    ]
    assert (await join(graph, email("c")))["subscriptionId"] == middle


async def test_an_archived_one_does_not_come_back_where_another_took_its_place(
    graph: Graph, ann: dict[str, Any]
) -> None:
    await shelve(graph, ann["subscriptionId"])
    new = await join(graph, email("ann"))

    assert await refusal_of(unshelve(graph, ann["subscriptionId"])) == [(Code.TAKEN, ("subscription",))]
    assert new["subscriptionId"] != ann["subscriptionId"]

    # Once the other one is gone it does, and not with more than the person said last.
    await unsubscribe(graph, Unsubscribe(OneSubscription(new["subscriptionId"]), "test"), None, NOW)
    await shelve(graph, new["subscriptionId"])
    assert await unshelve(graph, ann["subscriptionId"]) == UPDATED
    assert await status_of(graph, ann["subscriptionId"]) == "UNSUBSCRIBED"
    assert await graph.read(BREAKS) == []


@pytest.mark.parametrize(("channel", "status"), [("EMAIL", "UNSUBSCRIBED"), ("SMS", "SUBSCRIBED")])
async def test_an_archived_one_comes_back_with_less_where_the_person_opted_out_meanwhile(
    graph: Graph, ann: dict[str, Any], channel: str, status: str
) -> None:
    await shelve(graph, ann["subscriptionId"])
    await graph.change(OPT_OUT, id=ann["profileId"], channel=channel, since=NOW)

    await unshelve(graph, ann["subscriptionId"], NOW + HOUR)

    assert await status_of(graph, ann["subscriptionId"]) == status
    assert await graph.read(BREAKS) == []


async def test_a_pause_lasts_in_the_archive_as_long_as_it_would_have(graph: Graph, ann: dict[str, Any]) -> None:
    await pause(graph, ann["subscriptionId"])
    await shelve(graph, ann["subscriptionId"])
    await unshelve(graph, ann["subscriptionId"], NOW + HOUR)
    kept = await graph.read(PROPERTIES, id=ann["subscriptionId"])
    assert (kept["status"], kept["suspendedUntil"]) == ("SUSPENDED", NOW + DAY)

    await shelve(graph, ann["subscriptionId"], NOW + HOUR)
    await unshelve(graph, ann["subscriptionId"], NOW + 2 * DAY)
    assert await status_of(graph, ann["subscriptionId"]) == "SUBSCRIBED"
    assert await graph.read(BREAKS) == []


async def test_an_address_is_replaced_and_its_subscription_stays(graph: Graph, ann: dict[str, Any]) -> None:
    found = ann["subscriptionId"]
    await pause(graph, found)
    command = ReplaceAddress(found, Channel.EMAIL, email("new"), "test")
    done = [await replace_address(graph, command, None, NOW) for _ in range(2)]

    assert [each.result["outcome"] for each in done] == [UPDATED, UNCHANGED]
    assert await subscriptions(graph, ann["profileId"]) == [["new@example.com", "SUSPENDED", 0]]
    assert (await graph.read(PROPERTIES, id=found))["suspendedUntil"] == NOW + DAY
    assert (await ledger(graph, found))[-1] == ["SUSPENDED", "SUSPENDED", "address_replaced"]
    assert done[1].changes == ()


async def test_an_address_is_replaced_only_on_its_channel_and_where_it_is_free(
    graph: Graph, ann: dict[str, Any]
) -> None:
    found = ann["subscriptionId"]
    await join(graph, email("work"))
    await join(graph, email("work"), BOB)
    before = await graph.read(COUNTS)
    for address, channel, code in (
        (token(), Channel.MOBILE_PUSH, Code.INVALID),
        (email("work"), Channel.EMAIL, Code.TAKEN),
    ):
        work = replace_address(graph, ReplaceAddress(found, channel, address, "test"), None, NOW)
        assert await refusal_of(work) == [(code, ("address",))]
    assert await graph.read(COUNTS) == before


async def test_an_address_that_the_person_left_takes_newer_evidence_although_it_was_archived(
    graph: Graph, ann: dict[str, Any]
) -> None:
    left = (await join(graph, email("work")))["subscriptionId"]
    await unsubscribe(graph, Unsubscribe(OneSubscription(left), "test"), None, NOW + 1)
    await shelve(graph, left, NOW + 2)
    plain = ReplaceAddress(ann["subscriptionId"], Channel.EMAIL, email("work"), "test")

    for old in (plain, replace(plain, evidence=Evidence(NOW + 1))):
        (error,) = await refusal_of(replace_address(graph, old, None, NOW + 3))
        assert error[0] is Code.CONSENT_REQUIRED
    assert (await status_of(graph, ann["subscriptionId"])) == "SUBSCRIBED"
    done = await replace_address(graph, replace(plain, evidence=Evidence(NOW + 3)), None, NOW + 3)

    assert done.result["outcome"] == UPDATED
    assert await subscriptions(graph, ann["profileId"]) == [["work@example.com", "SUBSCRIBED", 0]]


async def test_an_address_whose_person_was_erased_takes_newer_evidence(graph: Graph, ann: dict[str, Any]) -> None:
    key = b"key of erased addresses"
    bob = await join(graph, email("bob"), BOB)
    await erase_profile(graph, EraseProfile(ProfileReference(id=bob["profileId"]), key), None, NOW + 1)
    plain = ReplaceAddress(ann["subscriptionId"], Channel.EMAIL, email("bob"), "test", erased_key=key)

    assert await refusal_of(replace_address(graph, plain, None, NOW + 2)) == [(Code.CONSENT_REQUIRED, ("address",))]
    await replace_address(graph, replace(plain, evidence=Evidence(NOW + 2)), None, NOW + 2)

    assert await subscriptions(graph, ann["profileId"]) == [["bob@example.com", "SUBSCRIBED", 0]]


async def test_a_pause_ends_in_no_consent_to_a_new_address_that_has_to_be_confirmed(graph: Graph) -> None:
    await open_shop(graph, "careful", require_double_opt_in=True)
    careful: dict[str, Any] = {"resource": ResourceReference(key="careful")}
    found = (await join(graph, email("ann"), **careful))["subscriptionId"]
    await become(graph, found, Status.SUBSCRIBED, LATER)
    await pause(graph, found, now_ms=NOW + 2)

    await replace_address(graph, ReplaceAddress(found, Channel.EMAIL, email("new"), "test"), None, NOW + 3)
    await unpause(graph, found, NOW + 4)

    assert await status_of(graph, found) == "UNCONFIRMED"


async def test_a_new_address_has_to_be_confirmed_where_the_resource_requires_it(graph: Graph) -> None:
    await open_shop(graph, "careful", require_double_opt_in=True)
    careful: dict[str, Any] = {"resource": ResourceReference(key="careful")}
    joined = await join(graph, email("ann"), **careful)
    await become(graph, joined["subscriptionId"], Status.SUBSCRIBED, LATER)

    await replace_address(
        graph, ReplaceAddress(joined["subscriptionId"], Channel.EMAIL, email("new"), "test"), None, NOW
    )

    assert (await ledger(graph, joined["subscriptionId"]))[-1] == ["SUBSCRIBED", "UNCONFIRMED", "address_replaced"]
    assert (await join(graph, email("new"), **careful))["unconfirmedId"] is not None
