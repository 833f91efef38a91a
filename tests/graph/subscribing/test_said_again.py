"""A no that is said again counts from then on, and two clicks are one no."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio

from graph.connection import Graph
from graph.consent.cause import NO_ACTS, Cause
from graph.consent.evidence import Evidence
from graph.consent.said_again import ONE_NO_MS, is_said_again
from graph.merging.merge import MergeProfiles, merge_profiles
from graph.merging.settings import MergeSettings
from graph.merging.split import SplitProfiles, split_profiles
from graph.people.reference import ProfileReference
from graph.statement import Statement
from graph.subscribing.resource import CategoryReference
from graph.subscribing.unsubscribe import (
    AtResource,
    Everything,
    OneCategory,
    OneSubscription,
    Target,
    Unsubscribe,
    unsubscribe,
)
from graph.vocabulary import UserErrorCode as Code
from tests.graph.subscribing.refusals import refusal_of
from tests.graph.subscribing.shop import ANN, BOB, BREAKS, HOUR, NOW, SHOP, email, join, ledger, open_shop

OPT_OUTS = Statement(
    "opt_outs_of_people",
    "MATCH (p)-[:OPTED_OUT]->(o:OptOut) WITH p, o ORDER BY p.id RETURN collect([p.id, o.since.epochMillis])",
)
CATEGORY_LEDGER = Statement(
    "category_ledger",
    """
    MATCH (c:ConsentRecord {scope: 'CATEGORY'}) WITH c ORDER BY c.seq
    RETURN collect([c.fromStatus, c.toStatus, c.at.epochMillis])
    """,
)
STATUSES = Statement("statuses_of", "UNWIND $ids AS id MATCH (s:Subscription {id: id}) RETURN collect(s.status)")


@pytest.mark.parametrize("cause", Cause)
def test_a_no_is_news_where_nobody_said_it_before_or_some_time_ago(cause: Cause) -> None:
    found = [is_said_again(cause, NOW, NOW + later) for later in (0, ONE_NO_MS - 1, ONE_NO_MS)]

    assert found == [cause in NO_ACTS, cause in NO_ACTS, True]
    assert not is_said_again(None, None, NOW)


@pytest_asyncio.fixture(loop_scope="session")
async def ann(graph: Graph) -> dict[str, Any]:
    """Her subscription and who she is."""
    await open_shop(graph)
    return await join(graph, email("ann"))


async def leave(graph: Graph, target: Target, now_ms: int) -> dict[str, Any]:
    return (await unsubscribe(graph, Unsubscribe(target, "test"), None, now_ms)).result


async def test_consent_from_before_a_later_no_does_not_get_past_it(graph: Graph, ann: dict[str, Any]) -> None:
    target = OneSubscription(ann["subscriptionId"])
    done = [await leave(graph, target, NOW + later) for later in (1, 2, HOUR)]

    between = Evidence(NOW + HOUR - 1)
    refused = await refusal_of(join(graph, email("ann"), resubscribe=True, opt_in=between, now_ms=NOW + 2 * HOUR))

    assert [(each["changed"], each["unchangedCount"]) for each in done] == [
        ([ann["subscriptionId"]], 0),
        ([], 1),
        ([], 1),
    ]
    assert await ledger(graph, ann["subscriptionId"]) == [
        [None, "SUBSCRIBED", "subscribe"],
        ["SUBSCRIBED", "UNSUBSCRIBED", "unsubscribe"],
        ["UNSUBSCRIBED", "UNSUBSCRIBED", "unsubscribe"],
    ]
    assert refused == [(Code.CONSENT_REQUIRED, ("optIn", "at"))]
    assert await graph.read(BREAKS) == []


async def test_an_opt_out_and_a_category_that_are_left_again_count_from_then_on(
    graph: Graph, ann: dict[str, Any]
) -> None:
    category = OneCategory(ann["subscriptionId"], CategoryReference(key="news"))
    for later in (1, 2, HOUR):
        await leave(graph, AtResource(ANN, SHOP), NOW + later)
        await leave(graph, category, NOW + later)

    assert await graph.read(OPT_OUTS) == [[ann["profileId"], NOW + HOUR]]
    assert await graph.read(CATEGORY_LEDGER) == [
        [None, "UNSUBSCRIBED", NOW + 1],
        ["UNSUBSCRIBED", "UNSUBSCRIBED", NOW + HOUR],
    ]


@pytest.mark.parametrize("later", [2, HOUR])
async def test_what_the_two_refused_while_they_were_one_is_refused_for_both(
    graph: Graph, ann: dict[str, Any], later: int
) -> None:
    """Bob had opted out before, so that the merge had closed hers already; then they said it themselves."""
    bob = await join(graph, email("bob"), BOB)
    await leave(graph, AtResource(BOB, SHOP), NOW)
    command = MergeProfiles(ProfileReference(id=bob["profileId"]), ProfileReference(id=ann["profileId"]), "key", "seen")
    merged = (await merge_profiles(graph, command, MergeSettings(), None, NOW + 1)).result
    await leave(graph, OneSubscription(ann["subscriptionId"]), NOW + later)
    if later == HOUR:
        await leave(graph, AtResource(ProfileReference(id=ann["profileId"]), SHOP), NOW + later)
    await leave(graph, Everything(ProfileReference(id=ann["profileId"])), NOW + later)

    await split_profiles(graph, SplitProfiles(merged["mergeId"], "key"), MergeSettings(), None, NOW + later + 1)

    both = [ann["subscriptionId"], bob["subscriptionId"]]
    assert await graph.read(STATUSES, ids=both) == ["UNSUBSCRIBED", "UNSUBSCRIBED"]
    opted_out = await graph.read(OPT_OUTS)
    if later == HOUR:
        assert opted_out == sorted([[ann["profileId"], NOW + HOUR], [bob["profileId"], NOW + HOUR]])
    else:
        assert opted_out == [[bob["profileId"], NOW]]
