"""One person is erased; everybody else stays as they were."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import pytest_asyncio

from graph.connection import Graph, Transaction
from graph.consent.evidence import Evidence
from graph.erasing import remains
from graph.erasing.erase import EraseProfile, erase_profile
from graph.erasing.erased_address import address_hash, erased_since
from graph.erasing.remains import finish_erasures
from graph.errors import Refusal
from graph.history.events import NewEvent, track_events
from graph.history.product import ProductKey
from graph.history.purchases import NewPurchase, PurchaseLine, record_purchases
from graph.idempotency import Done, Guard
from graph.identifiers import identifier
from graph.merging.settings import MergeSettings
from graph.outbox import claim
from graph.people.identify import Identify, identify
from graph.people.reference import ProfileReference
from graph.people.sign_out import SignOutDevice, sign_out_device
from graph.people.upsert import UpsertProfile, upsert_profile
from graph.revisions import changed_revisions
from graph.sending.send import EmailContent, SendMessage, send_message
from graph.statement import Statement
from graph.subscribing.resource import CreateResource, ResourceReference, create_resource
from graph.subscribing.subscribe import Subscribe, subscribe
from graph.vocabulary import (
    ChangeKind,
    Channel,
    IdentifierType,
    PurchaseKind,
    PurchaseLineStatus,
    PurchaseStatus,
    UserErrorCode,
)

NOW = 1_790_000_000_000
KEY = b"a key of the test's own"
ANN = identifier(IdentifierType.EMAIL, "", "ann.archer@example.com")
HOME = identifier(IdentifierType.PHONE, "", "+442079460001")
CARD = identifier(IdentifierType.EXTERNAL, "shop", "card-of-ann")
BOB = identifier(IdentifierType.EMAIL, "", "bob@example.com")
# Without a value of his own he would be taken for Ann, whose phone he has.
BOBS_CARD = identifier(IdentifierType.EXTERNAL, "shop", "card-of-bob")
# What stands in the graph of Ann alone, wherever it was put.
SECRETS = ("Archeress", "ann.archer", "card-of-ann", "purple", "192.0.2.77", "Dear A.", "order-of-ann", "shop.example")

EVERYTHING = Statement(
    "everything",
    """
    MATCH (n) WHERE NOT n:SchemaVersion AND NOT n:MigrationLock
    WITH [key IN keys(n) | toString(n[key] IS NOT NULL) + key + ' ' + CASE
        WHEN n[key] IS :: LIST<STRING NOT NULL> THEN reduce(text = '', each IN n[key] | text + ' ' + each)
        ELSE toString(n[key]) END] AS values
    RETURN collect(values)
    """,
)
EDGES = Statement(
    "edges",
    "MATCH ()-[r]->() WITH [key IN keys(r) | toString(r[key])] AS values RETURN collect(values)",
)
COUNTS = Statement(
    "counts",
    """
    RETURN {profiles: COUNT { (:Profile) }, tombstones: COUNT { (:ErasedProfile) },
        identifiers: COUNT { (:Identifier) }, subscriptions: COUNT { (:Subscription) },
        records: COUNT { (:ConsentRecord) },
        redacted: COUNT { (:ErasedConsentRecord)-[:ABOUT]->(:ErasedProfile) }, events: COUNT { (:Event) },
        messages: COUNT { (:Message) }, pending: COUNT { (:Pending) }, attempts: COUNT { (:Attempt) },
        outreaches: COUNT { (:Outreach) }, purchases: COUNT { (:Purchase) }, sold: COUNT { (:ErasedPurchase) },
        merges: COUNT { (:Merge) }, hashes: COUNT { (:ErasedAddress) }}
    """,
)
SOLD = Statement(
    "sold",
    """
    MATCH (u:ErasedPurchase)-[line:CONTAINS]->(x:Product)
    RETURN [u.currency, u.totalMicros, u.placedAt.epochMillis, line.quantity, line.totalMicros, x.sku, line.productId,
        EXISTS { (u)-[:BY]->() }]
    """,
)
MERGE = Statement(
    "merge_by_hand",
    """
    MATCH (p:Profile {id: $into}), (q:Profile {id: $from})
    SET p.memberIds = [p.id, q.id], q.mergedInto = p.id
    CREATE (q)-[:MERGED_INTO]->(p), (p)<-[:INTO]-(:Merge {id: 'mrg_1', undo: 'Archeress'})-[:FROM]->(q)
    RETURN p.id
    """,
)


async def person(graph: Graph, *identifiers: Any, **fields: Any) -> str:
    done = await upsert_profile(graph, UpsertProfile(identifiers, fields), None, NOW)
    profile_id: str = done.result["profileId"]
    return profile_id


async def erased(graph: Graph, profile: str, guard: Guard | None = None) -> Done:
    return await erase_profile(graph, EraseProfile(ProfileReference(id=profile), KEY), guard, NOW + 1)


def event(external_id: str, *identifiers: Any, **properties: str) -> NewEvent:
    return NewEvent(0, "site", external_id, identifiers, "page.viewed", NOW, None, properties)


def purchase(external_id: str, *identifiers: Any) -> NewPurchase:
    line = PurchaseLine(ProductKey("shop", "mug"), "Mug", 2, 3_000_000, PurchaseLineStatus.NEW)
    return NewPurchase(
        index=0,
        source="shop",
        external_id=external_id,
        identifiers=identifiers,
        kind=PurchaseKind.SALE,
        status=PurchaseStatus.PAID,
        placed_at_ms=NOW,
        changed_at_ms=NOW,
        currency="GBP",
        total_micros=6_000_000,
        delivery_micros=0,
        discount_micros=0,
        lines=(line,),
    )


@pytest_asyncio.fixture(loop_scope="session")
async def ann(graph: Graph) -> str:
    """Somebody with everything that the product keeps of people, who shares a phone with Bob."""
    await create_resource(graph, CreateResource("news", "News", (Channel.EMAIL, Channel.SMS), "a@b.example"), None, NOW)
    profile_id = await person(graph, ANN, HOME, CARD, firstName="Ann", lastName="Archeress")
    await person(graph, BOB, HOME, BOBS_CARD, firstName="Bob")
    for who, address in ((CARD, ANN), (BOB, BOB)):
        seen = Evidence(NOW, "192.0.2.77", "https://shop.example/join", "form", "purple words") if who is CARD else None
        command = Subscribe(
            ProfileReference(identifier=who), ResourceReference(key="news"), Channel.EMAIL, address, "key", opt_in=seen
        )
        await subscribe(graph, command, None, NOW)
    await track_events(graph, [event("e1", CARD, colour="purple"), event("e2", BOB, colour="green")], None, NOW)
    await record_purchases(graph, [purchase("order-of-ann", CARD), purchase("order-of-bob", BOB)], None, NOW)
    for who in (CARD, BOB):
        content = EmailContent("Dear A." if who is CARD else "Dear B.", "Hello", None)
        letter = SendMessage(ProfileReference(identifier=who), ResourceReference(key="news"), content)
        await send_message(graph, letter, Guard(f"guard of {who.type}", "hash"), NOW)
    return profile_id


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

    assert (await claim(graph, rows, "worker", 60_000, NOW + 2)).deliveries == ()


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
