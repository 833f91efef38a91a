"""Each fault by the number that it has where they are planned, with real processes, and the checker's books afterwards.

One statement alone is F7 in test_graph_hangs.py, a mail server's answer that is lost F8 in
tests/dispatch/channels/test_email.py, and 32 claimants of one message F12 in tests/graph/test_outbox.py. Random faults
in any order come from `make faults`.
"""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator
from functools import partial

import pytest
import pytest_asyncio
import redis as redis_client

from dispatch.broker import job, queue_key
from graph.clock import SystemClock
from graph.vocabulary import Channel
from tests.dispatch.outbox_seed import queue, seed
from tests.faults.burst import Burst
from tests.faults.checker import Finding
from tests.faults.processes import eventually
from tests.faults.provider_log import Mood
from tests.faults.questions import FORGET_MAIL, REVISION, SENDER, TRIED_AT, WAITING, WAITS, WORDS
from tests.faults.rig import Program, Rig, rig
from tests.faults.schedule import Fault, Schedule, flush, garbage, lose_commits
from tests.faults.skew import clocks_off
from tests.faults.watcher import watching

pytestmark = pytest.mark.timeout(600)
_BEGUN = " sends "
_SKEW_MS = 5 * 60_000


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def there(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Rig]:
    async with rig(tmp_path_factory.mktemp("faults")) as made:
        yield made


def whole(found: Finding, messages: int) -> None:
    assert found.broken == ()
    assert (found.asked, found.messages) == (messages, messages)


async def test_f1_a_killed_worker_loses_nothing_and_doubles_only_what_it_held(there: Rig) -> None:
    async def strike(burst: Burst) -> None:
        there.receivers.mood = Mood.SLOW
        await burst.received(5)
        # These were handed over, and their answers are on the way.
        there.replace_worker(0)
        there.receivers.mood = Mood.WELL
        await burst.received(60)
        there.replace_worker(1)

    found = await Burst(there, 120).run(strike)

    whole(found, 120)
    assert found.states == {"SENT": 120}


async def test_f1_where_a_resource_holds_what_is_unknown_a_killed_worker_doubles_nothing(there: Rig) -> None:
    async def strike(burst: Burst) -> None:
        there.receivers.mood = Mood.SLOW
        await burst.received(5)
        there.replace_worker(0)
        there.replace_worker(1)
        there.receivers.mood = Mood.WELL

    found = await Burst(there, 60, "HOLD").run(strike)

    whole(found, 60)
    assert found.doubled == 0
    assert found.states["UNKNOWN"] >= 5


async def test_f2_a_killed_gateway_writes_each_message_once_however_often_it_is_asked(there: Rig) -> None:
    async def strike(burst: Burst) -> None:
        for number in (20, 60):
            await burst.asked(number)
            there.gateway.kill()
            there.gateway.heal()
            await there.gateway_answers()

    burst = Burst(there, 120)
    found = await burst.run(strike)

    whole(found, 120)
    assert burst.traffic.repeats > 0
    assert (found.doubled, found.states) == (0, {"SENT": 120})


async def test_f3_without_redis_mutations_are_answered_and_the_sweeper_brings_what_was_lost(there: Rig) -> None:
    async def strike(burst: Burst) -> None:
        person = burst.traffic.people[0]
        async with watching(there, person) as revisions:
            await burst.asked(30)
            there.redis.kill()
            await burst.asked(90)
            there.redis.heal()
            await burst.asked(150)
            await flush(there)
            await burst.asked(200)
            await eventually(burst.has_ended, 60)
            last = await there.graph.read(REVISION, id=person)
            # Whatever was announced to nobody meanwhile: who looks is not left behind.
            await eventually(lambda: revisions[-1:] == [last], 30)

    burst = Burst(there, 200)
    found = await burst.run(strike)

    whole(found, 200)
    assert burst.traffic.repeats == 0
    assert (found.doubled, found.states) == (0, {"SENT": 200})


async def test_f4_a_job_that_fails_while_redis_is_away_is_not_lost(there: Rig) -> None:
    async def strike(burst: Burst) -> None:
        await burst.asked(20)
        there.redis.kill()
        await lose_commits(there, 0.5)
        there.redis.heal()

    found = await Burst(there, 80).run(strike)

    whole(found, 80)
    assert found.states == {"SENT": 80}


async def test_f5_garbage_at_the_head_of_the_queue_harms_no_message_and_is_told(there: Rig) -> None:
    async def strike(burst: Burst) -> None:
        for number in (10, 30, 50):
            await burst.asked(number)
            await garbage(there)

    found = await Burst(there, 80).run(strike)

    whole(found, 80)
    assert (found.doubled, found.states) == (0, {"SENT": 80})
    assert "cannot be decoded and is left out" in there.logs()


async def test_f6_a_killed_graph_comes_back_with_everything_that_was_answered(there: Rig) -> None:
    async def strike(burst: Burst) -> None:
        await burst.asked(30)
        with there.crash("neo4j"):
            there.neo4j.kill()
            there.neo4j.heal()
            await there.graph_answers()
        await burst.asked(70)

    found = await Burst(there, 100).run(strike)

    whole(found, 100)
    assert found.states == {"SENT": 100}


async def test_f7_commits_whose_answers_are_dropped_are_found_again_by_their_keys(there: Rig) -> None:
    before = there.line.dropped

    async def strike(burst: Burst) -> None:
        for number in (20, 50, 80):
            await burst.asked(number)
            await lose_commits(there, 0.3)

    found = await Burst(there, 120).run(strike)

    whole(found, 120)
    assert there.line.dropped > before
    assert found.states == {"SENT": 120}


@pytest.mark.parametrize("policy", ["RETRY", "HOLD"])
async def test_f8_a_lost_answer_is_unknown_and_what_follows_is_the_resources_policy(there: Rig, policy: str) -> None:
    async def strike(burst: Burst) -> None:
        there.receivers.mood = Mood.SILENT
        await burst.received(10)
        there.receivers.mood = Mood.WELL

    found = await Burst(there, 60, policy).run(strike)

    whole(found, 60)
    assert found.lost_answers >= 10
    if policy == "HOLD":
        assert (found.doubled, found.states["UNKNOWN"]) == (0, found.lost_answers)
    else:
        assert (found.doubled, found.states) == (found.lost_answers, {"SENT": 60})


async def test_f9_a_provider_that_is_busy_is_asked_again_no_sooner_than_it_said(there: Rig) -> None:
    async def strike(burst: Burst) -> None:
        # Longer than a worker waits by itself after a first try, which is half a minute.
        there.receivers.retry_after_s = 120
        there.receivers.mood = Mood.BUSY
        await burst.received(10)
        there.receivers.mood = Mood.WELL
        await burst.asked(60)
        await eventually(burst.has_tried_all, 60)
        waits: list[int] = await there.graph.read(WAITS)
        assert len(waits) == sum(entry.mood is Mood.BUSY for entry in there.receivers.entries)
        # A try is written down a moment after its answer came.
        assert min(waits) > 119_000

    found = await Burst(there, 60).run(strike)

    whole(found, 60)
    assert found.states == {"SENT": 60}


async def test_f9_a_dead_channel_holds_up_no_other_one(there: Rig) -> None:
    async def strike(burst: Burst) -> None:
        hour_ago = SystemClock().now() - 3_600_000
        await there.graph.change(SENDER)
        letters = await queue(there.graph, *(seed(hour_ago, number) for number in range(150)))
        await burst.asked(100)
        await eventually(lambda: len(there.receivers.entries) == 100, 60)
        # Each of the letters is still there: the mail server takes connections and says nothing.
        assert await there.graph.read(WAITING, ids=letters) == 150
        await there.graph.change(FORGET_MAIL)

    found = await Burst(there, 100).run(strike)

    assert found.broken == ()
    assert (found.received, found.states["SENT"]) == (100, 100)


async def test_f10_who_said_no_or_was_erased_gets_nothing_of_what_was_queued_and_prefetched(there: Rig) -> None:
    async def strike(burst: Burst) -> None:
        for worker in there.workers:
            worker.send(signal.SIGSTOP)
        await burst.asked(300)
        kept = there.redis.kept()
        # All the jobs are there, and whom they are for is not.
        assert queue_key(Channel.WEBHOOK) in kept
        assert f"127.0.0.1:{there.receivers.port}" not in kept
        for person in burst.traffic.people[:10]:
            await burst.traffic.leave(person)
        for person in burst.traffic.people[10:15]:
            await burst.traffic.erase(person)
        for worker in there.workers:
            worker.send(signal.SIGCONT)

    burst = Burst(there, 300)
    found = await burst.run(strike)

    assert found.broken == ()
    assert (found.asked, found.messages) == (300, 270)
    gone = set(burst.traffic.people[:15])
    stopped = sum(person in gone for person in burst.traffic.whose.values())
    assert stopped == 90
    # What a worker had in its hands when it was stopped may have left within its lease, and no more.
    assert found.received >= 300 - stopped
    late = [entry for entry in there.receivers.entries if burst.traffic.whose[entry.message_id] in gone]
    assert all(entry.at < burst.traffic.left[burst.traffic.whose[entry.message_id]] for entry in late)
    erased = [f"http://127.0.0.1:{there.receivers.port}/{number}" for number in range(10, 15)]
    assert [await there.graph.read(WORDS, word=url) for url in erased] == [0] * 5
    assert not any(f"/{number}" in there.logs() for number in range(10, 15))


async def test_f11_a_rolling_restart_under_load_leaves_nothing_unknown_and_nothing_twice(there: Rig) -> None:
    codes = []

    async def strike(burst: Burst) -> None:
        for number, worker in enumerate((*there.workers, *there.workers), start=1):
            await burst.asked(30 * number)
            worker.send(signal.SIGTERM)
            await eventually(partial(_has_ended, worker), 30)
            begun = there.logs().count(_BEGUN)
            codes.append(worker.process and worker.process.returncode)
            worker.heal()
            await eventually(lambda: there.logs().count(_BEGUN) > begun, 30)  # noqa: B023  # Waited for in this round.

    found = await Burst(there, 200).run(strike)

    whole(found, 200)
    assert codes == [0] * 4
    assert (found.doubled, found.states) == (0, {"SENT": 200})


async def test_f12_ids_that_are_queued_32_times_for_two_workers_are_sent_once(there: Rig) -> None:
    async def strike(burst: Burst) -> None:
        await burst.asked(60)
        ids = [message_id for message_id in burst.traffic.sent.values() if message_id]
        with redis_client.Redis.from_url(there.redis.url) as client:
            for number in range(32):
                one = job(Channel.WEBHOOK, ids).copy(options={"redis_message_id": f"again-{number}"})
                client.hset(f"{queue_key(Channel.WEBHOOK)}.msgs", f"again-{number}", one.encode())
                client.rpush(queue_key(Channel.WEBHOOK), f"again-{number}")

    found = await Burst(there, 60).run(strike)

    whole(found, 60)
    assert (found.doubled, found.states) == (0, {"SENT": 60})


async def test_f13_workers_whose_clocks_are_five_minutes_off_take_no_lease_from_each_other(there: Rig) -> None:
    async def strike(burst: Burst) -> None:
        await burst.asked(100)

    with clocks_off(there, _SKEW_MS, -_SKEW_MS):
        found = await Burst(there, 100).run(strike)

    whole(found, 100)
    assert (found.doubled, found.states) == (0, {"SENT": 100})
    now, tried_at = SystemClock().now(), await there.graph.read(TRIED_AT)
    assert len(tried_at) == 100
    assert all(abs(now - at) > _SKEW_MS - 120_000 for at in tried_at)


@pytest.mark.parametrize("seed", [7])
async def test_random_faults_in_a_row_lose_and_double_nothing(there: Rig, seed: int) -> None:
    await there.clear()
    print(f"seed {seed}")  # noqa: T201  # So that a run that broke something can be had again.

    # In an order of their own, and not of a set, which is another one in each process. A graph that is killed takes
    # longer to come back than all of this, and is F6.
    faults = tuple(fault for fault in Fault if fault is not Fault.KILL_GRAPH)
    found = await Schedule(there, seed, 6.0, faults, hurries=True).run()

    assert found.broken == ()
    assert found.messages > 20


def _has_ended(program: Program) -> bool:
    return not program.is_running
