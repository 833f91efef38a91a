from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from graph.connection import Graph
from graph.consent.evidence import Evidence
from graph.errors import Refusal
from graph.idempotency import Done
from graph.identifiers import IdentifierValue, identifier
from graph.identifying.rules import IdentifierRules
from graph.merging.settings import MergeSettings
from graph.people.add_identifier import AddIdentifier, add_identifier
from graph.people.reference import ProfileReference
from graph.people.remove_identifier import RemoveIdentifier, remove_identifier
from graph.people.upsert import MatchConflict, UpsertProfile, upsert_profile
from graph.people.verify_identifier import VerifyIdentifier, verify_identifier
from graph.settings import GraphSettings
from graph.statement import Statement
from graph.subscribing.resource import CreateResource, ResourceReference, create_resource
from graph.subscribing.subscribe import Subscribe, subscribe
from graph.subscribing.unsubscribe import OneSubscription, Unsubscribe, unsubscribe
from graph.vocabulary import Channel, IdentifierType, RowOutcome, UserErrorCode

NOW = 1_790_000_000_000
EMAIL = identifier(IdentifierType.EMAIL, "", "Ann@Example.com")
CARD = identifier(IdentifierType.EXTERNAL, "shop", "17850")
OTHER_CARD = identifier(IdentifierType.EXTERNAL, "shop", "17851")
COUNT = Statement("count", "RETURN [COUNT { (:Profile) }, COUNT { (:Identifier) }, COUNT { ()-[:IDENTIFIES]->() }]")
PERSON = Statement("person", "MATCH (p:Profile {id: $id}) RETURN [p.revision, p.kind, p.isIdentified]")
VERIFIED = Statement(
    "verified",
    """
    MATCH (i:Identifier {key: $key})-[link:IDENTIFIES]->(p)
    RETURN collect([p.id, link.verifiedAt.epochMillis, link.evidence])
    """,
)
ON_VALUE = Statement("on_value", "MATCH (i:Identifier {key: $key}) RETURN [i.verifiedAt, i.domain]")
MERGED = Statement(
    "merged",
    """
    MATCH (p:Profile {id: $into}), (i:Identifier {key: $key})
    CREATE (i)-[:IDENTIFIES {since: p.createdAt}]->(:Profile {id: 'prf_old', revision: 1, mergedInto: p.id})
    SET p.memberIds = [p.id, 'prf_old']
    RETURN 1
    """,
)


async def person(graph: Graph, *identifiers: IdentifierValue) -> str:
    done = await upsert_profile(graph, UpsertProfile(identifiers, {}), None, NOW)
    return str(done.result["profileId"])


async def shared(graph: Graph) -> tuple[str, str]:
    """Two customers who have one e-mail address, the older one first."""
    first = await person(graph, CARD, EMAIL)
    return first, await person(graph, OTHER_CARD, EMAIL)


async def prove(graph: Graph, profile_id: str, merging: MergeSettings) -> Done:
    command = VerifyIdentifier(ProfileReference(id=profile_id), EMAIL, Evidence(NOW), "key_1", merging)
    return await verify_identifier(graph, command, None, NOW)


async def add(graph: Graph, profile_id: str, value: IdentifierValue) -> Done:
    return await add_identifier(graph, AddIdentifier(ProfileReference(id=profile_id), value), None, NOW)


async def remove(graph: Graph, profile_id: str, value: IdentifierValue) -> Done:
    return await remove_identifier(graph, RemoveIdentifier(ProfileReference(id=profile_id), value), None, NOW)


async def verify(graph: Graph, profile_id: str, value: IdentifierValue, at_ms: int = NOW) -> Done:
    command = VerifyIdentifier(ProfileReference(id=profile_id), value, Evidence(at_ms, source="link"), "key_1")
    return await verify_identifier(graph, command, None, NOW)


async def test_an_identifier_is_added_once_and_may_be_shared(graph: Graph) -> None:
    ann, bob = await person(graph, CARD), await person(graph, OTHER_CARD, EMAIL)

    first, again = await add(graph, ann, EMAIL), await add(graph, ann, EMAIL)

    assert [each.result["outcome"] for each in (first, again)] == [RowOutcome.UPDATED, RowOutcome.UNCHANGED]
    assert first.result["identifierId"] == again.result["identifierId"]
    assert [(each.profile_id, each.revision) for each in first.changes] == [(ann, 2)]
    assert again.changes == ()
    assert await graph.read(PERSON, id=ann) == [2, "LEAD", True]
    assert (await graph.read(PERSON, id=bob))[0] == 1
    assert await graph.read(COUNT) == [2, 3, 4]
    assert await graph.read(ON_VALUE, key=EMAIL.key) == [None, "example.com"]


async def test_a_one_person_value_is_not_added_to_a_second_person_or_beside_another_of_its_kind(graph: Graph) -> None:
    ann, bob = await person(graph, CARD), await person(graph, EMAIL)

    for profile_id, value, concerned in ((bob, CARD, sorted([ann, bob])), (ann, OTHER_CARD, [ann])):
        with pytest.raises(Refusal) as refused:
            await add(graph, profile_id, value)
        assert [(each.code, each.field) for each in refused.value.user_errors] == [
            (UserErrorCode.IDENTIFIER_CONFLICT, ("identifier",))
        ]
        assert list(refused.value.candidates) == concerned
    assert await graph.read(COUNT) == [2, 2, 2]


async def test_the_last_identifier_may_go_and_an_anonymous_person_stays(graph: Graph) -> None:
    ann = await person(graph, CARD)

    first, again = await remove(graph, ann, CARD), await remove(graph, ann, CARD)

    assert [each.result["outcome"] for each in (first, again)] == [RowOutcome.UPDATED, RowOutcome.UNCHANGED]
    assert ([each.revision for each in first.changes], again.changes) == ([2], ())
    assert await graph.read(PERSON, id=ann) == [2, "ANONYMOUS", False]
    assert await graph.read(COUNT) == [1, 0, 0]


async def test_a_shared_identifier_is_taken_from_the_one_person_only(graph: Graph) -> None:
    ann, bob = await person(graph, CARD, EMAIL), await person(graph, OTHER_CARD, EMAIL)

    await remove(graph, ann, EMAIL)

    assert await graph.read(COUNT) == [2, 3, 3]
    assert (await graph.read(PERSON, id=ann))[1] == "ANONYMOUS"
    assert await graph.read(PERSON, id=bob) == [1, "LEAD", True]


async def test_a_removed_identifier_is_taken_from_merged_members_too(graph: Graph) -> None:
    ann = await person(graph, CARD, EMAIL)
    await graph.change(MERGED, into=ann, key=EMAIL.key)

    done = await remove_identifier(graph, RemoveIdentifier(ProfileReference(id="prf_old"), EMAIL), None, NOW)

    assert done.result == {"profileId": ann, "outcome": RowOutcome.UPDATED}
    assert await graph.read(COUNT) == [2, 1, 1]


async def test_an_address_stays_while_a_subscription_at_it_is_alive(graph: Graph) -> None:
    ann = await person(graph, CARD)
    await create_resource(graph, CreateResource("news", "News", (Channel.EMAIL,), "news@example.com"), None, NOW)
    command = Subscribe(ProfileReference(id=ann), ResourceReference(key="news"), Channel.EMAIL, EMAIL, actor="key_1")
    subscription_id = (await subscribe(graph, command, None, NOW)).result["subscriptionId"]

    with pytest.raises(Refusal) as refused:
        await remove(graph, ann, EMAIL)
    assert [(each.code, each.field) for each in refused.value.user_errors] == [
        (UserErrorCode.BLOCKED_BY, ("identifier",))
    ]
    assert subscription_id in refused.value.user_errors[0].message
    assert await graph.read(COUNT) == [1, 2, 2]

    await unsubscribe(graph, Unsubscribe(OneSubscription(subscription_id), "key_1"), None, NOW)
    assert (await remove(graph, ann, EMAIL)).result["outcome"] == RowOutcome.UPDATED
    # The subscription that ended still says where it was.
    assert await graph.read(COUNT) == [1, 2, 1]


async def test_verified_is_the_edge_of_one_person_and_the_newest_evidence_stays(graph: Graph) -> None:
    ann, bob = await person(graph, CARD, EMAIL), await person(graph, OTHER_CARD, EMAIL)
    poor = await person(graph, identifier(IdentifierType.PHONE, "", "+442079460000"))

    outcomes = [(await verify(graph, ann, EMAIL, at_ms)).result["outcome"] for at_ms in (NOW, NOW, NOW - 1, NOW + 1)]

    assert outcomes == [RowOutcome.UPDATED, RowOutcome.UNCHANGED, RowOutcome.UNCHANGED, RowOutcome.UPDATED]
    evidence = json.dumps({"source": "link", "actor": "key_1"})
    edges = {profile_id: edge for profile_id, *edge in await graph.read(VERIFIED, key=EMAIL.key)}
    assert edges == {ann: [NOW + 1, evidence], bob: [None, None]}
    assert (await graph.read(ON_VALUE, key=EMAIL.key))[0] is None
    assert (await graph.read(PERSON, id=ann))[0] == 3
    assert (await graph.read(PERSON, id=bob))[0] == 1

    with pytest.raises(Refusal) as nobodys:
        await verify(graph, poor, EMAIL)
    assert [(each.code, each.field) for each in nobodys.value.user_errors] == [
        (UserErrorCode.NOT_FOUND, ("identifier",))
    ]
    with pytest.raises(Refusal) as early:
        await verify(graph, ann, EMAIL, NOW + 25 * 3_600_000)
    assert [each.field for each in early.value.user_errors] == [("evidence", "at")]


async def test_a_verified_phone_identifies_a_person_until_it_is_taken_away(graph: Graph) -> None:
    phone = identifier(IdentifierType.PHONE, "", "+442079460000")
    ann = await person(graph, phone)
    assert (await graph.read(PERSON, id=ann))[2] is False

    await verify(graph, ann, phone)
    assert await graph.read(PERSON, id=ann) == [2, "LEAD", True]

    await remove(graph, ann, phone)
    assert await graph.read(PERSON, id=ann) == [3, "ANONYMOUS", False]


async def test_adding_and_removing_one_value_at_once_leaves_it_with_all_or_nothing(graph: Graph) -> None:
    people = [await person(graph, identifier(IdentifierType.EXTERNAL, "shop", f"card-{n}")) for n in range(6)]

    for _ in range(2):
        await asyncio.gather(
            *(add(graph, each, EMAIL) for each in people), *(remove(graph, each, EMAIL) for each in people)
        )
    await asyncio.gather(*(remove(graph, each, EMAIL) for each in people))

    # Nobody has it, so it is gone, and every person is as identified as before.
    assert await graph.read(COUNT) == [6, 6, 6]


BY_EMAIL = MergeSettings(types=frozenset({IdentifierType.EMAIL}))
WITHOUT_CARDS = Statement(
    "without_cards", "MATCH (i:Identifier)-[r:IDENTIFIES]->() WHERE i.type = 'EXTERNAL' DELETE r RETURN count(r)"
)
LIVING = Statement("living", "MATCH (p:Profile) WHERE p.mergedInto IS NULL RETURN count(p)")


async def test_an_address_that_all_have_verified_makes_them_one_where_the_owner_says_so(graph: Graph) -> None:
    older, newer = await shared(graph)
    await graph.change(WITHOUT_CARDS)

    first = await prove(graph, newer, BY_EMAIL)
    assert (first.result["profileId"], await graph.read(LIVING)) == (newer, 2)

    second = await prove(graph, older, BY_EMAIL)
    assert (second.result["profileId"], await graph.read(LIVING)) == (older, 1)
    assert {each.profile_id for each in second.changes} >= {older}


async def test_nobody_merges_by_an_address_unless_the_owner_says_so(graph: Graph) -> None:
    older, newer = await shared(graph)
    await graph.change(WITHOUT_CARDS)

    for each in (older, newer):
        await prove(graph, each, MergeSettings())

    assert await graph.read(LIVING) == 2


async def test_two_customer_numbers_stay_two_people_however_verified_their_address_is(graph: Graph) -> None:
    older, newer = await shared(graph)

    for each in (older, newer):
        done = await prove(graph, each, BY_EMAIL)
        assert done.result == {**done.result, "profileId": each, "outcome": RowOutcome.UPDATED}

    assert await graph.read(LIVING) == 2


async def test_who_asks_for_it_merges_what_the_owner_lets_merge_and_is_refused_else(graph: Graph) -> None:
    older, newer = await shared(graph)
    await graph.change(WITHOUT_CARDS)
    command = UpsertProfile((EMAIL,), {}, on_conflict=MatchConflict.MERGE, merging=BY_EMAIL)
    with pytest.raises(Refusal) as refused:
        await upsert_profile(graph, command, None, NOW)
    assert [each.code for each in refused.value.user_errors] == [UserErrorCode.MERGE_REFUSED]
    assert refused.value.candidates == (older, newer)
    # Verified while nobody merged by it.
    for each in (older, newer):
        await prove(graph, each, MergeSettings())

    done = await upsert_profile(graph, command, None, NOW)

    assert done.result == {"profileId": older, "outcome": RowOutcome.UPDATED}
    assert await graph.read(LIVING) == 1


async def test_a_value_shared_before_its_type_became_one_persons_merges_those_who_verify_it(
    graph: Graph, graph_settings: GraphSettings
) -> None:
    number = identifier(IdentifierType.CUSTOM, "club", "4711")
    older, newer = await person(graph, number), await person(graph, EMAIL)
    await add(graph, newer, number)
    rules = IdentifierRules.from_environment({"CUSTOMER_GRAPH_ONE_PERSON_TYPES": "EXTERNAL,CUSTOM"})
    stricter = Graph.open(replace(graph_settings, rules=rules))
    try:
        third = await person(stricter, OTHER_CARD)
        with pytest.raises(Refusal) as refused:
            await add(stricter, third, number)
        first = await verify(stricter, newer, number)
        apart = await graph.read(LIVING)
        second = await verify(stricter, older, number)
    finally:
        await stricter.close()

    assert [each.code for each in refused.value.user_errors] == [UserErrorCode.IDENTIFIER_CONFLICT]
    assert (first.result["profileId"], apart) == (newer, 3)
    assert (second.result["profileId"], await graph.read(LIVING)) == (older, 2)
