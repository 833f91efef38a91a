"""Many at once, in real transactions."""

from __future__ import annotations

import asyncio

import pytest_asyncio

from graph.connection import Graph
from graph.consent.evidence import Evidence
from graph.people.reference import ProfileReference
from graph.subscribing.archive import Archive, archive
from graph.subscribing.confirm import Confirm, confirm
from graph.subscribing.confirmations import Confirmation
from graph.subscribing.set_priority import SetPriority, set_priority
from graph.subscribing.unsubscribe import OneSubscription, Unsubscribe, unsubscribe
from graph.vocabulary import ConfirmationMode, RowOutcome
from tests.graph.subscribing.shop import (
    BREAKS,
    COUNTS,
    DAY,
    NOW,
    PERSON,
    PROPERTIES,
    email,
    join,
    ledger,
    open_shop,
    subscriptions,
)

MANY = 32


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def shop(graph: Graph) -> str:
    return await open_shop(graph)


async def test_32_equal_subscribes_make_one_subscription_and_one_record(graph: Graph) -> None:
    done = await asyncio.gather(*(join(graph, email("ann")) for _ in range(MANY)))

    assert len({each["subscriptionId"] for each in done}) == 1
    assert sorted(each["outcome"] for each in done) == ["CREATED", *["UNCHANGED"] * (MANY - 1)]
    assert await graph.read(COUNTS) == [1, 1, 1, 2]
    assert (await graph.read(PERSON, id=done[0]["profileId"]))[2] == 1


async def test_subscribing_and_leaving_at_once_end_at_the_last_record(graph: Graph) -> None:
    first = await join(graph, email("ann"))

    async def back_and_forth(number: int) -> None:
        if number % 2:
            await join(graph, email("ann"), resubscribe=True, opt_in=Evidence(NOW + number))
        else:
            await unsubscribe(graph, Unsubscribe(OneSubscription(first["subscriptionId"]), "test"), None, NOW)

    await asyncio.gather(*(back_and_forth(number) for number in range(16)))

    records = await ledger(graph, first["subscriptionId"])
    assert (await graph.read(PROPERTIES, id=first["subscriptionId"]))["status"] == records[-1][1]
    assert await graph.read(BREAKS) == []


async def test_places_stay_without_holes_whoever_comes_moves_and_goes(graph: Graph) -> None:
    joined = [await join(graph, email(f"a{number}")) for number in range(4)]
    ann = ProfileReference(id=joined[0]["profileId"])

    await asyncio.gather(
        *(join(graph, email(f"b{number}"), ann, priority=number) for number in range(6)),
        # One that is archived meanwhile has no place to be given.
        *(set_priority(graph, SetPriority(joined[at]["subscriptionId"], at), None, NOW) for at in (0, 1, 3)),
        archive(graph, Archive(joined[2]["subscriptionId"], "test"), None, NOW),
        return_exceptions=False,
    )

    found = await subscriptions(graph, joined[0]["profileId"])
    assert [at for _, _, at in found] == list(range(9))
    assert await graph.read(BREAKS) == []


async def test_of_many_clicks_one_confirms(graph: Graph) -> None:
    joined = await join(graph, email("ann"), confirmation=ConfirmationMode.REQUIRED)
    token = Confirmation(joined["subscriptionId"], joined["unconfirmedId"], NOW + DAY)

    done = await asyncio.gather(*(confirm(graph, Confirm(token, "test"), None, NOW) for _ in range(8)))

    assert sorted(each.result["outcome"] for each in done) == [*[RowOutcome.UNCHANGED] * 7, RowOutcome.UPDATED]
    assert len(await ledger(graph, joined["subscriptionId"])) == 2
