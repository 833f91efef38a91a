from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest
import pytest_asyncio

from graph.connection import Graph
from graph.errors import Refusal
from graph.history.events import NewEvent, track_events
from graph.idempotency import Done
from graph.identifiers import identifier
from graph.merging import merge as merging
from graph.merging.merge import MergeProfiles, merge_profiles
from graph.merging.settings import MergeSettings
from graph.merging.split import SplitProfiles, split_profiles
from graph.people.reference import ProfileReference
from graph.subscribing.resource import ResourceReference
from graph.subscribing.subscribe import Subscribe, subscribe
from graph.subscribing.unsubscribe import OneSubscription, Unsubscribe, unsubscribe
from graph.vocabulary import Channel, IdentifierType, UserErrorCode
from tests.graph.merging.people import People, patient, write_resources

NOW = 1_790_000_000_000
RING = [f"prf_{n}" for n in range(5)]
ROOTS = patient(
    "roots",
    """
    MATCH (p:Profile)
    RETURN [collect(DISTINCT coalesce(p.mergedInto, p.id)), COUNT { (:Merge) }, COUNT { ()-[:MERGED_INTO]->() }]
    """,
)
PERSON = patient(
    "person",
    """
    MATCH (p:Profile {id: $id})
    RETURN {members: p.memberIds, identifiers: COUNT { (p)<-[:IDENTIFIES]-() },
        subscriptions: COUNT { (p)-[:HAS_SUBSCRIPTION]->() }, shared: COUNT { ()-[:ABSORBED_BY]->() }}
    """,
)
EVENTS = patient("events", "MATCH (e:Event) RETURN collect(e.profileId)")
LAST = patient(
    "last",
    """
    MATCH (s:Subscription)<-[:ABOUT]-(c:ConsentRecord) WHERE c.subjectId = s.id
    WITH s, c ORDER BY c.seq DESC WITH s, head(collect(c.toStatus)) AS last
    RETURN [count(s), sum(CASE WHEN s.status = last THEN 1 ELSE 0 END)]
    """,
)


@pytest_asyncio.fixture(loop_scope="session")
async def ring(graph: Graph) -> Graph:
    """Five people who share an address and its subscription; each has one more of their own."""
    await write_resources(graph, "res_shop")
    people = People()
    for each in RING:
        people.person(each)
        people.subscription(each, people.identifier(each, "shared"))
        people.subscription(each, people.identifier(each, f"{each}@example.com"))
    await people.write(graph)
    return graph


async def merge(graph: Graph, from_id: str, into_id: str) -> Done | None:
    """None where the two are one person already."""
    command = MergeProfiles(ProfileReference(id=from_id), ProfileReference(id=into_id), "key_staff")
    try:
        return await merge_profiles(graph, command, MergeSettings(), None, NOW)
    except Refusal as refusal:
        if [each.code for each in refusal.user_errors] != [UserErrorCode.MERGE_REFUSED]:
            raise
        return None


async def test_32_merges_in_a_ring_of_5_leave_one_survivor(ring: Graph) -> None:
    pairs = [(RING[n % 5], RING[(n + 1) % 5]) for n in range(32)]

    done = await asyncio.gather(*(merge(ring, *pair) for pair in pairs))

    roots, merges, edges = await ring.read(ROOTS)
    assert len(roots) == 1
    assert merges == edges == sum(each is not None for each in done) == 4
    person = await ring.read(PERSON, id=roots[0])
    assert sorted(person["members"]) == RING
    assert (person["identifiers"], person["subscriptions"], person["shared"]) == (6, 6, 4)


async def test_writers_of_both_sides_find_the_one_who_remains(ring: Graph) -> None:
    addresses = [identifier(IdentifierType.EMAIL, "", f"{each}@example.com") for each in RING[:2]]

    async def join(side: int) -> Any:
        command = Subscribe(
            ProfileReference(id=RING[side]), ResourceReference(id="res_shop"), Channel.EMAIL, addresses[side], "test"
        )
        return await subscribe(ring, command, None, NOW)

    async def leave(side: int) -> Any:
        command = Unsubscribe(OneSubscription(f"sub_{RING[side]}_res_shop_idn_shared"), "link")
        return await unsubscribe(ring, command, None, NOW)

    async def track(side: int, number: int) -> Any:
        event = NewEvent(0, "web", f"{side}:{number}", (addresses[side],), "page.viewed", NOW)
        return await track_events(ring, [event], None, NOW)

    work: list[Awaitable[Any]] = [merge(ring, RING[1], RING[0])]
    for side in (0, 1):
        work += [join(side), leave(side), *(track(side, number) for number in range(3))]
    await asyncio.gather(*work)

    owners = await ring.read(EVENTS)
    assert len(owners) == 6
    assert set(owners) <= {RING[0], RING[1]}
    person = await ring.read(PERSON, id=RING[0])
    assert person["members"] == RING[:2]
    assert (person["identifiers"], person["subscriptions"], person["shared"]) == (3, 3, 1)
    count, consistent = await ring.read(LAST)
    assert count == consistent


async def test_a_split_that_races_a_merge_of_the_same_person_is_before_or_behind_it(ring: Graph) -> None:
    done = await merge(ring, RING[1], RING[0])
    assert done is not None
    command = SplitProfiles(done.result["mergeId"], "key_staff")

    async def split() -> bool:
        try:
            await split_profiles(ring, command, MergeSettings(), None, NOW)
        except Refusal as refusal:
            if [each.code for each in refusal.user_errors] != [UserErrorCode.BLOCKED_BY]:
                raise
            return False
        return True

    was_split, merged = await asyncio.gather(split(), merge(ring, RING[0], RING[2]))

    assert merged is not None
    roots, merges, edges = await ring.read(ROOTS)
    assert merges == 2
    assert edges == (1 if was_split else 2)
    assert len(roots) == (4 if was_split else 3)
    person = await ring.read(PERSON, id=RING[2])
    assert sorted(person["members"]) == sorted([RING[2], RING[0]] if was_split else RING[:3])


async def test_who_is_split_off_while_being_looked_up_is_merged_and_not_whom_they_were_part_of(
    ring: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = await merge(ring, RING[1], RING[0])
    assert done is not None
    merge_in = merging.merge_in

    async def too_late(*arguments: Any) -> Any:
        monkeypatch.setattr(merging, "merge_in", merge_in)
        await split_profiles(ring, SplitProfiles(done.result["mergeId"], "key_staff"), MergeSettings(), None, NOW)
        return await merge_in(*arguments)

    monkeypatch.setattr(merging, "merge_in", too_late)
    assert await merge(ring, RING[1], RING[2]) is not None

    person = await ring.read(PERSON, id=RING[2])
    assert sorted(person["members"]) == RING[1:3]
    roots, _, _ = await ring.read(ROOTS)
    assert sorted(roots) == [RING[0], *RING[2:]]
