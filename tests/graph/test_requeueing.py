from __future__ import annotations

import asyncio
from typing import Any

import pytest

from graph import outbox
from graph.clock import SystemClock
from graph.connection import Graph
from graph.erasing.erase import EraseProfile, erase_profile
from graph.errors import Refusal
from graph.history.row import RowResult
from graph.idempotency import Done, Guard
from graph.ids import IdPrefix, new_id
from graph.message_states import Happening
from graph.outbox import AttemptOutcome, AttemptRecord, SweepLimits
from graph.outbox.requeueing import MOST_MESSAGES, requeue_messages
from graph.people.reference import ProfileReference
from graph.receipts.apply import apply_receipts
from graph.receipts.receipt import Receipt, ReceiptSource, Told
from graph.statement import Statement
from graph.vocabulary import Channel, MessageState, RowOutcome, UserErrorCode
from tests.dispatch.outbox_seed import MESSAGE, OUTREACH, REVISION, Seed, queue, seed

NOW = SystemClock().now()
LATER = NOW + 60_000
LEASE_MS = 30_000
SOURCE = ReceiptSource(Channel.EMAIL, "main")
_EMPTY = Statement("empty", "MATCH (m:Message {id: $id}) REMOVE m.subject, m.text, m.html RETURN m.id")
_OF_TEMPLATE = Statement(
    "of_template",
    "MATCH (m:Message {id: $id}) SET m.templateVersionId = 'tpv_1', m.data = '{}' REMOVE m.subject, m.text, m.html "
    "RETURN m.id",
)
_END_LEASES = Statement(
    "end_leases",
    "MATCH (m:Message {state: 'SENDING'}) SET m.dueAt = datetime.realtime() - duration('PT1S') REMOVE m.nudgedAt "
    "RETURN count(m)",
)
_OUTCOMES = {MessageState.FAILED: AttemptOutcome.REFUSED, MessageState.UNKNOWN: AttemptOutcome.UNKNOWN}


async def show(graph: Graph, message_id: str) -> dict[str, Any]:
    row: dict[str, Any] = await graph.read(MESSAGE, id=message_id)
    return row


async def tried(graph: Graph, *seeds: Seed, state: MessageState = MessageState.FAILED, now_ms: int = NOW) -> list[str]:
    """What came of one try is that they ended in that state."""
    ids = [one.message_id for one in seeds]
    claimed = await outbox.claim(graph, ids, LEASE_MS, now_ms)
    assert len(claimed.deliveries) == len(ids)
    records = [AttemptRecord(each, state, _OUTCOMES[state], "smtp", "550 no") for each in ids]
    await outbox.finish(graph, claimed.token, records, now_ms)
    return ids


async def dead(graph: Graph, *seeds: Seed, state: MessageState = MessageState.FAILED) -> list[str]:
    await queue(graph, *seeds)
    return await tried(graph, *seeds, state=state)


async def requeued(graph: Graph, *ids: str, key: str = "k") -> Done:
    return await requeue_messages(graph, ids, Guard(key, "h"), LATER)


def rows(done: Done) -> list[tuple[RowOutcome, str | None, list[UserErrorCode]]]:
    found = [RowResult.from_json(row) for row in done.result["rows"]]
    assert [each.index for each in found] == list(range(len(found)))
    return [(each.outcome, each.id, [error.code for error in each.user_errors]) for each in found]


def delivered(message_id: str) -> Told:
    return Told(SOURCE, Receipt(f"delivered-{message_id}", "delivered", Happening.DELIVERED, NOW, None, message_id))


@pytest.mark.parametrize("state", [MessageState.FAILED, MessageState.UNKNOWN])
async def test_what_failed_or_was_lost_waits_again_is_due_at_once_and_sent_again(
    graph: Graph, state: MessageState
) -> None:
    one = seed(NOW)
    (message_id,) = await dead(graph, one, state=state)
    assert await graph.read(OUTREACH, id=message_id) == [state, None]

    done = await requeued(graph, message_id)

    assert rows(done) == [(RowOutcome.UPDATED, message_id, [])]
    assert done.result["channels"] == {message_id: "EMAIL"}
    assert [(each.profile_id, each.revision) for each in done.changes] == [(one.profile_id, 3)]
    row = await show(graph, message_id)
    assert (row["state"], row["pending"], row["dueAt"], row["reason"]) == ("QUEUED", True, LATER, None)
    # What was tried stays, and is counted on.
    assert (row["attemptCount"], [each["answer"] for each in row["attempts"]]) == (1, ["550 no"])
    assert await graph.read(OUTREACH, id=message_id) == ["QUEUED", None]
    limits = SweepLimits(messages=10, renudge_after_ms=5_000, max_attempts=3)
    assert (await outbox.due(graph, Channel.EMAIL, limits, LATER)).ids == (message_id,)
    (delivery,) = (await outbox.claim(graph, [message_id], LEASE_MS, LATER)).deliveries
    assert (delivery.attempt, delivery.text) == (1, "Good day.")


async def test_the_budget_of_tries_is_whole_again_also_for_answers_that_are_lost(graph: Graph) -> None:
    one = seed(NOW)
    (message_id,) = await dead(graph, one)
    await requeued(graph, message_id)
    limits = SweepLimits(messages=10, renudge_after_ms=0, max_attempts=2)
    states = []
    for _ in range(2):
        claimed = await outbox.claim(graph, [message_id], LEASE_MS, LATER)
        await outbox.mark_handed(graph, [message_id], claimed.token, LEASE_MS)
        await graph.change(_END_LEASES)
        await outbox.due(graph, Channel.EMAIL, limits, LATER)
        states.append((await show(graph, message_id))["state"])

    assert states == ["QUEUED", "UNKNOWN"]
    assert (await show(graph, message_id))["attemptCount"] == 3
    await requeued(graph, message_id, key="k2")
    (delivery,) = (await outbox.claim(graph, [message_id], LEASE_MS, LATER)).deliveries
    assert delivery.attempt == 1


async def test_each_row_says_what_became_of_it_and_only_what_may_is_touched(graph: Graph) -> None:
    waiting, sent, failed, empty = (seed(NOW, number) for number in range(4))
    await queue(graph, waiting)
    await dead(graph, failed)
    await dead(graph, empty, state=MessageState.UNKNOWN)
    await dead(graph, sent)
    await apply_receipts(graph, [delivered(sent.message_id)], NOW)
    await graph.change(_EMPTY, id=empty.message_id)
    asked = [waiting.message_id, failed.message_id, "msg_none", sent.message_id, failed.message_id, empty.message_id]
    before = [await show(graph, one.message_id) for one in (waiting, sent, empty)]

    done = await requeued(graph, *asked)

    assert rows(done) == [
        (RowOutcome.REFUSED, None, [UserErrorCode.STATE_NOT_ALLOWED]),
        (RowOutcome.UPDATED, failed.message_id, []),
        (RowOutcome.REFUSED, None, [UserErrorCode.NOT_FOUND]),
        (RowOutcome.REFUSED, None, [UserErrorCode.STATE_NOT_ALLOWED]),
        (RowOutcome.DUPLICATE, failed.message_id, []),
        (RowOutcome.REFUSED, None, [UserErrorCode.CONTENT_INVALID]),
    ]
    assert list(done.result["channels"]) == [failed.message_id]
    assert [each.profile_id for each in done.changes] == [failed.profile_id]
    assert [await show(graph, one.message_id) for one in (waiting, sent, empty)] == before
    assert await graph.read(REVISION, id=waiting.profile_id) == 1


async def test_what_no_template_could_be_made_for_may_be_tried_again(graph: Graph) -> None:
    one = seed(NOW)
    (message_id,) = await dead(graph, one)
    await graph.change(_OF_TEMPLATE, id=message_id)

    assert rows(await requeued(graph, message_id)) == [(RowOutcome.UPDATED, message_id, [])]


async def test_the_same_key_queues_once_however_often_it_fails_meanwhile(graph: Graph) -> None:
    one = seed(NOW)
    (message_id,) = await dead(graph, one)
    first = await requeued(graph, message_id)
    await tried(graph, one, now_ms=LATER)

    again = await requeued(graph, message_id)

    assert (again.result, again.replayed, again.changes) == (first.result, True, ())
    assert (await show(graph, message_id))["state"] == "FAILED"


async def test_who_was_erased_is_not_written_to_again(graph: Graph) -> None:
    one = seed(NOW)
    (message_id,) = await dead(graph, one)
    await erase_profile(graph, EraseProfile(ProfileReference(id=one.profile_id), b"k" * 32), None, NOW)

    assert rows(await requeued(graph, message_id)) == [(RowOutcome.REFUSED, None, [UserErrorCode.NOT_FOUND])]


async def test_more_than_a_thousand_are_refused_as_a_whole(graph: Graph) -> None:
    one = seed(NOW)
    (message_id,) = await dead(graph, one)
    others = [new_id(IdPrefix.MESSAGE) for _ in range(MOST_MESSAGES)]

    with pytest.raises(Refusal) as refused:
        await requeued(graph, message_id, *others)

    assert [(each.code, each.field) for each in refused.value.user_errors] == [
        (UserErrorCode.LIMIT_EXCEEDED, ("messages",))
    ]
    assert (await show(graph, message_id))["state"] == "FAILED"


async def test_a_late_receipt_and_somebody_who_queues_again_in_any_order_send_nothing_twice(graph: Graph) -> None:
    seeds = [seed(NOW, number) for number in range(24)]
    ids = await dead(graph, *seeds[:12], state=MessageState.UNKNOWN) + await dead(graph, *seeds[12:])

    # Each comes in parts, so that they meet each other in the middle of their work.
    await asyncio.gather(
        *(requeue_messages(graph, ids[n : n + 6], Guard(f"k{n}", "h"), LATER) for n in range(0, 24, 6)),
        *(apply_receipts(graph, [delivered(each) for each in ids[n : n + 4]], NOW) for n in range(20, -1, -4)),
    )

    assert (await outbox.claim(graph, ids, LEASE_MS, LATER)).deliveries == ()
    for message_id in ids:
        row = await show(graph, message_id)
        assert (row["state"], row["pending"], len(row["attempts"])) == ("DELIVERED", False, 1)
        assert await graph.read(OUTREACH, id=message_id) == ["DELIVERED", None]


async def test_a_receipt_that_comes_while_a_worker_holds_the_message_again_keeps_it_from_leaving(graph: Graph) -> None:
    one = seed(NOW)
    (message_id,) = await dead(graph, one, state=MessageState.UNKNOWN)
    await requeued(graph, message_id)
    claimed = await outbox.claim(graph, [message_id], LEASE_MS, LATER)
    assert len(claimed.deliveries) == 1

    await apply_receipts(graph, [delivered(message_id)], NOW)

    assert await outbox.mark_handed(graph, [message_id], claimed.token, LEASE_MS) == frozenset()
    assert (await show(graph, message_id))["state"] == "DELIVERED"
