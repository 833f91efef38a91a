from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from dispatch.accounts import Accounts
from dispatch.leave_pages import LeavePages
from dispatch.nudges import Nudger
from dispatch.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from dispatch.sending import Sending, send_and_report
from dispatch.sweeper import Sweeper
from dispatch.templates.filling import Filling
from dispatch.tracked_letters import TrackedLetters
from graph import outbox
from graph.clock import FixedClock, SystemClock
from graph.connection import Graph
from graph.delivery import Delivery
from graph.errors import GraphError, GraphUnavailable
from graph.outbox import AttemptRecord, SweepLimits
from graph.settings import GraphSettings
from graph.statement import Statement
from graph.subscribing.leave_links import LeaveLink, LeaveLinks
from graph.tracking.links import TrackingLinks
from graph.vocabulary import ChangeKind, Channel
from tests.dispatch.outbox_seed import MESSAGE, REVISION, queue, seed

NOW = SystemClock().now()
LONG_LEASE_MS = 600_000
_SPOIL = Statement("spoil", "MATCH (m:Message {id: $id}) SET m.purpose = 'TELEPATHY' RETURN m.id")
_PLACE = Statement("place", "MATCH (i:Identifier)<-[:AT]-(:Subscription)-[:OF]->(r) RETURN [i.id, r.id]")
_CHOOSE = Statement("choose", "MATCH (r:Resource) SET r += $choice RETURN count(r)")
_LATER = Statement(
    "later",
    "MATCH (m:Message {state: 'SENDING'}) SET m.dueAt = m.dueAt - duration({milliseconds: $ms}) RETURN count(m)",
)
_COUNT = Statement("count_states", "MATCH (m:Message {state: $state}) RETURN count(m)")

_POLICY = Statement("policy", "MATCH (r:Resource) SET r.onUnknown = $policy RETURN count(r)")
_AT_ADDRESSES = Statement(
    "at_addresses",
    """
    MATCH (i:Identifier)<-[:AT]-(s)<-[:HAS_SUBSCRIPTION]-(p)
    WITH i, s, p ORDER BY i.value
    RETURN collect([i.value, s.status, COLLECT { MATCH (e:Event)-[:BY]->(p) RETURN e.type },
        COLLECT { MATCH (c:ConsentRecord)-[:ABOUT]->(s) RETURN [c.cause, c.source, split(c.evidenceSource, '.')[1]] },
        COUNT { (i)<-[:STOPS]-() }])
    """,
)


@dataclass(slots=True)
class StubSender:
    answer: Callable[[Delivery], Outcome] = lambda _: Accepted("250 Ok")
    provider: str = "stub"
    sent: list[str] = field(default_factory=list)
    together: int = 0
    most_together: int = 0
    pause_s: float = 0.001

    async def send(self, delivery: Delivery) -> Outcome:
        self.together += 1
        self.most_together = max(self.most_together, self.together)
        await asyncio.sleep(self.pause_s)
        self.together -= 1
        self.sent.append(delivery.message_id)
        return self.answer(delivery)

    async def close(self) -> None:
        """Nothing is open."""


@dataclass(slots=True)
class SlowSender(StubSender):
    """Half a long lease goes by whenever it begins to send, and then the sweeper looks for leases that ran out."""

    graph: Graph = field(kw_only=True)
    lost: list[int] = field(default_factory=list)

    async def send(self, delivery: Delivery) -> Outcome:
        if self.together == 0:
            self.together += 1
            await self.graph.change(_LATER, ms=LONG_LEASE_MS // 2)
            found = await outbox.due(self.graph, Channel.EMAIL, SweepLimits(1_000, 0, 3), NOW)
            self.lost.append(found.lost)
            self.together -= 1
        return await StubSender.send(self, delivery)


@dataclass(slots=True)
class StubNudger:
    backlogged: int = 0
    well: bool = True
    messages: list[str] = field(default_factory=list)
    published: list[tuple[str, int, frozenset[ChangeKind]]] = field(default_factory=list)

    def message(self, _channel: Channel, message_id: str) -> None:
        self.messages.append(message_id)

    def publish(self, profile_id: str, revision: int, kinds: frozenset[ChangeKind]) -> None:
        self.published.append((profile_id, revision, frozenset(kinds)))

    def healthy(self) -> bool:
        return self.well

    def backlog(self, _channel: Channel) -> int:
        return self.backlogged


def sending(graph: Graph, sender: StubSender, nudger: StubNudger, stopping: Callable[[], bool] = bool) -> Sending:
    accounts, clock = Accounts.of([sender]), FixedClock(NOW)
    return Sending(graph, _as_nudger(nudger), accounts, clock, 30_000, stopping, Filling(graph))


def _as_nudger(stub: StubNudger) -> Nudger:
    return stub  # type: ignore[return-value]  # it has what is used


async def show(graph: Graph, message_id: str) -> dict[str, Any]:
    row: dict[str, Any] = await graph.read(MESSAGE, id=message_id)
    return row


async def test_a_batch_is_sent_side_by_side_in_bounded_groups_and_told_live(graph: Graph) -> None:
    ids = await queue(graph, *(seed(NOW, number) for number in range(120)))
    sender, nudger = StubSender(), StubNudger()

    assert await sending(graph, sender, nudger).send(ids) == 120

    assert sorted(sender.sent) == sorted(ids)
    assert sender.most_together == 100
    assert len(nudger.published) == 120
    assert {(revision, kinds) for _, revision, kinds in nudger.published} == {(2, frozenset({ChangeKind.MESSAGE}))}
    assert await graph.read(_COUNT, state="SENT") == 120


async def test_a_slow_provider_costs_the_later_groups_no_lease(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    # Time goes by in the graph alone here, and for all that is claimed.
    monkeypatch.setattr("dispatch.sending._SOON_S", 60.0)
    ids = await queue(graph, *(seed(NOW, number) for number in range(220)))
    sender = SlowSender(graph=graph)

    # The whole batch takes longer than one lease, each of its groups less.
    one = replace(sending(graph, sender, StubNudger()), lease_ms=LONG_LEASE_MS)
    assert await one.send(ids) == 220

    assert sender.lost == [0, 0, 0]
    assert sorted(sender.sent) == sorted(ids)
    assert await graph.read(_COUNT, state="SENT") == 220


async def test_two_workers_with_the_same_ids_send_each_once(graph: Graph) -> None:
    ids = await queue(graph, *(seed(NOW, number) for number in range(30)))
    sender, nudger = StubSender(), StubNudger()

    await asyncio.gather(*(sending(graph, sender, nudger).send(ids) for _ in range(4)))

    assert sorted(sender.sent) == sorted(ids)


async def test_refused_deferred_and_dead_addresses_each_end_as_they_should(graph: Graph) -> None:
    skipped, deferred, dead = seed(NOW, 1, subscription_status="COMPLAINED"), seed(NOW, 2), seed(NOW, 3)
    await queue(graph, skipped, deferred, dead)
    answers: dict[str, Outcome] = {
        deferred.message_id: Deferred("451 later"),
        dead.message_id: Refused("550 5.1.1", suppress=True),
    }
    sender, nudger = StubSender(lambda delivery: answers[delivery.message_id]), StubNudger()

    await sending(graph, sender, nudger).send([one.message_id for one in (skipped, deferred, dead)])

    assert (await show(graph, skipped.message_id))["refusedBy"] == "SUBSCRIPTION_STATUS"
    assert (await show(graph, deferred.message_id))["state"] == "DEFERRED"
    assert (await show(graph, dead.message_id))["state"] == "FAILED"
    assert skipped.message_id not in sender.sent
    assert [await graph.read(REVISION, id=one.profile_id) for one in (skipped, deferred, dead)] == [2, 2, 2]


async def test_a_fault_in_one_letter_keeps_the_outcomes_of_the_others(graph: Graph) -> None:
    bad, good = seed(NOW, 1), seed(NOW, 2)
    await queue(graph, bad, good)

    def answer(delivery: Delivery) -> Outcome:
        if delivery.message_id == bad.message_id:
            raise ZeroDivisionError(delivery.address)
        return Accepted("250 Ok")

    await sending(graph, StubSender(answer), StubNudger()).send([bad.message_id, good.message_id])

    assert (await show(graph, good.message_id))["state"] == "SENT"
    row = await show(graph, bad.message_id)
    assert (row["state"], row["attempts"][0]["outcome"]) == ("DEFERRED", "UNKNOWN")
    assert row["attempts"][0]["answer"] == "the channel failed with ZeroDivisionError"


async def test_a_message_from_a_newer_version_waits_and_holds_up_nobody(graph: Graph) -> None:
    newer, good = seed(NOW, 1), seed(NOW, 2)
    await queue(graph, newer, good)
    await graph.change(_SPOIL, id=newer.message_id)
    sender = StubSender()

    await sending(graph, sender, StubNudger()).send([newer.message_id, good.message_id])

    assert sender.sent == [good.message_id]
    # No lease has to run out, and however often this version meets it, it was never tried.
    row = await show(graph, newer.message_id)
    assert (row["state"], row["pending"], row["attemptCount"], row["handed"]) == ("QUEUED", True, 0, False)
    assert (row["claimToken"], row["dueAt"]) == (None, NOW + 30_000)


@dataclass(slots=True)
class Clockwork:
    """The seconds that the sending of a batch sees, one after the other; the last one stays."""

    seconds: list[float]

    def __call__(self) -> float:
        return self.seconds.pop(0) if len(self.seconds) > 1 else self.seconds[0]


@pytest.mark.parametrize(
    ("number", "policy", "passed_s", "marked"),
    [
        (100, "RETRY", 0.0, []),
        (100, "RETRY", 2.9, []),
        # A tenth of the lease is over.
        (100, "RETRY", 3.1, [100]),
        # Those that wait need their lease.
        (120, "RETRY", 0.0, [100, 20]),
        (25, "HOLD", 0.0, [10, 10, 5]),
    ],
)
async def test_nobody_is_asked_for_a_mark_that_the_claim_has_just_set(  # Two are fixtures.
    graph: Graph, monkeypatch: pytest.MonkeyPatch, number: int, policy: str, passed_s: float, marked: list[int]
) -> None:
    asked, mark_handed = list[int](), outbox.mark_handed

    async def mark(graph: Graph, handed: Iterable[str], *rest: Any) -> frozenset[str]:
        asked.append(len(ids := list(handed)))
        return await mark_handed(graph, ids, *rest)

    monkeypatch.setattr(outbox, "mark_handed", mark)
    monkeypatch.setattr("dispatch.sending.monotonic", Clockwork([0.0, passed_s]))
    ids = await queue(graph, *(seed(NOW, each) for each in range(number)))
    await graph.change(_POLICY, policy=policy)
    sender = StubSender()

    assert await sending(graph, sender, StubNudger()).send(ids) == number

    assert asked == marked
    assert sorted(sender.sent) == sorted(ids)


async def test_where_the_mark_took_too_long_nothing_leaves_and_nothing_was_tried(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dispatch.sending.monotonic", Clockwork([0.0, 3.1, 3.1, 6.2]))
    ids = await queue(graph, *(seed(NOW, number) for number in range(3)))
    sender = StubSender()

    assert await sending(graph, sender, StubNudger()).send(ids) == 0

    assert sender.sent == []
    rows = [await show(graph, message_id) for message_id in ids]
    assert {(row["state"], row["attemptCount"], row["handed"], row["claimToken"], row["dueAt"]) for row in rows} == {
        ("QUEUED", 0, False, None, NOW)
    }


@pytest.mark.parametrize("policy", ["RETRY", "HOLD"])
async def test_what_the_graph_failed_for_before_it_left_is_given_back_untried(
    graph: Graph, monkeypatch: pytest.MonkeyPatch, policy: str
) -> None:
    async def fail(*_: object) -> None:
        raise GraphUnavailable("away for a moment")

    ids = await queue(graph, *(seed(NOW, number) for number in range(3)))
    await graph.change(_POLICY, policy=policy)
    sender = StubSender()
    with monkeypatch.context() as patched:
        patched.setattr(Filling, "fill", fail)
        with pytest.raises(GraphUnavailable):
            await sending(graph, sender, StubNudger()).send(ids)

    assert sender.sent == []
    rows = [await show(graph, message_id) for message_id in ids]
    assert {(row["state"], row["attemptCount"], row["handed"], row["dueAt"]) for row in rows} == {
        ("QUEUED", 0, False, NOW)
    }
    assert await sending(graph, sender, StubNudger()).send(ids) == 3


@dataclass(slots=True)
class SilentSender(StubSender):
    """Says nothing of one message until it may."""

    silent_of: str = ""
    may_speak: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, delivery: Delivery) -> Outcome:
        if delivery.message_id == self.silent_of:
            await self.may_speak.wait()
        return await StubSender.send(self, delivery)


async def test_one_that_is_not_answered_keeps_neither_the_outcomes_of_the_others_nor_the_job(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dispatch.sending._SOON_S", 0.05)
    ids = await queue(graph, *(seed(NOW, number) for number in range(3)))
    sender = SilentSender(silent_of=ids[1])
    there = sending(graph, sender, StubNudger())

    assert await there.send(ids) == 3

    assert [(await show(graph, message_id))["state"] for message_id in ids] == ["SENT", "SENDING", "SENT"]
    sender.may_speak.set()
    async with asyncio.timeout(10):
        await there.late.finish()
    assert [(await show(graph, message_id))["state"] for message_id in ids] == ["SENT"] * 3
    assert sorted(sender.sent) == sorted(ids)


async def test_where_what_is_unknown_is_held_a_job_waits_for_its_ten(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dispatch.sending._SOON_S", 0.05)
    ids = sorted(await queue(graph, *(seed(NOW, number) for number in range(12))))
    await graph.change(_POLICY, policy="HOLD")
    sender = SilentSender(silent_of=ids[0])
    job = asyncio.create_task(sending(graph, sender, StubNudger()).send(ids))
    async with asyncio.timeout(10):
        while len(sender.sent) < 9:  # noqa: ASYNC110  # The sender is a stub without an event of its own.
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)
    assert (len(sender.sent), job.done()) == (9, False)
    sender.may_speak.set()
    assert await job == 12


async def test_one_outcome_that_cannot_be_written_keeps_none_of_the_others(
    graph: Graph, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ids = await queue(graph, *(seed(NOW, number) for number in range(3)))
    finish = outbox.finish

    async def finish_but_one(graph: Graph, token: str, records: Iterable[AttemptRecord], now_ms: int) -> Any:
        given = list(records)
        if any(each.message_id == ids[1] for each in given):
            raise GraphError("this cannot be")
        return await finish(graph, token, given, now_ms)

    monkeypatch.setattr(outbox, "finish", finish_but_one)
    await sending(graph, StubSender(), StubNudger()).send(ids)

    assert [(await show(graph, message_id))["state"] for message_id in ids] == ["SENT", "SENDING", "SENT"]
    assert f"what became of {ids[1]} was not written" in caplog.text


async def test_a_worker_that_stops_gives_back_what_it_has_not_begun(graph: Graph) -> None:
    ids = await queue(graph, *(seed(NOW, number) for number in range(120)))
    sender = StubSender()

    handed = await sending(graph, sender, StubNudger(), stopping=lambda: bool(sender.sent)).send(ids)

    assert (handed, len(sender.sent)) == (100, 100)
    assert await graph.read(_COUNT, state="QUEUED") == 20
    assert await graph.read(_COUNT, state="SENDING") == 0


async def test_a_graph_that_is_away_is_said_and_no_letter_leaves(caplog: pytest.LogCaptureFixture) -> None:
    away = Graph.open(GraphSettings("bolt://127.0.0.1:1", connection_timeout_s=0.2))
    sender = StubSender()
    try:
        await send_and_report(sending(away, sender, StubNudger()), ["msg_1"])
        with pytest.raises(GraphUnavailable):
            await sending(away, sender, StubNudger()).send(["msg_1"])
    finally:
        await away.close()

    assert sender.sent == []
    assert "wait for the sweeper" in caplog.text


@pytest.mark.parametrize(("nudger", "told"), [(StubNudger(), 1), (StubNudger(well=False), 0), (StubNudger(40), 0)])
async def test_the_sweeper_tells_only_a_redis_that_answers_and_has_room(
    graph: Graph, nudger: StubNudger, told: int
) -> None:
    one = seed(NOW - 60_000)
    await queue(graph, one)
    sweeper = Sweeper(
        graph, _as_nudger(nudger), FixedClock(NOW), {Channel.EMAIL: Accounts.of([StubSender()])}, 1_000, 5_000
    )

    assert await sweeper.sweep(Channel.EMAIL) == told

    assert nudger.messages == [one.message_id] * told


async def test_while_the_only_account_rests_nothing_is_claimed_and_one_message_tries_it_afterwards(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr("dispatch.accounts.monotonic", lambda: now)
    tried, waiting = (
        [seed(NOW - 60_000, number) for number in range(3)],
        [seed(NOW - 60_000, 9 + n) for n in range(150)],
    )
    await queue(graph, *tried, *waiting)
    ids = [one.message_id for one in waiting]
    outcome: Outcome = Unknown("no answer in time", at_fault=True)
    sender, nudger = StubSender(lambda _: outcome), StubNudger()
    there = sending(graph, sender, nudger)
    sweeper = Sweeper(graph, _as_nudger(nudger), FixedClock(NOW), {Channel.EMAIL: there.accounts}, 1_000, 0)
    await there.send([one.message_id for one in tried])

    # It rests.
    assert (await there.send(ids), await sweeper.sweep(Channel.EMAIL)) == (0, 0)
    assert await graph.read(_COUNT, state="SENDING") == 0
    assert (len(sender.sent), nudger.messages) == (3, [])

    # One tries, and those beside it are not even claimed.
    now += 1.0
    assert (await sweeper.sweep(Channel.EMAIL), await there.send(ids[:100]), await there.send(ids[100:])) == (1, 1, 0)
    assert (len(sender.sent), await graph.read(_COUNT, state="QUEUED")) == (4, 149)
    later = [await show(graph, message_id) for message_id in ids if message_id not in sender.sent]
    assert {(row["attemptCount"], row["handed"], row["dueAt"]) for row in later} == {(0, False, NOW - 60_000)}

    # It works again, and all that is due leaves.
    now, outcome = now + 2.0, Accepted("250 Ok")
    rest = [message_id for message_id in ids if message_id not in sender.sent]
    assert [await there.send(rest[:1]), await there.send(rest[1:])] == [1, 148]


@pytest.mark.parametrize(("purpose", "is_linked"), [("MARKETING", True), ("TRANSACTIONAL", False)])
async def test_only_news_hold_a_link_by_which_people_say_no(graph: Graph, purpose: str, *, is_linked: bool) -> None:
    (message_id,) = await queue(graph, seed(NOW, purpose=purpose))
    seen: list[Delivery] = []

    def accept(delivery: Delivery) -> Outcome:
        seen.append(delivery)
        return Accepted("250 Ok")

    links = LeaveLinks((b"l" * 32,))
    pages = LeavePages("https://c.example", links)

    await replace(sending(graph, StubSender(accept), StubNudger()), leave_pages=pages).send([message_id])

    (delivery,) = seen
    address_id, resource_id = await graph.read(_PLACE)
    expected = None
    if is_linked:
        expected = f"https://c.example/u/{links.token(LeaveLink(address_id, resource_id, message_id))}"
    assert delivery.leave_url == expected


@pytest.mark.parametrize(
    ("choice", "pictures", "links"),
    [({}, 1, 1), ({"trackOpens": False}, 0, 1), ({"trackClicks": False}, 1, 0)],
)
async def test_a_letter_is_tracked_as_its_resource_wants_it(
    graph: Graph, choice: dict[str, bool], pictures: int, links: int
) -> None:
    html = '<p><a href="https://shop.example/">Offer</a></p>'
    (message_id,) = await queue(graph, seed(NOW, html=html))
    await graph.change(_CHOOSE, choice=choice)
    seen: list[Delivery] = []

    def accept(delivery: Delivery) -> Outcome:
        seen.append(delivery)
        return Accepted("250 Ok")

    letters = TrackedLetters("https://c.example", TrackingLinks((b"t" * 32,)))

    await replace(sending(graph, StubSender(accept), StubNudger()), tracked_letters=letters).send([message_id])

    (delivery,) = seen
    sent = delivery.html or ""
    assert (sent.count("https://c.example/o/"), sent.count("https://c.example/c/")) == (pictures, links)
    assert delivery.text == "Good day."


async def test_who_told_the_provider_stop_is_left_alone_from_then_on(graph: Graph) -> None:
    told, other = seed(NOW, 1), seed(NOW, 2)
    await queue(graph, told, other)
    stopped = Refused("21610 the person said STOP", opted_out=True)
    sender = StubSender(lambda delivery: stopped if delivery.message_id == told.message_id else Refused("no"))
    nudger = StubNudger()

    await sending(graph, sender, nudger).send([told.message_id, other.message_id])

    rows = await graph.read(_AT_ADDRESSES)
    assert rows == [
        [told.address, "UNSUBSCRIBED", ["channel.left"], [["unsubscribe", "reply", "stub"]], 0],
        [other.address, "SUBSCRIBED", [], [], 0],
    ]
    kinds = [each for profile_id, _, each in nudger.published if profile_id == told.profile_id]
    assert kinds == [{ChangeKind.MESSAGE}, {ChangeKind.EVENT, ChangeKind.SUBSCRIPTION}]
