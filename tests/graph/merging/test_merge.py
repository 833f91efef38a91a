from __future__ import annotations

import pytest
import pytest_asyncio

from graph.connection import Graph, Transaction
from graph.errors import Refusal
from graph.idempotency import Done
from graph.identifiers import identifier
from graph.merging.automatic import merge_owners_in
from graph.merging.merge import MergeProfiles, merge_profiles
from graph.merging.settings import MergeSettings
from graph.outbox.claiming import claim
from graph.people.reference import ProfileReference
from graph.revisions import changed_revisions
from graph.subscribing.unsubscribe import OneSubscription, Unsubscribe, unsubscribe
from graph.vocabulary import ChangeKind, IdentifierType, SubscriptionStatus, UserErrorCode
from tests.graph.merging.people import People, patient, write_resources

NOW = 1_790_000_000_000
PROFILE = patient(
    "profile",
    """
    MATCH (p:Profile {id: $id})
    RETURN p {.revision, .status, .kind, .firstName, .city, .memberIds, .mergedInto, isBuyer: p:Buyer,
        firstSeenAt: p.firstSeenAt.epochMillis}
    """,
)
IDENTIFIERS = patient(
    "identifiers",
    """
    MATCH (p:Profile {id: $id})<-[link:IDENTIFIES]-(i) WITH link, i ORDER BY i.key
    RETURN collect([i.value, link.evidence, link.verifiedAt.epochMillis])
    """,
)
SUBSCRIPTIONS = patient(
    "subscriptions",
    """
    MATCH (p:Profile {id: $id})-[:HAS_SUBSCRIPTION]->(s) WITH s ORDER BY s.priority, s.id
    RETURN collect([s.id, s.key, s.status, s.priority])
    """,
)
ABSORBED = patient(
    "absorbed",
    """
    MATCH (p:Profile)-[:HAD_SUBSCRIPTION]->(s)-[:ABSORBED_BY]->(by)
    RETURN collect([p.id, s.id, s.key, s.status, by.id])
    """,
)
LEDGER = patient(
    "ledger",
    """
    MATCH (c:ConsentRecord) WHERE c.cause IN ['merge', 'split'] WITH c ORDER BY c.subjectId, c.seq
    RETURN collect([c.subjectId, c.fromStatus, c.toStatus, c.cause, c.actor, c.evidenceAt.epochMillis])
    """,
)
MERGES = patient(
    "merges",
    """
    MATCH (l)<-[:FROM]-(g:Merge)-[:INTO]->(w) WITH g, l, w ORDER BY g.revision
    RETURN collect([g.id, l.id, w.id, g.rule, g.evidence, g.actor, g.undo, EXISTS { (l)-[:MERGED_INTO]->(w) }])
    """,
)
QUEUE = patient(
    "queue",
    """
    MATCH (s:Subscription {id: $id})
    CREATE (m:Message:Pending {id: 'msg_1', profileId: 'prf_b', state: 'QUEUED', purpose: 'MARKETING', channel: 'EMAIL',
        subject: 'News', text: 'News', createdAt: datetime({epochMillis: 1}), dueAt: datetime({epochMillis: 1}),
        attemptCount: 0})-[:TO]->(s)
    RETURN m.id
    """,
)
ERASE = patient("erase", "MATCH (p:Profile {id: $id}) SET p.erasedAt = datetime({epochMillis: 1}) RETURN p.id")
LABEL = patient("label", "MATCH (p:Profile {id: $id}) SET p:Buyer RETURN p.id")


async def merge(graph: Graph, from_id: str, into_id: str, evidence: str | None = None) -> Done:
    command = MergeProfiles(ProfileReference(id=from_id), ProfileReference(id=into_id), "key_staff", evidence)
    return await merge_profiles(graph, command, MergeSettings(), None, NOW)


async def refused(graph: Graph, from_id: str, into_id: str) -> list[tuple[UserErrorCode, tuple[str, ...] | None]]:
    with pytest.raises(Refusal) as refusal:
        await merge(graph, from_id, into_id)
    return [(each.code, each.field) for each in refusal.value.user_errors]


@pytest_asyncio.fixture(loop_scope="session")
async def family(graph: Graph) -> Graph:
    """Ann and Bob share one address and its subscription, which Bob left; each has another of their own."""
    await write_resources(graph, "res_shop")
    people = People()
    people.person("prf_a", revision=3, created_at=2_000, plain={"firstName": "Ann"})
    people.person("prf_b", revision=8, created_at=1_000, plain={"firstName": "Bob", "city": "Rome"})
    people.person("prf_c")
    for each in ("prf_a", "prf_b"):
        shared = people.identifier(each, "ann", verified_at=700 if each == "prf_b" else None)
        status = "UNSUBSCRIBED" if each == "prf_b" else "SUBSCRIBED"
        people.subscription(each, shared, status=status, opt_in_at=500 if each == "prf_a" else None)
        people.subscription(each, people.identifier(each, f"own_{each}"), priority=1)
    await people.write(graph)
    return graph


async def test_two_people_become_one_and_what_both_have_stays_once(family: Graph) -> None:
    await family.change(LABEL, id="prf_b")

    done = await merge(family, "prf_b", "prf_a", "they showed a passport")

    assert done.result["profileId"] == "prf_a"
    assert [(each.profile_id, each.revision, each.kinds) for each in done.changes] == [
        ("prf_a", 9, frozenset({ChangeKind.MERGE})),
        ("prf_b", 9, frozenset({ChangeKind.MERGE})),
    ]
    assert await family.read(PROFILE, id="prf_a") == {
        "revision": 9, "status": "SUBSCRIBED", "kind": "SUBSCRIBER", "firstName": "Ann", "city": "Rome",
        "memberIds": ["prf_a", "prf_b"], "mergedInto": None, "isBuyer": True, "firstSeenAt": 1_000,
    }  # fmt: skip
    assert (await family.read(PROFILE, id="prf_b"))["mergedInto"] == "prf_a"
    assert await family.read(IDENTIFIERS, id="prf_a") == [
        ["EMAIL::ann", "said by prf_a", 700],
        ["EMAIL::own_prf_a", "said by prf_a", None],
        ["EMAIL::own_prf_b", "said by prf_b", None],
    ]
    assert await family.read(IDENTIFIERS, id="prf_b") == []
    assert await changed_revisions(family, {"prf_b": 8}) == {"prf_b": 9}


async def test_consent_is_narrowed_and_the_grant_kept_as_evidence(family: Graph) -> None:
    await merge(family, "prf_b", "prf_a")

    assert await family.read(SUBSCRIPTIONS, id="prf_a") == [
        ["sub_prf_a_res_shop_idn_ann", "prf_a:res_shop:EMAIL:idn_ann", "UNSUBSCRIBED", 0],
        ["sub_prf_a_res_shop_idn_own_prf_a", "prf_a:res_shop:EMAIL:idn_own_prf_a", "SUBSCRIBED", 1],
        ["sub_prf_b_res_shop_idn_own_prf_b", "prf_a:res_shop:EMAIL:idn_own_prf_b", "SUBSCRIBED", 2],
    ]
    assert await family.read(ABSORBED) == [
        ["prf_b", "sub_prf_b_res_shop_idn_ann", None, "UNSUBSCRIBED", "sub_prf_a_res_shop_idn_ann"]
    ]
    assert await family.read(LEDGER) == [
        ["sub_prf_a_res_shop_idn_ann", "SUBSCRIBED", "UNSUBSCRIBED", "merge", "key_staff", 500]
    ]


async def test_the_undo_log_holds_no_value_and_no_key_of_an_identifier(family: Graph) -> None:
    done = await merge(family, "prf_b", "prf_a", "seen")

    ((merge_id, *rest, undo, is_merged),) = await family.read(MERGES)
    assert [merge_id, *rest] == [done.result["mergeId"], "prf_b", "prf_a", "manual", "seen", "key_staff"]
    assert is_merged
    assert "EMAIL:" not in undo
    assert "idn_ann" in undo


async def test_a_merged_id_means_its_survivor_and_chains_end_in_one_person(family: Graph) -> None:
    await merge(family, "prf_b", "prf_a")
    done = await merge(family, "prf_b", "prf_c")

    assert done.result["profileId"] == "prf_c"
    assert (await family.read(PROFILE, id="prf_c"))["memberIds"] == ["prf_c", "prf_a", "prf_b"]
    assert [(await family.read(PROFILE, id=each))["mergedInto"] for each in ("prf_a", "prf_b")] == ["prf_c", "prf_c"]
    assert len(await family.read(IDENTIFIERS, id="prf_c")) == 3


async def test_who_is_one_person_already_is_not_merged_again(family: Graph) -> None:
    await merge(family, "prf_b", "prf_a")
    before = await family.read(PROFILE, id="prf_a")

    for pair in (("prf_b", "prf_a"), ("prf_a", "prf_b"), ("prf_a", "prf_a")):
        assert await refused(family, *pair) == [(UserErrorCode.MERGE_REFUSED, ("from",))]
    assert await family.read(PROFILE, id="prf_a") == before
    assert len(await family.read(MERGES)) == 1


async def test_who_is_unknown_or_erased_is_named_and_nothing_is_written(family: Graph) -> None:
    assert await refused(family, "prf_nobody", "prf_a") == [(UserErrorCode.NOT_FOUND, ("from", "id"))]
    await family.change(ERASE, id="prf_c")
    assert await refused(family, "prf_a", "prf_c") == [(UserErrorCode.NOT_FOUND, ("into",))]
    assert await family.read(MERGES) == []


async def test_a_value_that_several_have_is_ambiguous(family: Graph) -> None:
    value = identifier(IdentifierType.CUSTOM, "x", "shared")
    people = People()
    people.person("prf_x")
    people.person("prf_y")
    for each in ("prf_x", "prf_y"):
        people.identifier(each, "shared", "CUSTOM", namespace="x")
    await people.write(family)
    command = MergeProfiles(ProfileReference(identifier=value), ProfileReference(id="prf_a"), "key_staff")

    with pytest.raises(Refusal) as refusal:
        await merge_profiles(family, command, MergeSettings(), None, NOW)

    assert [(each.code, each.field) for each in refusal.value.user_errors] == [
        (UserErrorCode.AMBIGUOUS_MATCH, ("from", "identifier"))
    ]
    assert refusal.value.candidates == ("prf_x", "prf_y")


async def test_two_customer_numbers_of_one_shop_are_merged_only_with_evidence(family: Graph) -> None:
    people = People()
    for each in ("prf_x", "prf_y"):
        people.person(each)
        people.identifier(each, each, "EXTERNAL", namespace="shop")
    await people.write(family)

    assert await refused(family, "prf_x", "prf_y") == [(UserErrorCode.MERGE_REFUSED, ("evidence",))]
    assert (await merge(family, "prf_x", "prf_y", "one passport")).result["profileId"] == "prf_y"


async def test_a_message_in_flight_is_asked_of_the_subscription_that_stayed(family: Graph) -> None:
    await family.change(QUEUE, id="sub_prf_b_res_shop_idn_ann")
    await merge(family, "prf_a", "prf_c")
    await merge(family, "prf_b", "prf_c")

    (delivery,) = (await claim(family, ["msg_1"], 60_000, NOW)).deliveries

    assert delivery.facts.subscription_status is SubscriptionStatus.UNSUBSCRIBED
    assert delivery.address == "EMAIL::ann"


async def test_a_link_to_an_absorbed_subscription_ends_the_one_that_stayed(family: Graph) -> None:
    people = People()
    people.person("prf_x")
    people.subscription("prf_x", people.identifier("prf_x", "own_prf_a"))
    await people.write(family)
    await merge(family, "prf_a", "prf_x")

    done = await unsubscribe(
        family, Unsubscribe(OneSubscription("sub_prf_a_res_shop_idn_own_prf_a"), "link"), None, NOW
    )

    assert done.result["changed"] == ["sub_prf_x_res_shop_idn_own_prf_a"]
    statuses = {id_: status for id_, _, status, _ in await family.read(SUBSCRIPTIONS, id="prf_x")}
    assert statuses["sub_prf_x_res_shop_idn_own_prf_a"] == "UNSUBSCRIBED"


async def test_a_card_that_two_people_verified_makes_one_of_them_and_an_address_does_not(family: Graph) -> None:
    people = People()
    for each, verified in (("prf_x", 1), ("prf_y", 2), ("prf_z", None)):
        people.person(each)
        people.identifier(each, "mail", verified_at=1)
        if verified:
            people.identifier(each, "card", "EXTERNAL", namespace="shop", verified_at=verified)
    await people.write(family)

    async def work(transaction: Transaction) -> list[str]:
        done = []
        for kind, namespace, value in (
            (IdentifierType.CUSTOM, "x", "nobody's"),
            (IdentifierType.EXTERNAL, "shop", "card"),
            (IdentifierType.EXTERNAL, "shop", "card"),
        ):
            found = identifier(kind, namespace, value)
            merged = await merge_owners_in(transaction, found, "key_web", MergeSettings(), NOW, is_wanted=True)
            done += [each.survivor_id for each in merged]
        return done

    assert await family.write(work) == ["prf_x"]
    ((_, loser, survivor, rule, evidence, *_),) = await family.read(MERGES)
    assert (loser, survivor, rule, evidence) == ("prf_y", "prf_x", "shared_identifier", "idn_card")
