from __future__ import annotations

import asyncio
from typing import Any

import pytest

from graph import outbox
from graph.clock import SystemClock
from graph.connection import Graph
from graph.errors import Refusal
from graph.idempotency import Guard
from graph.outbox import AttemptOutcome, AttemptRecord, SweepLimits
from graph.outbox.cancelling import cancel_outreach
from graph.statement import Statement
from graph.vocabulary import ChangeKind, Channel, MessageState, UserErrorCode
from tests.dispatch.outbox_seed import MESSAGE, OUTREACH, REVISION, Seed, queue, seed

NOW = SystemClock().now()
LEASE_MS = 30_000
LIMITS = SweepLimits(messages=100, renudge_after_ms=0, max_attempts=3)
_OUTREACH_OF = Statement("outreach_of", "MATCH (:Message {id: $id})-[:PART_OF]->(o) RETURN o.id")
_JOIN_OUTREACHES = Statement(
    "join_outreaches",
    """
    MATCH (m:Message {id: $id})-[:PART_OF]->(o) MATCH (other:Message {id: $other})-[old:PART_OF]->(gone)
    CREATE (other)-[:PART_OF]->(o) DELETE old, gone RETURN o.id
    """,
)


async def queued(graph: Graph, one: Seed) -> str:
    """The id of its outreach."""
    await queue(graph, one)
    outreach_id: str = await graph.read(_OUTREACH_OF, id=one.message_id)
    return outreach_id


async def show(graph: Graph, message_id: str) -> dict[str, Any]:
    row: dict[str, Any] = await graph.read(MESSAGE, id=message_id)
    return row


async def claim(graph: Graph, message_id: str) -> str:
    claimed = await outbox.claim(graph, [message_id], LEASE_MS, NOW)
    assert [each.message_id for each in claimed.deliveries] == [message_id]
    return claimed.token


def record(message_id: str, state: MessageState, outcome: AttemptOutcome, next_at: int | None = None) -> AttemptRecord:
    return AttemptRecord(message_id, state, outcome, "smtp", "an answer", next_at)


def accepted(message_id: str) -> AttemptRecord:
    return record(message_id, MessageState.SENT, AttemptOutcome.ACCEPTED)


async def test_what_is_queued_is_cancelled_and_never_found_again(graph: Graph) -> None:
    one = seed(NOW - 60_000)
    outreach_id = await queued(graph, one)

    done = await cancel_outreach(graph, outreach_id, None, NOW)

    assert done.result == {"outreachId": outreach_id, "cancelled": 1, "tooLate": 0}
    assert [(each.profile_id, each.revision, each.kinds) for each in done.changes] == [
        (one.profile_id, 2, frozenset({ChangeKind.MESSAGE}))
    ]
    row = await show(graph, one.message_id)
    assert (row["state"], row["pending"], row["attempts"]) == ("CANCELLED", False, [])
    assert await graph.read(OUTREACH, id=one.message_id) == ["CANCELLED", None]
    assert (await outbox.claim(graph, [one.message_id], LEASE_MS, NOW)).deliveries == ()
    assert (await outbox.due(graph, Channel.EMAIL, LIMITS, NOW + 3_600_000)).ids == ()


async def test_what_waits_for_its_next_try_is_cancelled_and_its_tries_stay(graph: Graph) -> None:
    one = seed(NOW)
    outreach_id = await queued(graph, one)
    token = await claim(graph, one.message_id)
    later = record(one.message_id, MessageState.DEFERRED, AttemptOutcome.DEFERRED, NOW + 60_000)
    await outbox.finish(graph, token, [later], NOW)

    assert (await cancel_outreach(graph, outreach_id, None, NOW)).result["cancelled"] == 1

    row = await show(graph, one.message_id)
    assert (row["state"], row["pending"], row["reason"], len(row["attempts"])) == ("CANCELLED", False, None, 1)
    assert (await outbox.claim(graph, [one.message_id], LEASE_MS, NOW + 60_000)).deliveries == ()


async def test_what_is_being_sent_is_not_touched_and_its_try_may_be_the_last(graph: Graph) -> None:
    one = seed(NOW)
    outreach_id = await queued(graph, one)
    token = await claim(graph, one.message_id)
    before = await show(graph, one.message_id)

    done = await cancel_outreach(graph, outreach_id, None, NOW)

    assert (done.result["cancelled"], done.result["tooLate"], done.changes) == (0, 1, ())
    assert await show(graph, one.message_id) == before
    assert await graph.read(OUTREACH, id=one.message_id) == ["QUEUED", None]
    later = record(one.message_id, MessageState.DEFERRED, AttemptOutcome.DEFERRED, NOW + 60_000)
    assert len(await outbox.finish(graph, token, [later], NOW)) == 1
    again = await cancel_outreach(graph, outreach_id, None, NOW)
    assert (again.result["cancelled"], again.result["tooLate"]) == (1, 0)


async def test_of_two_messages_the_one_that_waits_is_cancelled_and_the_outreach_says_so(graph: Graph) -> None:
    left, waiting = seed(NOW, 1), seed(NOW, 2)
    outreach_id = await queued(graph, left)
    await queue(graph, waiting)
    await graph.change(_JOIN_OUTREACHES, id=left.message_id, other=waiting.message_id)
    token = await claim(graph, left.message_id)
    await outbox.finish(graph, token, [accepted(left.message_id)], NOW)

    done = await cancel_outreach(graph, outreach_id, None, NOW)

    assert done.result == {"outreachId": outreach_id, "cancelled": 1, "tooLate": 1}
    assert (await show(graph, left.message_id))["state"] == "SENT"
    assert await graph.read(OUTREACH, id=waiting.message_id) == ["CANCELLED", None]


async def test_twice_is_as_good_as_once(graph: Graph) -> None:
    one = seed(NOW)
    outreach_id = await queued(graph, one)
    first = await cancel_outreach(graph, outreach_id, Guard("k", "h"), NOW)

    replayed = await cancel_outreach(graph, outreach_id, Guard("k", "h"), NOW)
    again = await cancel_outreach(graph, outreach_id, None, NOW)

    assert (replayed.result, replayed.replayed) == (first.result, True)
    assert (again.result, again.changes) == (first.result, ())
    assert await graph.read(REVISION, id=one.profile_id) == 2


async def test_an_outreach_that_nobody_has_is_not_found(graph: Graph) -> None:
    with pytest.raises(Refusal) as refused:
        await cancel_outreach(graph, "out_none", None, NOW)

    assert [(each.code, each.field) for each in refused.value.user_errors] == [(UserErrorCode.NOT_FOUND, ("outreach",))]


async def test_32_cancels_against_workers_each_message_is_cancelled_or_sent_and_never_both(graph: Graph) -> None:
    seeds = [seed(NOW, number) for number in range(32)]
    outreaches = [await queued(graph, one) for one in seeds]
    sent: set[str] = set()

    async def work(ids: list[str]) -> None:
        for start in range(0, len(ids), 4):
            claimed = await outbox.claim(graph, ids[start : start + 4], LEASE_MS, NOW)
            mine = [each.message_id for each in claimed.deliveries]
            held = await outbox.mark_handed(graph, mine, claimed.token, LEASE_MS)
            assert not held & sent
            sent.update(held)
            await outbox.finish(graph, claimed.token, [accepted(each) for each in sorted(held)], NOW)

    ids = [one.message_id for one in seeds]
    done, *_ = await asyncio.gather(
        asyncio.gather(*(cancel_outreach(graph, each, None, NOW) for each in outreaches)),
        work(ids[::-1]),
        work(ids[16:] + ids[:16]),
    )

    for one, answer in zip(seeds, done, strict=True):
        row = await show(graph, one.message_id)
        was_cancelled = answer.result["cancelled"] == 1
        assert (row["state"], len(row["attempts"])) == (("CANCELLED", 0) if was_cancelled else ("SENT", 1))
        assert (answer.result["tooLate"] == 1, one.message_id in sent) == (not was_cancelled, not was_cancelled)
