from __future__ import annotations

import asyncio
from typing import Any

import pytest

from graph import outbox
from graph.clock import SystemClock
from graph.connection import Graph
from graph.outbox import AttemptOutcome, AttemptRecord, SweepLimits
from graph.reach import REACHABLE, Verdict, reach
from graph.statement import Statement
from graph.statements import outbox as statements
from graph.vocabulary import Channel, Gate, MessageState, UnknownPolicy
from tests.dispatch.outbox_seed import MESSAGE, OUTREACH, REVISION, queue, seed

LEASE_MS = 30_000
LIMITS = SweepLimits(messages=100, renudge_after_ms=5_000, max_attempts=3)
NOW = SystemClock().now()

_END_LEASES = Statement(
    "end_leases",
    "MATCH (m:Message {state: 'SENDING'}) SET m.dueAt = datetime.realtime() - duration('PT1S') RETURN count(m)",
)
_FORGET_NUDGES = Statement("forget_nudges", "MATCH (m:Message) REMOVE m.nudgedAt RETURN count(m)")
_POLICY = Statement("policy", "MATCH (r:Resource) SET r.onUnknown = $policy RETURN count(r)")
_UPDATED_AT = Statement("updated_at", "MATCH (p:Profile {id: $id}) RETURN p.updatedAt.epochMillis")


async def show(graph: Graph, message_id: str) -> dict[str, Any]:
    row: dict[str, Any] = await graph.read(MESSAGE, id=message_id)
    return row


def accepted(message_id: str) -> AttemptRecord:
    return AttemptRecord(
        message_id, MessageState.SENT, AttemptOutcome.ACCEPTED, "smtp", "250 2.0.0 Ok", provider_id="4F2A"
    )


async def test_a_claim_brings_all_that_is_needed_to_send(graph: Graph) -> None:
    one = seed(NOW, html="<p>Good day.</p>", expires_at=NOW + 60_000)
    await queue(graph, one)

    claimed = await outbox.claim(graph, [one.message_id], LEASE_MS, NOW)

    (delivery,) = claimed.deliveries
    assert delivery.message_id == one.message_id
    assert (delivery.address, delivery.sender, delivery.sender_name) == (one.address, "shop@example.com", "The Shop")
    assert (delivery.subject, delivery.text, delivery.html) == ("Hello", "Good day.", "<p>Good day.</p>")
    assert (delivery.channel, delivery.attempt, delivery.facts.expires_at) == (Channel.EMAIL, 1, NOW + 60_000)
    assert reach(delivery.facts, delivery.purpose, NOW) == REACHABLE
    assert one.address not in repr(claimed)
    row = await show(graph, one.message_id)
    assert (row["state"], row["claimToken"], row["pending"]) == ("SENDING", claimed.token, True)
    assert LEASE_MS - 5_000 < row["dueAt"] - SystemClock().now() <= LEASE_MS + 5_000


@pytest.mark.parametrize("policy", list(UnknownPolicy))
async def test_what_is_handed_over_next_is_marked_by_the_claim_unless_its_resource_holds_what_is_unknown(
    graph: Graph, policy: UnknownPolicy
) -> None:
    is_marked = policy is UnknownPolicy.RETRY
    first, waiting = seed(NOW, 1), seed(NOW, 2)
    ids = await queue(graph, first, waiting)
    await graph.change(_POLICY, policy=policy)

    claimed = await outbox.claim(graph, ids, LEASE_MS, NOW, [first.message_id])

    assert {each.message_id: each.is_handed for each in claimed.deliveries} == dict(
        zip(ids, [is_marked, False], strict=True)
    )
    assert [(await show(graph, message_id))["handed"] for message_id in ids] == [is_marked, False]
    await graph.change(_END_LEASES)
    assert (await outbox.due(graph, Channel.EMAIL, LIMITS, NOW)).lost == 2
    rows = [await show(graph, message_id) for message_id in ids]
    # Where it is held, nothing but a mark before its very bytes may say that it is unknown.
    assert [(row["state"], row["attemptCount"]) for row in rows] == [("QUEUED", int(is_marked)), ("QUEUED", 0)]


async def test_thirty_two_claimants_of_one_message_are_one_that_gets_it(graph: Graph) -> None:
    one = seed(NOW)
    await queue(graph, one)

    all_claims = await asyncio.gather(*(outbox.claim(graph, [one.message_id], LEASE_MS, NOW) for number in range(32)))

    assert [len(claimed.deliveries) for claimed in all_claims].count(1) == 1
    assert sum(len(claimed.deliveries) for claimed in all_claims) == 1


async def test_overlapping_batches_are_claimed_once_without_deadlock(graph: Graph) -> None:
    ids = await queue(graph, *(seed(NOW, number) for number in range(60)))

    batches = [ids[start : start + 30] for start in range(0, 31, 5)] + [list(reversed(ids))]
    all_claims = await asyncio.gather(*(outbox.claim(graph, batch, LEASE_MS, NOW) for batch in batches))

    got = [delivery.message_id for claimed in all_claims for delivery in claimed.deliveries]
    assert sorted(got) == sorted(ids)


async def test_what_is_not_due_is_not_claimed_but_what_was_due_at_once_is_for_a_slow_clock(graph: Graph) -> None:
    later, at_once = seed(NOW, 1, due_at=NOW + 1_000), seed(NOW, 2)
    await queue(graph, later, at_once)

    claimed = await outbox.claim(graph, [later.message_id, at_once.message_id], LEASE_MS, NOW - 50)

    assert [delivery.message_id for delivery in claimed.deliveries] == [at_once.message_id]
    assert (await show(graph, later.message_id))["state"] == "QUEUED"


async def test_finishing_writes_state_and_attempt_and_raises_the_revision_once(graph: Graph) -> None:
    one = seed(NOW)
    await queue(graph, one)
    claimed = await outbox.claim(graph, [one.message_id], LEASE_MS, NOW)
    assert await outbox.mark_handed(graph, [one.message_id], claimed.token, LEASE_MS) == {one.message_id}

    revisions = await outbox.finish(graph, claimed.token, [accepted(one.message_id)], NOW + 7)

    assert [(each.profile_id, each.revision) for each in revisions] == [(one.profile_id, 2)]
    row = await show(graph, one.message_id)
    assert row["attempts"] == [
        {"outcome": "ACCEPTED", "answer": "250 2.0.0 Ok", "provider": "smtp", "at": NOW + 7, "nextAt": None}
    ]
    assert (row["state"], row["pending"], row["attemptCount"]) == ("SENT", False, 1)
    assert (row["sentAt"], row["providerId"], row["claimToken"], row["handed"]) == (NOW + 7, "4F2A", None, False)
    assert await graph.read(OUTREACH, id=one.message_id) == ["SENT", None]
    assert await graph.read(_UPDATED_AT, id=one.profile_id) == NOW + 7
    again = await outbox.finish(graph, claimed.token, [accepted(one.message_id)], NOW + 9)
    assert again == ()
    assert await show(graph, one.message_id) == row
    assert await graph.read(REVISION, id=one.profile_id) == 2


async def test_a_worker_whose_lease_another_one_took_writes_nothing(graph: Graph) -> None:
    one = seed(NOW)
    await queue(graph, one)
    first = await outbox.claim(graph, [one.message_id], LEASE_MS, NOW)
    await graph.change(_END_LEASES)
    assert (await outbox.due(graph, Channel.EMAIL, LIMITS, NOW)).lost == 1
    second = await outbox.claim(graph, [one.message_id], LEASE_MS, NOW)
    before = await show(graph, one.message_id)

    assert await outbox.mark_handed(graph, [one.message_id], first.token, LEASE_MS) == frozenset()
    assert await outbox.finish(graph, first.token, [accepted(one.message_id)], NOW) == ()
    assert await outbox.skip(graph, first.token, {one.message_id: Verdict(reachable=False)}, NOW) == ()
    assert await outbox.put_off(graph, first.token, {one.message_id: NOW}) == frozenset()

    assert await show(graph, one.message_id) == before
    assert (before["state"], before["claimToken"]) == ("SENDING", second.token)


async def test_a_lease_of_which_nearly_all_is_left_is_not_renewed_and_one_that_shrank_is(graph: Graph) -> None:
    one, lease_ms = seed(NOW), 600_000
    await queue(graph, one)
    claimed = await outbox.claim(graph, [one.message_id], lease_ms, NOW)
    leased = (await show(graph, one.message_id))["dueAt"]

    await outbox.mark_handed(graph, [one.message_id], claimed.token, lease_ms)
    assert (await show(graph, one.message_id))["dueAt"] == leased

    # For this lease too little of the first one is left.
    await outbox.mark_handed(graph, [one.message_id], claimed.token, 2 * lease_ms)
    assert (await show(graph, one.message_id))["dueAt"] >= leased + lease_ms


async def test_handing_some_over_renews_the_lease_of_those_that_wait_and_of_no_others(graph: Graph) -> None:
    first, waiting, other = seed(NOW, 1), seed(NOW, 2), seed(NOW, 3)
    await queue(graph, first, waiting, other)
    mine = await outbox.claim(graph, [first.message_id, waiting.message_id], LEASE_MS, NOW)
    await outbox.claim(graph, [other.message_id], LEASE_MS, NOW)
    await graph.change(_END_LEASES)
    rest = [waiting.message_id, other.message_id]

    assert await outbox.mark_handed(graph, [first.message_id], mine.token, LEASE_MS, rest) == {first.message_id}

    rows = [await show(graph, one.message_id) for one in (first, waiting, other)]
    assert [row["handed"] for row in rows] == [True, False, False]
    found = await outbox.due(graph, Channel.EMAIL, LIMITS, NOW)
    assert (found.ids, found.lost) == ((other.message_id,), 1)


async def test_what_was_accepted_is_never_claimed_nor_found_again(graph: Graph) -> None:
    one = seed(NOW - 60_000)
    await queue(graph, one)
    claimed = await outbox.claim(graph, [one.message_id], LEASE_MS, NOW)
    await outbox.finish(graph, claimed.token, [accepted(one.message_id)], NOW)

    assert (await outbox.claim(graph, [one.message_id], LEASE_MS, NOW)).deliveries == ()
    assert (await outbox.due(graph, Channel.EMAIL, LIMITS, NOW + 3_600_000)).ids == ()


async def test_a_deferred_message_waits_until_its_next_try(graph: Graph) -> None:
    one = seed(NOW)
    await queue(graph, one)
    claimed = await outbox.claim(graph, [one.message_id], LEASE_MS, NOW)
    deferred = AttemptRecord(
        one.message_id, MessageState.DEFERRED, AttemptOutcome.DEFERRED, "smtp", "451 later", next_at=NOW + 60_000
    )

    await outbox.finish(graph, claimed.token, [deferred], NOW)

    row = await show(graph, one.message_id)
    assert (row["state"], row["dueAt"], row["pending"], row["sentAt"]) == ("DEFERRED", NOW + 60_000, True, None)
    assert row["attempts"][0]["nextAt"] == NOW + 60_000
    assert await graph.read(OUTREACH, id=one.message_id) == ["QUEUED", None]
    assert (await outbox.due(graph, Channel.EMAIL, LIMITS, NOW + 59_999)).ids == ()
    assert (await outbox.claim(graph, [one.message_id], LEASE_MS, NOW + 59_999)).deliveries == ()
    assert (await outbox.due(graph, Channel.EMAIL, LIMITS, NOW + 60_000)).ids == (one.message_id,)
    (delivery,) = (await outbox.claim(graph, [one.message_id], LEASE_MS, NOW + 60_000)).deliveries
    assert delivery.attempt == 2


@pytest.mark.parametrize(("gate", "state"), [(Gate.SUBSCRIPTION_STATUS, "SKIPPED"), (Gate.EXPIRY, "EXPIRED")])
async def test_a_refused_message_ends_with_its_gate_and_without_an_attempt(
    graph: Graph, gate: Gate, state: str
) -> None:
    one = seed(NOW)
    await queue(graph, one)
    claimed = await outbox.claim(graph, [one.message_id], LEASE_MS, NOW)
    verdict = Verdict(reachable=False, refused_by=gate, reason="because")

    revisions = await outbox.skip(graph, claimed.token, {one.message_id: verdict}, NOW + 3)

    assert [(each.profile_id, each.revision) for each in revisions] == [(one.profile_id, 2)]
    row = await show(graph, one.message_id)
    assert (row["state"], row["refusedBy"], row["reason"], row["pending"]) == (state, gate, "because", False)
    assert (row["attempts"], row["attemptCount"]) == ([], 0)
    assert await graph.read(_UPDATED_AT, id=one.profile_id) == NOW + 3
    outreach = "REFUSED" if state == "SKIPPED" else state
    assert await graph.read(OUTREACH, id=one.message_id) == [outreach, gate]


async def test_a_lease_that_ran_out_before_handing_over_is_queued_again_without_an_attempt(graph: Graph) -> None:
    one = seed(NOW)
    await queue(graph, one)
    await outbox.claim(graph, [one.message_id], LEASE_MS, NOW)
    assert (await outbox.due(graph, Channel.EMAIL, LIMITS, NOW + 10_000)).ids == ()
    await graph.change(_END_LEASES)

    found = await outbox.due(graph, Channel.EMAIL, LIMITS, NOW)

    assert (found.ids, found.lost) == ((one.message_id,), 1)
    assert [(each.profile_id, each.revision) for each in found.revisions] == [(one.profile_id, 2)]
    row = await show(graph, one.message_id)
    assert (row["state"], row["attemptCount"], row["attempts"], row["claimToken"]) == ("QUEUED", 0, [], None)


async def test_a_lease_that_ran_out_after_handing_over_is_a_lost_answer_and_tried_again_until_the_limit(
    graph: Graph,
) -> None:
    one = seed(NOW)
    await queue(graph, one)
    states = []
    for _ in range(LIMITS.max_attempts):
        claimed = await outbox.claim(graph, [one.message_id], LEASE_MS, NOW)
        await outbox.mark_handed(graph, [one.message_id], claimed.token, LEASE_MS)
        await graph.change(_END_LEASES)
        await graph.change(_FORGET_NUDGES)
        await outbox.due(graph, Channel.EMAIL, LIMITS, NOW)
        states.append((await show(graph, one.message_id))["state"])

    row = await show(graph, one.message_id)
    assert states == ["QUEUED", "QUEUED", "UNKNOWN"]
    assert (row["attemptCount"], row["pending"], row["handed"]) == (3, False, False)
    assert {attempt["outcome"] for attempt in row["attempts"]} == {"UNKNOWN"}
    assert len(row["attempts"]) == 3


async def test_the_sweep_finds_the_oldest_first_once_and_leaves_fresh_ones_to_their_nudge(graph: Graph) -> None:
    old = [seed(NOW - 60_000 + number, number) for number in range(5)]
    fresh = seed(NOW - 1_000, 9)
    scheduled = seed(NOW - 1_000, 10, due_at=NOW - 10)
    await queue(graph, *old, fresh, scheduled)
    three = SweepLimits(messages=3, renudge_after_ms=5_000, max_attempts=3)

    first = await outbox.due(graph, Channel.EMAIL, three, NOW)
    second = await outbox.due(graph, Channel.EMAIL, three, NOW)
    third = await outbox.due(graph, Channel.EMAIL, three, NOW)

    assert set(first.ids) == {each.message_id for each in old[:3]}
    assert set(second.ids) == {old[3].message_id, old[4].message_id, scheduled.message_id}
    assert third.ids == ()
    assert (await outbox.due(graph, Channel.SMS, three, NOW)).ids == ()


async def test_two_sweepers_share_the_work(graph: Graph) -> None:
    ids = await queue(graph, *(seed(NOW - 60_000 + number, number) for number in range(40)))

    rounds = await asyncio.gather(*(outbox.due(graph, Channel.EMAIL, LIMITS, NOW) for _ in range(8)))

    assert sorted(message_id for found in rounds for message_id in found.ids) == sorted(ids)


async def test_what_was_given_back_can_be_claimed_at_once(graph: Graph) -> None:
    one = seed(NOW)
    await queue(graph, one)
    claimed = await outbox.claim(graph, [one.message_id], LEASE_MS, NOW)

    assert await outbox.put_off(graph, claimed.token, {one.message_id: NOW}) == {one.message_id}

    assert len((await outbox.claim(graph, [one.message_id], LEASE_MS, NOW)).deliveries) == 1


async def test_what_is_put_off_was_never_tried_and_waits_for_its_time(graph: Graph) -> None:
    soon, late, other = seed(NOW, 1), seed(NOW, 2), seed(NOW, 3)
    await queue(graph, soon, late, other)
    mine = await outbox.claim(graph, [soon.message_id, late.message_id], LEASE_MS, NOW)
    await outbox.claim(graph, [other.message_id], LEASE_MS, NOW)
    # Marked before it turned out that they may not leave yet.
    await outbox.mark_handed(graph, [soon.message_id, late.message_id], mine.token, LEASE_MS)
    due = {soon.message_id: NOW + 1_000, late.message_id: NOW + 60_000, other.message_id: NOW + 1_000}

    assert await outbox.put_off(graph, mine.token, due) == {soon.message_id, late.message_id}

    rows = [await show(graph, one.message_id) for one in (soon, late, other)]
    assert [(row["state"], row["attemptCount"], row["attempts"]) for row in rows] == [
        ("QUEUED", 0, []),
        ("QUEUED", 0, []),
        ("SENDING", 0, []),
    ]
    assert [(row["dueAt"], row["claimToken"], row["handed"]) for row in rows[:2]] == [
        (NOW + 1_000, None, False),
        (NOW + 60_000, None, False),
    ]
    assert (await outbox.due(graph, Channel.EMAIL, LIMITS, NOW + 999)).ids == ()
    # No patience for a nudge that nobody sent.
    assert (await outbox.due(graph, Channel.EMAIL, LIMITS, NOW + 1_000)).ids == (soon.message_id,)
    assert await outbox.put_off(graph, mine.token, due) == frozenset()


async def test_the_sweep_reads_its_index_in_order(graph: Graph) -> None:
    operators = await _operators(graph, statements.DUE)

    assert operators.count("NodeIndexSeek") == 1
    assert operators.count("Limit") == 1
    # The locks are taken in the order of ids; nothing is sorted to find the oldest.
    assert operators.count("Sort") == 1
    assert not {"Top", "NodeByLabelScan", "Union"} & set(operators)


async def _operators(graph: Graph, statement: Statement) -> list[str]:
    parameters = {"now": NOW, "renudgeMs": 1, "channel": "EMAIL", "claimable": [], "claimed": "", "limit": 1}
    async with graph._driver.session() as session:  # noqa: SLF001  # Only the driver shows a plan.
        result = await session.run("EXPLAIN " + statement.text, parameters)
        summary = await result.consume()
    assert summary.plan is not None
    return _flat(summary.plan)


def _flat(plan: dict[str, Any]) -> list[str]:
    children = [name for child in plan.get("children", []) for name in _flat(child)]
    return [plan["operatorType"].removesuffix("@neo4j"), *children]
