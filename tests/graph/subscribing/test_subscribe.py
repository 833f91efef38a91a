from __future__ import annotations

import asyncio

import pytest
import pytest_asyncio

from graph.connection import Graph
from graph.consent.evidence import CLOCKS_APART_MS, Evidence
from graph.errors import Refusal
from graph.idempotency import Done
from graph.identifiers import IdentifierValue, identifier
from graph.people.reference import ProfileReference
from graph.statement import Statement
from graph.subscribing.resource import (
    CategoryReference,
    CreateResource,
    NewCategory,
    ResourceReference,
    create_resource,
)
from graph.subscribing.subscribe import Subscribe, subscribe
from graph.subscribing.unsubscribe import OneSubscription, Unsubscribe, unsubscribe
from graph.vocabulary import ChangeKind, Channel, IdentifierType, RowOutcome, SubscriptionStatus, UserErrorCode

NOW = 1_790_000_000_000
ANN = identifier(IdentifierType.EMAIL, "", "ann@example.com")
ANN_AT_WORK = identifier(IdentifierType.EMAIL, "", "ann@work.example")
ADDRESSES = Statement(
    "addresses",
    """
    MATCH (p:Profile {id: $id})-[:HAS_SUBSCRIPTION]->(s)-[:AT]->(i)
    WITH s, i ORDER BY s.priority
    RETURN collect([i.value, s.status, s.priority])
    """,
)
LEDGER = Statement(
    "ledger",
    """
    MATCH (c:ConsentRecord {subjectId: $id})-[:ABOUT]->(:Subscription {id: $id})
    WITH c ORDER BY c.seq
    RETURN collect([c.seq, c.fromStatus, c.toStatus, c.cause])
    """,
)
KIND = Statement("kind", "MATCH (p:Profile {id: $id}) RETURN [p.kind, p.revision]")
COUNT = Statement("count", "RETURN [COUNT { (:Profile) }, COUNT { (:Subscription) }, COUNT { (:ConsentRecord) }]")
SET_STATUS = Statement("set_status", "MATCH (s:Subscription {id: $id}) SET s.status = $status RETURN s.id")
SET_PRIORITY = Statement("set_priority", "MATCH (s:Subscription {id: $id}) SET s.priority = $priority RETURN s.id")
UNLINK = Statement("unlink", "MATCH (:Identifier {key: $key})-[r:IDENTIFIES]->() DELETE r RETURN count(r)")
JOINED = Statement("joined", "MATCH (:Subscription {id: $id})-[:JOINED]->(c) RETURN collect(c.key)")


@pytest_asyncio.fixture(loop_scope="session")
async def shop(graph: Graph) -> str:
    command = CreateResource(
        "shop", "The shop", (Channel.EMAIL,), "shop@example.com", categories=(NewCategory("news", "News"),)
    )
    return str((await create_resource(graph, command, None, NOW)).result["resourceId"])


async def join(
    graph: Graph,
    address: IdentifierValue = ANN,
    *,
    profile: ProfileReference | None = None,
    priority: int | None = None,
    opt_in: Evidence | None = None,
    resubscribe: bool = False,
    categories: tuple[CategoryReference, ...] = (),
    channel: Channel = Channel.EMAIL,
) -> Done:
    command = Subscribe(
        profile=profile or ProfileReference(identifier=ANN),
        resource=ResourceReference(key="shop"),
        channel=channel,
        address=address,
        actor="test",
        categories=categories,
        opt_in=opt_in,
        priority=priority,
        resubscribe=resubscribe,
    )
    return await subscribe(graph, command, None, NOW)


@pytest.mark.usefixtures("shop")
async def test_a_first_subscription_makes_the_person_a_subscriber(graph: Graph) -> None:
    done = await join(graph, categories=(CategoryReference(key="news"),))

    assert done.result["outcome"] == RowOutcome.CREATED
    assert await graph.read(ADDRESSES, id=done.result["profileId"]) == [["ann@example.com", "SUBSCRIBED", 0]]
    assert await graph.read(LEDGER, id=done.result["subscriptionId"]) == [[1, None, "SUBSCRIBED", "subscribe"]]
    assert await graph.read(KIND, id=done.result["profileId"]) == ["SUBSCRIBER", 1]
    assert await graph.read(JOINED, id=done.result["subscriptionId"]) == ["news"]


@pytest.mark.usefixtures("shop")
async def test_subscribing_again_changes_nothing(graph: Graph) -> None:
    first = await join(graph)

    again = await join(graph)

    assert again.result == {**first.result, "outcome": RowOutcome.UNCHANGED}
    assert again.changes == ()
    assert await graph.read(COUNT) == [1, 1, 1]


@pytest.mark.usefixtures("shop")
async def test_a_new_address_goes_on_top_and_a_given_place_is_kept_free(graph: Graph) -> None:
    profile_id = (await join(graph)).result["profileId"]
    await join(graph, ANN_AT_WORK)
    await join(graph, identifier(IdentifierType.EMAIL, "", "ann@club.example"), priority=1)

    assert await graph.read(ADDRESSES, id=profile_id) == [
        ["ann@work.example", "SUBSCRIBED", 0],
        ["ann@club.example", "SUBSCRIBED", 1],
        ["ann@example.com", "SUBSCRIBED", 2],
    ]


@pytest.mark.usefixtures("shop")
async def test_leaving_ends_this_one_subscription_and_leaving_twice_is_as_good_as_once(graph: Graph) -> None:
    first = await join(graph)
    await join(graph, ANN_AT_WORK)
    leave = Unsubscribe(OneSubscription(first.result["subscriptionId"]), "test")

    left = await unsubscribe(graph, leave, None, NOW)
    again = await unsubscribe(graph, leave, None, NOW)

    assert left.result["changed"] == [first.result["subscriptionId"]]
    assert (again.result["changed"], again.result["unchangedCount"], again.changes) == ([], 1, ())
    assert await graph.read(ADDRESSES, id=first.result["profileId"]) == [
        ["ann@work.example", "SUBSCRIBED", 0],
        ["ann@example.com", "UNSUBSCRIBED", 1],
    ]
    assert await graph.read(LEDGER, id=first.result["subscriptionId"]) == [
        [1, None, "SUBSCRIBED", "subscribe"],
        [2, "SUBSCRIBED", "UNSUBSCRIBED", "unsubscribe"],
    ]
    assert await graph.read(KIND, id=first.result["profileId"]) == ["SUBSCRIBER", 3]


@pytest.mark.usefixtures("shop")
async def test_who_left_comes_back_only_with_evidence(graph: Graph) -> None:
    first = await join(graph)
    await unsubscribe(graph, Unsubscribe(OneSubscription(first.result["subscriptionId"]), "test"), None, NOW)
    assert (await graph.read(KIND, id=first.result["profileId"]))[0] == "LEAD"

    with pytest.raises(Refusal) as refused:
        await join(graph, resubscribe=True)
    assert [each.code for each in refused.value.user_errors] == [UserErrorCode.CONSENT_REQUIRED]
    assert (await graph.read(KIND, id=first.result["profileId"]))[0] == "LEAD"

    back = await join(graph, resubscribe=True, opt_in=Evidence(NOW + 1))
    assert back.result == {**first.result, "outcome": RowOutcome.UPDATED}
    assert (await graph.read(LEDGER, id=first.result["subscriptionId"]))[2] == [
        3, "UNSUBSCRIBED", "SUBSCRIBED", "subscribe",
    ]  # fmt: skip


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("at_ms", [915_148_800_000, NOW - 1, NOW])
async def test_consent_from_before_the_refusal_does_not_lift_it(graph: Graph, at_ms: int) -> None:
    first = await join(graph)
    await unsubscribe(graph, Unsubscribe(OneSubscription(first.result["subscriptionId"]), "test"), None, NOW)

    with pytest.raises(Refusal) as refused:
        await join(graph, resubscribe=True, opt_in=Evidence(at_ms))

    assert [(each.code, each.field) for each in refused.value.user_errors] == [
        (UserErrorCode.CONSENT_REQUIRED, ("optIn", "at"))
    ]
    assert await graph.read(ADDRESSES, id=first.result["profileId"]) == [["ann@example.com", "UNSUBSCRIBED", 0]]
    assert len(await graph.read(LEDGER, id=first.result["subscriptionId"])) == 2


@pytest.mark.usefixtures("shop")
async def test_nobody_agrees_further_ahead_than_clocks_may_be_apart(graph: Graph) -> None:
    with pytest.raises(Refusal) as refused:
        await join(graph, opt_in=Evidence(NOW + CLOCKS_APART_MS + 1))

    assert [(each.code, each.field) for each in refused.value.user_errors] == [(UserErrorCode.INVALID, ("optIn", "at"))]
    assert await graph.read(COUNT) == [0, 0, 0]
    assert (await join(graph, opt_in=Evidence(NOW + CLOCKS_APART_MS))).result["outcome"] == RowOutcome.CREATED


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    "status", [SubscriptionStatus.COMPLAINED, SubscriptionStatus.HARD_BOUNCED, SubscriptionStatus.INVALID]
)
@pytest.mark.parametrize("resubscribe", [False, True])
async def test_no_evidence_opens_what_a_complaint_or_a_dead_address_closed(
    graph: Graph, status: SubscriptionStatus, *, resubscribe: bool
) -> None:
    first = await join(graph)
    await graph.change(SET_STATUS, id=first.result["subscriptionId"], status=status)

    with pytest.raises(Refusal) as refused:
        await join(graph, resubscribe=resubscribe, opt_in=Evidence(NOW + 1), priority=5)

    assert [each.code for each in refused.value.user_errors] == [UserErrorCode.STATE_NOT_ALLOWED]
    assert await graph.read(ADDRESSES, id=first.result["profileId"]) == [["ann@example.com", status, 0]]
    assert len(await graph.read(LEDGER, id=first.result["subscriptionId"])) == 1


@pytest.mark.usefixtures("shop")
async def test_an_address_that_is_linked_anew_changes_the_person_whose_subscription_stays(graph: Graph) -> None:
    first = await join(graph, ANN_AT_WORK)
    assert await graph.change(UNLINK, key=ANN_AT_WORK.key) == 1

    again = await join(graph, ANN_AT_WORK)

    assert again.result == {**first.result, "outcome": RowOutcome.UNCHANGED}
    assert [(each.profile_id, each.revision, each.kinds) for each in again.changes] == [
        (first.result["profileId"], 2, frozenset({ChangeKind.IDENTIFIER}))
    ]


@pytest.mark.usefixtures("shop")
async def test_making_room_never_leaves_the_numbers_that_graphql_has(graph: Graph) -> None:
    first = await join(graph)
    await graph.change(SET_PRIORITY, id=first.result["subscriptionId"], priority=2**31 - 1)

    await join(graph, ANN_AT_WORK)

    assert await graph.read(ADDRESSES, id=first.result["profileId"]) == [
        ["ann@work.example", "SUBSCRIBED", 0],
        ["ann@example.com", "SUBSCRIBED", 2**31 - 1],
    ]


@pytest.mark.usefixtures("shop")
async def test_unknown_things_are_named_and_nothing_is_written(graph: Graph) -> None:
    with pytest.raises(Refusal) as channel:
        await join(graph, channel=Channel.SMS)
    with pytest.raises(Refusal) as profile:
        await join(graph, profile=ProfileReference(id="prf_nobody"))
    with pytest.raises(Refusal) as category:
        await join(graph, categories=(CategoryReference(key="sport"),))
    with pytest.raises(Refusal) as subscription:
        await unsubscribe(graph, Unsubscribe(OneSubscription("sub_none"), "test"), None, NOW)

    assert [each.value.user_errors[0].field for each in (channel, profile, category, subscription)] == [
        ("address",),
        ("profile", "id"),
        ("categories", "0"),
        ("target", "subscription"),
    ]
    assert await graph.read(COUNT) == [0, 0, 0]


@pytest.mark.usefixtures("shop")
async def test_16_equal_subscribes_at_once_make_one_subscription(graph: Graph) -> None:
    done = await asyncio.gather(*(join(graph) for _ in range(16)))

    assert len({each.result["subscriptionId"] for each in done}) == 1
    assert await graph.read(COUNT) == [1, 1, 1]


async def test_a_resource_key_is_taken_once(graph: Graph, shop: str) -> None:
    with pytest.raises(Refusal) as refused:
        await create_resource(graph, CreateResource("shop", "Another", (Channel.EMAIL,)), None, NOW)

    assert [each.code for each in refused.value.user_errors] == [UserErrorCode.TAKEN]
    assert shop.startswith("res_")
