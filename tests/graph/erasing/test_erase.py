"""One person is erased; everybody else stays as they were."""

from __future__ import annotations

import asyncio
import json

import pytest

from graph.connection import Graph, Transaction
from graph.consent.evidence import Evidence
from graph.erasing import remains
from graph.erasing.erase import EraseProfile, erase_profile
from graph.erasing.erased_address import address_hash, erased_since
from graph.erasing.remains import finish_erasures
from graph.errors import Refusal
from graph.history.events import track_events
from graph.identifiers import identifier
from graph.merging.settings import MergeSettings
from graph.outbox import claim
from graph.people.identify import Identify, identify
from graph.people.reference import ProfileReference
from graph.people.sign_out import SignOutDevice, sign_out_device
from graph.revisions import changed_revisions
from graph.statement import Statement
from graph.subscribing.resource import CreateResource, ResourceReference, create_resource
from graph.subscribing.subscribe import Subscribe, subscribe
from graph.vocabulary import ChangeKind, Channel, IdentifierType, UserErrorCode
from tests.graph.erasing.ann import (
    ANN,
    BOB,
    CARD,
    COUNTS,
    EDGES,
    EVERYTHING,
    HOME,
    KEY,
    MERGE,
    NOW,
    SECRETS,
    SOLD,
    erased,
    event,
    person,
)


async def test_nothing_that_was_hers_alone_can_be_found_in_any_property(graph: Graph, ann: str) -> None:
    before = json.dumps([await graph.read(EVERYTHING), await graph.read(EDGES)])
    assert [each for each in SECRETS if each not in before] == []

    done = await erased(graph, ann)

    after = json.dumps([await graph.read(EVERYTHING), await graph.read(EDGES)])
    assert [each for each in SECRETS if each in after] == []
    of_others = ("bob@example.com", "+442079460001", "green", "Dear B.", "order-of-bob")
    assert [each for each in of_others if each not in after] == []
    assert (done.result["profileId"], done.result["erasedAt"]) == (ann, NOW + 1)
    assert done.result["receiptId"].startswith("era_")
    assert [(each.profile_id, each.kinds) for each in done.changes] == [(ann, frozenset({ChangeKind.PROFILE}))]


async def test_what_she_has_no_more_is_erased_as_well(graph: Graph, ann: str) -> None:
    cookie = identifier(IdentifierType.COOKIE, "shop", "cookie-of-ann")
    device = identifier(IdentifierType.PUSH_TOKEN, "app", "token-of-ann")
    await create_resource(graph, CreateResource("app", "App", (Channel.MOBILE_PUSH,)), None, NOW)
    command = Subscribe(ProfileReference(id=ann), ResourceReference(key="app"), Channel.MOBILE_PUSH, device, "test")
    await subscribe(graph, command, None, NOW)
    await identify(graph, Identify((cookie,), ProfileReference(identifier=CARD), "test"), MergeSettings(), None, NOW)
    await sign_out_device(graph, SignOutDevice(ProfileReference(id=ann), (cookie, device), "test"), None, NOW)
    signed_out = json.dumps(await graph.read(EVERYTHING))

    await erased(graph, ann)

    # Nobody needs the cookie any more; at the token a subscription still was.
    assert ("cookie-of-ann" in signed_out, "token-of-ann" in signed_out) == (False, True)
    after = json.dumps(await graph.read(EVERYTHING))
    assert ("cookie-of-ann" in after, "token-of-ann" in after) == (False, False)


async def test_what_is_left_is_what_was_sold_the_redacted_ledger_and_everybody_else(graph: Graph, ann: str) -> None:
    await erased(graph, ann)

    assert await graph.read(COUNTS) == {
        "profiles": 1,
        "tombstones": 1,
        "identifiers": 3,
        "subscriptions": 1,
        "records": 1,
        "redacted": 1,
        "events": 1,
        "messages": 1,
        "pending": 1,
        "attempts": 0,
        "outreaches": 1,
        "purchases": 1,
        "sold": 1,
        "merges": 0,
        "hashes": 2,
    }
    assert await graph.read(SOLD) == ["GBP", 6_000_000, NOW, 2, 6_000_000, "mug", None, False]


async def test_all_who_were_merged_into_her_are_erased_by_any_of_their_ids(graph: Graph, ann: str) -> None:
    old = await person(graph, identifier(IdentifierType.COOKIE, "site", "cookie-purple"), firstName="Archeress")
    await track_events(graph, [event("e3", identifier(IdentifierType.COOKIE, "site", "cookie-purple"))], None, NOW)
    await graph.change(MERGE, **{"into": ann, "from": old})

    done = await erased(graph, old)

    after = json.dumps(await graph.read(EVERYTHING))
    assert [each for each in (*SECRETS, "cookie-purple") if each in after] == []
    counts = await graph.read(COUNTS)
    assert (counts["profiles"], counts["tombstones"], counts["merges"], counts["events"]) == (1, 2, 0, 1)
    assert done.result["profileId"] == ann
    revisions = {each.profile_id: each.revision for each in done.changes}
    assert set(revisions) == {ann, old}
    assert len(set(revisions.values())) == 1
    # Who listens under the merged id last saw the survivor's revision.
    assert await changed_revisions(graph, {ann: revisions[ann] - 1, old: revisions[old] - 1}) == revisions


async def test_a_second_time_by_any_id_gives_the_first_receipt_and_changes_nothing(graph: Graph, ann: str) -> None:
    first = await erased(graph, ann)
    before = await graph.read(COUNTS)

    again = await erased(graph, ann)

    assert {**again.result, "familyIds": None} == {**first.result, "familyIds": None}
    assert again.changes == ()
    assert await graph.read(COUNTS) == before


async def test_32_at_once_erase_once(graph: Graph, ann: str) -> None:
    done = await asyncio.gather(*(erased(graph, ann) for _ in range(32)))

    assert len({each.result["receiptId"] for each in done}) == 1
    assert sum(len(each.changes) for each in done) == 1


async def test_an_erasure_that_was_broken_off_is_finished_by_whoever_comes_by(
    graph: Graph, ann: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [event(f"more-{number}", CARD, colour="purple") for number in range(5)]
    await track_events(graph, events, None, NOW)
    monkeypatch.setattr("graph.erasing.erase._BATCHES_WITH_THE_ANSWER", 1)
    monkeypatch.setattr(remains, "_AT_ONCE", 2)

    await erased(graph, ann)
    # Nobody finds her meanwhile, however much is left.
    left = await graph.read(COUNTS)
    assert (left["profiles"], left["events"]) == (1, 5)

    assert await finish_erasures(graph) == 1
    assert await finish_erasures(graph) == 0
    assert [each for each in SECRETS if each in json.dumps(await graph.read(EVERYTHING))] == []
    assert (await graph.read(COUNTS))["events"] == 1


async def test_a_letter_that_a_worker_would_take_now_is_gone(graph: Graph, ann: str) -> None:
    rows = await graph.read(Statement("ids", "MATCH (m:Message {profileId: $id}) RETURN collect(m.id)"), id=ann)
    assert len(rows) == 1

    await erased(graph, ann)

    assert (await claim(graph, rows, 60_000, NOW + 2)).deliveries == ()


async def test_of_an_address_only_a_keyed_hash_is_known(graph: Graph, ann: str) -> None:
    await erased(graph, ann)

    async def known(transaction: Transaction) -> dict[str, int]:
        return await erased_since(transaction, KEY, [ANN.key, HOME.key, CARD.key, BOB.key])

    assert await graph.write(known) == {ANN.key: NOW + 1, CARD.key: NOW + 1}
    assert address_hash(KEY, ANN.key) != address_hash(b"another key", ANN.key)


async def test_an_old_list_does_not_bring_her_back_and_newer_evidence_does(graph: Graph, ann: str) -> None:
    await erased(graph, ann)

    def joining(opt_in: Evidence | None) -> Subscribe:
        return Subscribe(
            ProfileReference(identifier=ANN),
            ResourceReference(key="news"),
            Channel.EMAIL,
            ANN,
            "key",
            opt_in=opt_in,
            erased_key=KEY,
        )

    for old in (None, Evidence(NOW + 1)):
        with pytest.raises(Refusal) as refused:
            await subscribe(graph, joining(old), None, NOW + 2)
        assert refused.value.user_errors[0].code is UserErrorCode.CONSENT_REQUIRED
    assert (await graph.read(COUNTS))["profiles"] == 1

    done = await subscribe(graph, joining(Evidence(NOW + 2)), None, NOW + 2)
    assert done.result["profileId"] != ann


async def test_nobody_and_a_shared_phone_are_refused(graph: Graph, ann: str) -> None:
    before = await graph.read(COUNTS)
    for reference, code in (
        (ProfileReference(id="prf_nobody"), UserErrorCode.NOT_FOUND),
        (ProfileReference(identifier=HOME), UserErrorCode.AMBIGUOUS_MATCH),
    ):
        with pytest.raises(Refusal) as refused:
            await erase_profile(graph, EraseProfile(reference, KEY), None, NOW)
        assert refused.value.user_errors[0].code is code
    assert await graph.read(COUNTS) == before
    assert ann
