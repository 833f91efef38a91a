"""What a provider's final no says of an address, and of whom it speaks."""

from __future__ import annotations

from graph import outbox
from graph.clock import SystemClock
from graph.connection import Graph
from graph.merging.merge import MergeProfiles, merge_profiles
from graph.merging.settings import MergeSettings
from graph.outbox import AttemptOutcome, AttemptRecord
from graph.people.reference import ProfileReference
from graph.reach import REACHABLE, reach
from graph.statement import Statement
from graph.vocabulary import Gate, MessageState
from tests.dispatch.outbox_seed import MESSAGE, OUTREACH, REVISION, queue, seed

LEASE_MS = 30_000
NOW = SystemClock().now()

_IDENTIFIER = Statement(
    "identifier",
    """
    MATCH (x:Suppression)-[:STOPS]->(i:Identifier {value: $value})
    RETURN x {.reason, .kind, at: x.since.epochMillis, isOfIt: x.key = i.id + '::'}
    """,
)

_SUBSCRIPTION = Statement(
    "subscription_of_profile",
    """
    MATCH (p:Profile {id: $id})-[:HAS_SUBSCRIPTION]->(s)
    RETURN [s.status, p.kind, COLLECT {
        MATCH (s)<-[:ABOUT]-(c) RETURN [c.fromStatus, c.toStatus, c.cause, c.actor, c.reason] ORDER BY c.seq }]
    """,
)

_OTHER_ADDRESS = Statement(
    "other_address",
    """
    MATCH (:Message {id: $id})-[:TO]->(s)-[at:AT]->()
    DELETE at
    CREATE (s)-[:AT]->(:Identifier {id: 'idn_other', key: 'EMAIL::other@example.com', type: 'EMAIL',
        value: 'other@example.com'})
    RETURN s.id
    """,
)


def refused(message_id: str) -> AttemptRecord:
    return AttemptRecord(
        message_id, MessageState.FAILED, AttemptOutcome.REFUSED, "smtp", "550 5.1.1 unknown", suppress=True
    )


async def test_feature_13_a_dead_address_is_suppressed_for_all_who_share_it_and_for_nobody_else(graph: Graph) -> None:
    one, other, stranger = seed(NOW, 1), seed(NOW, 1), seed(NOW, 2)
    await queue(graph, one, other, stranger)
    claimed = await outbox.claim(graph, [one.message_id], LEASE_MS, NOW)
    assert await graph.read(_IDENTIFIER, value=one.address) is None

    revisions = await outbox.finish(graph, claimed.token, [refused(one.message_id)], NOW)

    assert {each.profile_id for each in revisions} == {one.profile_id, other.profile_id}
    assert await graph.read(_IDENTIFIER, value=one.address) == {
        "reason": "550 5.1.1 unknown",
        "kind": "ADDRESS",
        "at": NOW,
        "isOfIt": True,
    }
    row = await graph.read(MESSAGE, id=one.message_id)
    assert (row["state"], row["reason"], row["pending"]) == ("FAILED", "550 5.1.1 unknown", False)
    assert await graph.read(_SUBSCRIPTION, id=one.profile_id) == [
        "HARD_BOUNCED", "LEAD", [["SUBSCRIBED", "HARD_BOUNCED", "hard_bounce", "provider", "550 5.1.1 unknown"]],
    ]  # fmt: skip
    # The other's subscription is as it was; what stops it is the address.
    assert await graph.read(_SUBSCRIPTION, id=other.profile_id) == ["SUBSCRIBED", "SUBSCRIBER", []]
    # The seed says nothing of what somebody is, and of the stranger nobody has written anything since.
    assert await graph.read(_SUBSCRIPTION, id=stranger.profile_id) == ["SUBSCRIBED", None, []]
    assert await graph.read(REVISION, id=stranger.profile_id) == 1
    rest = await outbox.claim(graph, [other.message_id, stranger.message_id], LEASE_MS, NOW)
    verdicts = {each.message_id: reach(each.facts, each.purpose, NOW) for each in rest.deliveries}
    assert verdicts[stranger.message_id] == REACHABLE
    # What the worker does with a letter that may not go: it says why, and hands nothing over.
    await outbox.skip(graph, rest.token, {other.message_id: verdicts[other.message_id]}, NOW)
    row = await graph.read(MESSAGE, id=other.message_id)
    assert (row["state"], row["refusedBy"], row["attempts"]) == ("SKIPPED", Gate.SUPPRESSION, [])
    assert await graph.read(OUTREACH, id=other.message_id) == ["REFUSED", Gate.SUPPRESSION]


async def test_a_dead_address_ends_the_subscription_that_speaks_for_the_one_it_was_sent_through(graph: Graph) -> None:
    one, survivor = seed(NOW, 1), seed(NOW, 1)
    await queue(graph, one, survivor)
    command = MergeProfiles(ProfileReference(id=one.profile_id), ProfileReference(id=survivor.profile_id), "test")
    await merge_profiles(graph, command, MergeSettings(), None, NOW)
    claimed = await outbox.claim(graph, [one.message_id], LEASE_MS, NOW)

    await outbox.finish(graph, claimed.token, [refused(one.message_id)], NOW)

    status, _, records = await graph.read(_SUBSCRIPTION, id=survivor.profile_id)
    assert (status, records[-1]) == (
        "HARD_BOUNCED",
        ["SUBSCRIBED", "HARD_BOUNCED", "hard_bounce", "provider", "550 5.1.1 unknown"],
    )


async def test_the_address_that_was_written_to_is_suppressed_though_the_subscription_has_another_by_then(
    graph: Graph,
) -> None:
    one = seed(NOW)
    await queue(graph, one)
    claimed = await outbox.claim(graph, [one.message_id], LEASE_MS, NOW)
    await graph.change(_OTHER_ADDRESS, id=one.message_id)

    await outbox.finish(graph, claimed.token, [refused(one.message_id)], NOW)

    assert (await graph.read(_IDENTIFIER, value=one.address))["reason"] == "550 5.1.1 unknown"
    assert await graph.read(_IDENTIFIER, value="other@example.com") is None


async def test_feature_13_a_complaint_or_a_no_is_not_forgotten_for_a_dead_address(graph: Graph) -> None:
    statuses = ("COMPLAINED", "UNSUBSCRIBED", "INVALID")
    seeds = [
        seed(NOW, number, subscription_status=status, purpose="TRANSACTIONAL") for number, status in enumerate(statuses)
    ]
    await queue(graph, *seeds)
    claimed = await outbox.claim(graph, [each.message_id for each in seeds], LEASE_MS, NOW)

    await outbox.finish(graph, claimed.token, [refused(each.message_id) for each in seeds], NOW)

    assert [(await graph.read(_SUBSCRIPTION, id=each.profile_id))[0] for each in seeds] == [
        "COMPLAINED",
        "HARD_BOUNCED",
        "HARD_BOUNCED",
    ]
