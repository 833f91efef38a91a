"""Receipts as they reach the graph: late, doubled, in any order, many at once, and before their message is known."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from graph import outbox
from graph.clock import SystemClock
from graph.connection import Graph
from graph.message_states import Happening
from graph.outbox import AttemptOutcome, AttemptRecord
from graph.receipts.apply import Applied, apply_receipts
from graph.receipts.orphans import adopt_orphans, keep_orphans
from graph.receipts.receipt import Receipt, ReceiptSource, Told
from graph.statement import Statement
from graph.vocabulary import Channel, MessageState
from tests.dispatch.outbox_seed import MESSAGE, OUTREACH, REVISION, Seed, queue, seed

NOW = SystemClock().now()
LEASE_MS = 30_000
SOURCE = ReceiptSource(Channel.EMAIL, "main")
_STANDING = Statement(
    "standing",
    """
    MATCH (m:Message {id: $id})
    RETURN m {.state, .openCount, .clickCount, .reason, pending: m:Pending, sent: m.sentAt.epochMillis,
        delivered: m.deliveredAt.epochMillis, opened: m.openedAt.epochMillis, clicked: m.firstClickedAt.epochMillis,
        complained: m.complainedAt.epochMillis,
        receipts: COLLECT { MATCH (m)<-[:OF]-(r:Receipt) RETURN [r.eventType, r.applied] ORDER BY r.at, r.key }}
    """,
)
_ALL = Statement("all_receipts", "MATCH (r:Receipt) RETURN [count(r), count(CASE WHEN r:Orphan THEN 1 END)]")
_ADDRESS = Statement(
    "address",
    """
    MATCH (i:Identifier {key: 'EMAIL::' + $value})
    RETURN {soft: i.softBouncedAt, stops: COLLECT { MATCH (x:Suppression)-[:STOPS]->(i) RETURN [x.reason, x.channel] },
        statuses: COLLECT { MATCH (i)<-[:AT]-(s) RETURN s.status }}
    """,
)


def told(event: str, happening: Happening | None, at_ms: int = NOW, **given: Any) -> Told:
    return Told(SOURCE, Receipt(event, event.partition("-")[0], happening, at_ms, **given))


async def accepted(graph: Graph, one: Seed, provider_id: str | None = None) -> None:
    claimed = await outbox.claim(graph, [one.message_id], LEASE_MS, NOW)
    record = AttemptRecord(
        one.message_id, MessageState.SENT, AttemptOutcome.ACCEPTED, "main", "250 Ok", provider_id=provider_id
    )
    await outbox.finish(graph, claimed.token, [record], NOW)


async def applied(graph: Graph, *receipts: Told) -> Applied:
    return await apply_receipts(graph, receipts, NOW)


async def test_fifty_receipts_shuffled_and_doubled_end_alike(graph: Graph) -> None:
    kinds = [*Happening.__members__.values()][-5:]
    dice = random.Random(NOW)  # noqa: S311  # Shuffles, guards nothing.
    letters = [seed(NOW, number) for number in range(4)]
    await queue(graph, *letters)
    for one in letters:
        await accepted(graph, one)
    found = []
    for one in letters:
        given = [
            told(f"e-{number}", kinds[number % 5], NOW + number % 7, message_id=one.message_id) for number in range(50)
        ]
        given = [Told(ReceiptSource(Channel.EMAIL, one.message_id[4:].lower()), each.receipt) for each in given]
        doubled = [*given, *given]
        dice.shuffle(doubled)
        for start in range(0, len(doubled), 30):
            await apply_receipts(graph, doubled[start : start + 30], NOW)
        row = await graph.read(_STANDING, id=one.message_id)
        assert len(row.pop("receipts")) == 50
        found.append(row)

    assert found == [found[0]] * 4, f"seed {NOW}"
    assert (found[0]["state"], found[0]["openCount"], found[0]["clickCount"]) == ("CLICKED", 10, 10)


async def test_a_receipt_is_found_by_the_providers_id_of_its_own_account(graph: Graph) -> None:
    one = seed(NOW)
    await queue(graph, one)
    await accepted(graph, one, "SM1")
    other = Told(ReceiptSource(Channel.EMAIL, "other"), Receipt("e", "k", Happening.DELIVERED, NOW, provider_id="SM1"))

    stranger = await applied(graph, other)
    mine = await applied(graph, told("delivered", Happening.DELIVERED, NOW + 5, provider_id="SM1"))

    assert (stranger.fresh, stranger.orphans, stranger.revisions) == (0, (other,), ())
    assert (mine.fresh, mine.orphans, [each.profile_id for each in mine.revisions]) == (1, (), [one.profile_id])
    row = await graph.read(_STANDING, id=one.message_id)
    assert (row["state"], row["delivered"], row["sent"]) == ("DELIVERED", NOW + 5, NOW)
    assert await graph.read(OUTREACH, id=one.message_id) == ["DELIVERED", None]


async def test_the_same_receipt_again_changes_nothing_and_tells_nobody(graph: Graph) -> None:
    one = seed(NOW)
    await queue(graph, one)
    await accepted(graph, one)
    opened = told("open", Happening.OPENED, message_id=one.message_id)
    await applied(graph, opened)
    revision = await graph.read(REVISION, id=one.profile_id)

    again = await applied(graph, opened, opened)

    assert (again.fresh, again.revisions) == (0, ())
    assert await graph.read(REVISION, id=one.profile_id) == revision
    assert (await graph.read(_STANDING, id=one.message_id))["openCount"] == 1


async def test_many_who_tell_the_same_at_once_are_counted_once(graph: Graph) -> None:
    one = seed(NOW)
    await queue(graph, one)
    await accepted(graph, one)
    given = [told(f"open-{number}", Happening.OPENED, message_id=one.message_id) for number in range(5)]

    done = await asyncio.gather(*(applied(graph, *random.sample(given, 5)) for _ in range(8)))

    assert sum(each.fresh for each in done) == 5
    assert (await graph.read(_STANDING, id=one.message_id))["openCount"] == 5


async def test_an_unknown_kind_is_kept_and_changes_nothing(graph: Graph) -> None:
    one = seed(NOW)
    await queue(graph, one)
    await accepted(graph, one)

    done = await applied(graph, told("folded", None, message_id=one.message_id))

    assert done.fresh == 1
    row = await graph.read(_STANDING, id=one.message_id)
    assert (row["state"], row["receipts"]) == ("SENT", [["folded", False]])


async def test_a_receipt_that_overtakes_the_workers_answer_stands_and_the_try_is_written(graph: Graph) -> None:
    one = seed(NOW)
    await queue(graph, one)
    claimed = await outbox.claim(graph, [one.message_id], LEASE_MS, NOW)
    await outbox.mark_handed(graph, [one.message_id], claimed.token, LEASE_MS)

    await applied(graph, told("delivered", Happening.DELIVERED, message_id=one.message_id))
    late = AttemptRecord(one.message_id, MessageState.DEFERRED, AttemptOutcome.UNKNOWN, "main", "lost", next_at=NOW + 9)
    await outbox.finish(graph, claimed.token, [late], NOW)

    row = await graph.read(MESSAGE, id=one.message_id)
    assert (row["state"], row["pending"], row["attemptCount"]) == ("DELIVERED", False, 1)
    assert [each["outcome"] for each in row["attempts"]] == ["UNKNOWN"]
    assert (await outbox.claim(graph, [one.message_id], LEASE_MS, NOW + 60_000)).deliveries == ()


async def test_a_receipt_ends_the_tries_of_a_message_that_had_left(graph: Graph) -> None:
    one = seed(NOW, state="DEFERRED")
    await queue(graph, one)

    await applied(graph, told("delivered", Happening.DELIVERED, message_id=one.message_id))

    assert (await graph.read(_STANDING, id=one.message_id))["pending"] is False
    assert (await outbox.claim(graph, [one.message_id], LEASE_MS, NOW)).deliveries == ()


async def test_feature_13_a_hard_bounce_stops_the_address_for_all_who_share_it(graph: Graph) -> None:
    one, other = seed(NOW, 1), seed(NOW, 1)
    await queue(graph, one, other)
    await accepted(graph, one)

    bounced = told("bounce", Happening.BOUNCED, message_id=one.message_id, reason="5.1.1", is_dead=True)
    done = await applied(graph, bounced)

    assert {each.profile_id for each in done.revisions} == {one.profile_id, other.profile_id}
    found = await graph.read(_ADDRESS, value=one.address)
    assert (found["stops"], sorted(found["statuses"])) == ([["5.1.1", None]], ["HARD_BOUNCED", "SUBSCRIBED"])
    row = await graph.read(_STANDING, id=one.message_id)
    assert (row["state"], row["reason"]) == ("BOUNCED", "5.1.1")


async def test_feature_13_a_complaint_ends_all_at_the_address_on_the_channel(graph: Graph) -> None:
    one, other = seed(NOW, 1), seed(NOW, 1)
    await queue(graph, one, other)
    await accepted(graph, one)

    await applied(graph, told("spam", Happening.COMPLAINED, message_id=one.message_id))

    found = await graph.read(_ADDRESS, value=one.address)
    assert (found["stops"], found["statuses"]) == ([["complaint", "EMAIL"]], ["COMPLAINED", "COMPLAINED"])
    row = await graph.read(_STANDING, id=one.message_id)
    assert (row["state"], row["complained"]) == ("DELIVERED", NOW)


async def test_soft_bounces_count_and_a_delivery_forgets_them(graph: Graph) -> None:
    one = seed(NOW)
    await queue(graph, one)
    await accepted(graph, one)

    def soft(number: int) -> Told:
        return told(f"delayed-{number}", None, NOW + number, message_id=one.message_id, is_soft=True)

    await applied(graph, *(soft(number) for number in range(5)))
    assert (await graph.read(_ADDRESS, value=one.address))["stops"] == []
    await applied(graph, told("delivered", Happening.DELIVERED, NOW + 6, message_id=one.message_id))
    assert (await graph.read(_ADDRESS, value=one.address))["soft"] is None
    await applied(graph, *(soft(number) for number in range(10, 16)))

    found = await graph.read(_ADDRESS, value=one.address)
    assert (found["stops"], found["statuses"]) == ([["it failed too often in a month", None]], ["HARD_BOUNCED"])


async def test_a_receipt_that_comes_before_its_message_is_known_waits_for_it(graph: Graph) -> None:
    one = seed(NOW)
    await queue(graph, one)
    early = told("delivered", Happening.DELIVERED, provider_id="SM1")
    done = await applied(graph, early)
    await keep_orphans(graph, done.orphans, NOW)
    await keep_orphans(graph, done.orphans, NOW)
    assert await graph.read(_ALL) == [1, 1]
    assert (await adopt_orphans(graph, NOW + 1_000)).fresh == 0

    await accepted(graph, one, "SM1")
    too_soon = await adopt_orphans(graph, NOW + 1_500)
    adopted = await adopt_orphans(graph, NOW + 2_000)

    assert (too_soon.fresh, adopted.fresh) == (0, 1)
    assert (await graph.read(_STANDING, id=one.message_id))["state"] == "DELIVERED"
    assert await graph.read(_ALL) == [1, 0]
    assert (await applied(graph, early)).fresh == 0


async def test_a_receipt_of_nobodys_message_is_forgotten_after_a_day(graph: Graph) -> None:
    await keep_orphans(graph, [told("delivered", Happening.DELIVERED, provider_id="nobody's")], NOW)

    for hour in range(26):
        await adopt_orphans(graph, NOW + hour * 3_600_000)

    assert await graph.read(_ALL) == [0, 0]


@pytest.mark.parametrize("policy", ["RETRY", "HOLD"])
async def test_a_worker_lost_while_handing_over_leaves_a_held_message_unknown(graph: Graph, policy: str) -> None:
    one = seed(NOW)
    await queue(graph, one)
    await graph.change(Statement("hold", "MATCH (r:Resource) SET r.onUnknown = $policy RETURN 1"), policy=policy)
    claimed = await outbox.claim(graph, [one.message_id], 1, NOW)
    await outbox.mark_handed(graph, [one.message_id], claimed.token, 1)
    await asyncio.sleep(0.01)

    await outbox.due(graph, Channel.EMAIL, outbox.SweepLimits(10, 0, 15), SystemClock().now())

    row = await graph.read(MESSAGE, id=one.message_id)
    expected = {"RETRY": ("QUEUED", True), "HOLD": ("UNKNOWN", False)}[policy]
    assert (row["state"], row["pending"]) == expected
    assert [each["outcome"] for each in row["attempts"]] == ["UNKNOWN"]
