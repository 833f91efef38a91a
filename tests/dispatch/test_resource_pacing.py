"""No faster than a resource may, whatever the accounts of its channel may, and at nobody else's expense."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
import redis.asyncio

from dispatch.accounts import Accounts, Admitted
from dispatch.handovers import Handovers
from dispatch.outcome import Paced
from dispatch.pacing import Pace
from dispatch.resource_pacing import ResourcePaces
from gateway.stack.ports import free_port
from graph.connection import Graph
from graph.delivery import SendingRate
from graph.statement import Statement
from graph.vocabulary import MessagePurpose
from tests.dispatch.buckets import LEASE_MS, Buckets, Watch, fresh_buckets
from tests.dispatch.outbox_seed import MESSAGE, queue, seed
from tests.dispatch.test_paced_accounts import LETTER, NOW, Account, sending

USED_UP = "the resource's rate is used up"
AWAY = Paced("Redis does not answer, and without it nobody knows the resource's rate", 5_000)
SLOW = replace(LETTER, resource_id="res_slow", rate=SendingRate(micros=2_000_000, burst=3))
FREE = replace(LETTER, resource_id="res_free")
PACE = Statement("pace", "MATCH (r:Resource {key: 'shop'}) SET r.rateMicros = 500000, r.burst = 1 RETURN r.id")
MOVE = Statement(
    "move_to_another_resource",
    """
    MATCH (:Message {id: $id})-[:TO]->(s)-[of:OF]->(r)
    DELETE of
    CREATE (s)-[:OF]->(:Resource {id: 'res_free', key: 'free', sender: r.sender, channels: r.channels})
    RETURN s.id
    """,
)


@pytest_asyncio.fixture
async def buckets(redis_url: str) -> AsyncIterator[Buckets]:
    async with fresh_buckets(redis_url) as made:
        yield made


@pytest_asyncio.fixture
async def workers(buckets: Buckets) -> AsyncIterator[tuple[Watch, ResourcePaces, ResourcePaces]]:
    """Two of them, with a connection each and one clock between them."""
    watch = Watch()
    both = [ResourcePaces.open(buckets.redis_url, LEASE_MS) for _ in range(2)]
    for each in both:
        each.now_us = watch
    yield watch, both[0], both[1]
    for each in both:
        await each.close()


async def test_two_workers_share_the_rate_of_a_resource(workers: tuple[Watch, ResourcePaces, ResourcePaces]) -> None:
    watch, one, other = workers

    answers = await asyncio.gather(*(each.held_back(SLOW) for _ in range(5) for each in (one, other)))

    assert answers.count(None) == 3
    waits = sorted(each.after_ms for each in answers if each is not None)
    # Each of those that wait is told a moment of its own.
    assert waits == [500 * n for n in range(1, 8)]
    assert {each.answer for each in answers if each is not None} == {USED_UP}
    watch.now += 500_000
    assert [await one.held_back(SLOW), isinstance(await other.held_back(SLOW), Paced)] == [None, True]


async def test_one_resource_takes_nothing_of_anothers_rate_nor_of_the_account_that_they_share(
    workers: tuple[Watch, ResourcePaces, ResourcePaces], buckets: Buckets
) -> None:
    watch, paces, _ = workers
    only, handovers = Account(), Handovers()
    account = buckets(Pace(interval_us=60_000_000, burst=5), watch)
    shared = Accounts.of([only], {"first": account}, handovers, paces)

    slow = [await shared.admit(SLOW) for _ in range(20)]
    other = replace(SLOW, resource_id="res_other")

    assert [isinstance(each, Admitted) for each in slow] == [True] * 3 + [False] * 17
    # Seventeen were held back, and each of them left its token of the account to these two.
    assert [isinstance(await shared.admit(each), Admitted) for each in (FREE, other, FREE)] == [True, True, False]
    told = {each.name: each.value for each in handovers.counters()}
    assert told["customer_graph_resource_paced_total"] == 17


@pytest.mark.parametrize("purpose", [MessagePurpose.TRANSACTIONAL, MessagePurpose.CONFIRMATION])
async def test_what_people_wait_for_waits_for_no_rate_and_uses_none_up(
    workers: tuple[Watch, ResourcePaces, ResourcePaces], purpose: MessagePurpose
) -> None:
    _, paces, _ = workers

    for _ in range(5):
        assert await paces.held_back(replace(SLOW, purpose=purpose)) is None
    assert [await paces.held_back(SLOW) for _ in range(3)] == [None] * 3
    assert isinstance(await paces.held_back(SLOW), Paced)
    assert await paces.held_back(replace(SLOW, purpose=purpose)) is None


async def test_a_rate_that_was_changed_counts_from_the_next_message_on(
    workers: tuple[Watch, ResourcePaces, ResourcePaces],
) -> None:
    watch, paces, _ = workers
    assert [await paces.held_back(SLOW) for _ in range(3)] == [None] * 3
    assert await paces.held_back(SLOW) == Paced(USED_UP, 500)
    faster = replace(SLOW, rate=SendingRate(micros=1_000_000_000, burst=3))
    # What the slower rate had taken ahead counts as one message of the faster one.
    assert isinstance(await paces.held_back(faster), Paced)

    watch.now += 1_000

    assert [await paces.held_back(faster), isinstance(await paces.held_back(faster), Paced)] == [None, True]


async def test_without_redis_nothing_leaves_of_a_resource_with_a_rate_and_all_the_rest_does() -> None:
    away = ResourcePaces.open(f"redis://127.0.0.1:{free_port()}", LEASE_MS)

    assert await away.held_back(SLOW) == AWAY
    assert await away.held_back(FREE) is None
    assert await away.held_back(LETTER) is None
    await away.close()
    # So it is where nobody opened one.
    assert isinstance(await Accounts.of([Account()]).admit(SLOW), Paced)
    assert isinstance(await Accounts.of([Account()]).admit(FREE), Admitted)


async def test_of_a_claimed_batch_those_wait_whose_resource_has_to_and_it_is_no_try(
    graph: Graph, buckets: Buckets
) -> None:
    seeds = [seed(NOW, number) for number in range(3)]
    first, waiting, free = await queue(graph, *seeds)
    await graph.change(PACE)
    await graph.change(MOVE, id=free)
    only = Account()
    paces = ResourcePaces(redis.asyncio.Redis.from_url(buckets.redis_url), Watch())
    accounts = Accounts.of([only], resources=paces)

    assert await sending(graph, accounts).send([first, waiting, free]) == 2

    assert len(only.sent) == 2
    assert free in only.sent
    (left,) = {first, waiting} - set(only.sent)
    row = await graph.read(MESSAGE, id=left)
    assert (row["state"], row["attemptCount"], row["attempts"], row["pending"]) == ("QUEUED", 0, [], True)
    assert (row["claimToken"], row["handed"], row["dueAt"]) == (None, False, NOW + 2_000)
    await accounts.close()
