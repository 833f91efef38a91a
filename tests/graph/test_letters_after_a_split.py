"""A letter that was written while two people were one, to an address that is the other one's again."""

from __future__ import annotations

import pytest_asyncio

from graph import outbox
from graph.clock import SystemClock
from graph.connection import Graph
from graph.consent.profile_status import SetProfileStatus, set_profile_status
from graph.erasing.erase import EraseProfile, erase_profile
from graph.merging.merge import MergeProfiles, merge_profiles
from graph.merging.settings import MergeSettings
from graph.merging.split import SplitProfiles, split_profiles
from graph.outbox import AttemptOutcome, AttemptRecord
from graph.people.reference import ProfileReference
from graph.reach import reach
from graph.statement import Statement
from graph.vocabulary import ChangeKind, Gate, MessageState, SubscriptionStatus
from tests.dispatch.outbox_seed import OUTREACH, REVISION, Seed, queue, seed

LEASE_MS = 30_000
NOW = SystemClock().now()
_WRITTEN_UNDER = Statement(
    "written_under",
    "MATCH (m:Message {id: $id})-[:PART_OF]->(o) SET m.profileId = $profile, o.profileId = $profile RETURN m.id",
)
_SENT = Statement("sent", "MATCH (m:Message {id: $id}) REMOVE m:Pending SET m.state = 'SENT' RETURN m.id")
_LETTER = Statement(
    "letter",
    """
    MATCH (m:Message {id: $id})
    RETURN {state: m.state, pending: m:Pending, profile: m.profileId,
        said: [m.subject, m.text, m.html, m.reason, m.addressId],
        answers: COLLECT { MATCH (m)<-[:OF]-(a:Attempt) RETURN a.answer }}
    """,
)


@pytest_asyncio.fixture(loop_scope="session")
async def parted(graph: Graph) -> tuple[Seed, Seed]:
    """Ann and Bob, two people again. Bob's letter was written under Ann, who spoke for both."""
    ann, bob = seed(NOW, 1), seed(NOW, 2, html="<p>Good day.</p>")
    await queue(graph, ann, bob)
    command = MergeProfiles(ProfileReference(id=bob.profile_id), ProfileReference(id=ann.profile_id), "key")
    merged = (await merge_profiles(graph, command, MergeSettings(), None, NOW)).result
    await graph.change(_WRITTEN_UNDER, id=bob.message_id, profile=ann.profile_id)
    await split_profiles(graph, SplitProfiles(merged["mergeId"], "key"), MergeSettings(), None, NOW)
    return ann, bob


async def test_whose_the_address_is_decides_whether_it_goes(graph: Graph, parted: tuple[Seed, Seed]) -> None:
    ann, bob = parted
    command = SetProfileStatus(ProfileReference(id=bob.profile_id), SubscriptionStatus.UNSUBSCRIBED, "key")
    await set_profile_status(graph, command, None, NOW)

    claimed = await outbox.claim(graph, [ann.message_id, bob.message_id], LEASE_MS, NOW)

    verdicts = {each.message_id: reach(each.facts, each.purpose, NOW).refused_by for each in claimed.deliveries}
    assert verdicts == {ann.message_id: None, bob.message_id: Gate.PROFILE_STATUS}


async def test_it_says_nothing_any_more_once_that_one_is_erased(graph: Graph, parted: tuple[Seed, Seed]) -> None:
    ann, bob = parted
    claimed = await outbox.claim(graph, [bob.message_id], LEASE_MS, NOW)
    refused = AttemptRecord(
        bob.message_id, MessageState.QUEUED, AttemptOutcome.DEFERRED, "smtp", f"450 {bob.address}", next_at=NOW
    )
    await outbox.finish(graph, claimed.token, [refused], NOW)
    old = seed(NOW, 3, profile_id=bob.profile_id, address=bob.address)
    await queue(graph, old)
    await graph.change(_WRITTEN_UNDER, id=old.message_id, profile=ann.profile_id)
    await graph.change(_SENT, id=old.message_id)
    before = await graph.read(REVISION, id=ann.profile_id)

    done = await erase_profile(graph, EraseProfile(ProfileReference(id=bob.profile_id), b"key"), None, NOW)

    assert await graph.read(_LETTER, id=bob.message_id) == {
        "state": "CANCELLED",
        "pending": False,
        "profile": ann.profile_id,
        "said": [None] * 5,
        "answers": [None],
    }
    assert await graph.read(OUTREACH, id=bob.message_id) == ["CANCELLED", None]
    changes = {each.profile_id: (each.revision, each.kinds) for each in done.changes}
    assert changes[ann.profile_id] == (before + 1, frozenset({ChangeKind.MESSAGE}))
    assert (await outbox.claim(graph, [bob.message_id], LEASE_MS, NOW)).deliveries == ()
    sent = await graph.read(_LETTER, id=old.message_id)
    assert (sent["state"], sent["said"]) == ("SENT", [None] * 5)
    own = await graph.read(_LETTER, id=ann.message_id)
    assert (own["state"], own["pending"], own["said"][:2]) == ("QUEUED", True, ["Hello", "Good day."])
