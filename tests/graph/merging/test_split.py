from __future__ import annotations

import pytest
import pytest_asyncio

from graph.connection import Graph
from graph.errors import Refusal
from graph.idempotency import Done
from graph.merging.merge import MergeProfiles, merge_profiles
from graph.merging.settings import MergeSettings
from graph.merging.split import SplitProfiles, split_profiles
from graph.people.reference import ProfileReference
from graph.subscribing.unsubscribe import OneSubscription, Unsubscribe, unsubscribe
from graph.vocabulary import ChangeKind, UserErrorCode
from tests.graph.merging.people import People, patient, write_resources

NOW = 1_790_000_000_000
STATUSES = patient(
    "statuses", "MATCH (s:Subscription) WITH s ORDER BY s.id RETURN collect([s.id, s.status, s.key IS NOT NULL])"
)
OF = patient(
    "of_profile",
    """
    MATCH (p:Profile {id: $id})
    RETURN {subscriptions: [(p)-[:HAS_SUBSCRIPTION]->(s) | s.id], identifiers: [(p)<-[:IDENTIFIES]-(i) | i.id],
        optOuts: [(p)-[:OPTED_OUT]->(x) | x.key], city: p.city, revision: p.revision, status: p.status,
        memberIds: p.memberIds, mergedInto: p.mergedInto}
    """,
)
RECORDS = patient(
    "records",
    """
    MATCH (c:ConsentRecord {subjectId: $id}) WITH c ORDER BY c.seq
    RETURN collect([c.fromStatus, c.toStatus, c.cause])
    """,
)
SET_CITY = patient("set_city", "MATCH (p:Profile {id: $id}) SET p.city = $city RETURN p.id")
SET_STATUS = patient(
    "set_status",
    """
    MATCH (p:Profile {id: $id}) SET p.status = $status
    CREATE (:ConsentRecord {id: 'con_later', scope: 'PROFILE', subjectId: p.id, seq: 1, cause: 'status_set',
        toStatus: $status})-[:ABOUT]->(p)
    RETURN p.id
    """,
)
OPT_OUT = patient(
    "opt_out",
    """
    MATCH (p:Profile {id: $id})
    CREATE (p)-[:OPTED_OUT]->(:OptOut {id: 'opt_later', key: p.id + ':channel:SMS', channel: 'SMS',
        since: datetime({epochMillis: 5})})
    RETURN p.id
    """,
)
REMOVE_LINK = patient("remove_link", "MATCH (:Identifier {id: $id})-[r:IDENTIFIES]->() DELETE r RETURN count(*)")
SUBSCRIBE = patient(
    "subscribe_later",
    """
    MATCH (p:Profile {id: $id})
    MATCH (i:Identifier {id: $identifierId})
    MATCH (r:Resource {id: 'res_news'})
    CREATE (p)-[:HAS_SUBSCRIPTION]->(s:Subscription {id: 'sub_later_' + i.id, key: p.id + ':later:' + i.id,
        channel: 'EMAIL', status: 'SUBSCRIBED', priority: 0})-[:AT]->(i)
    CREATE (s)-[:OF]->(r)
    RETURN s.id
    """,
)
LEAVE = patient(
    "leave",
    """
    MATCH (s:Subscription {id: $id})
    MATCH (k:Category {id: 'cat_res_shop_a'})
    CREATE (s)-[:LEFT {at: datetime({epochMillis: 7})}]->(k)
    RETURN s.id
    """,
)
UNDO_LOG = patient("undo_log", "MATCH (g:Merge {id: $id}) RETURN g.undo")
LEFT = patient("left", "MATCH (s)-[:LEFT]->() WITH s ORDER BY s.id RETURN collect(s.id)")
SUSPENSION_ENDED = patient(
    "suspension_ended",
    """
    MATCH (s:Subscription {id: $id}) SET s.status = 'SUBSCRIBED' REMOVE s.suspendedUntil
    CREATE (:ConsentRecord {id: 'con_clock', scope: 'SUBSCRIPTION', subjectId: s.id, seq: 99, toStatus: 'SUBSCRIBED',
        cause: 'suspension_ended'})-[:ABOUT]->(s)
    RETURN s.id
    """,
)
SHARED_A, SHARED_B = "sub_prf_a_res_shop_idn_ann", "sub_prf_b_res_shop_idn_ann"
OWN_B = "sub_prf_b_res_shop_idn_bob"


async def merge(graph: Graph, from_id: str = "prf_b", into_id: str = "prf_a") -> str:
    command = MergeProfiles(ProfileReference(id=from_id), ProfileReference(id=into_id), "key_staff", "seen")
    return str((await merge_profiles(graph, command, MergeSettings(), None, NOW)).result["mergeId"])


async def split(graph: Graph, merge_id: str) -> Done:
    return await split_profiles(graph, SplitProfiles(merge_id, "key_staff"), MergeSettings(), None, NOW + 1)


@pytest_asyncio.fixture(loop_scope="session")
async def pair(graph: Graph) -> Graph:
    await write_resources(graph, "res_shop", "res_news")
    people = People()
    people.person("prf_a", revision=2)
    people.person("prf_b", revision=5, plain={"city": "Rome"})
    for each in ("prf_a", "prf_b"):
        people.subscription(each, people.identifier(each, "ann"))
    people.subscription("prf_b", people.identifier("prf_b", "bob"))
    await people.write(graph)
    return graph


async def statuses(graph: Graph) -> dict[str, str]:
    return {id_: status for id_, status, _ in await graph.read(STATUSES)}


async def test_both_sides_go_on_from_the_survivors_revision(pair: Graph) -> None:
    done = await split(pair, await merge(pair))

    assert done.result == {"survivorId": "prf_a", "restoredId": "prf_b"}
    assert [(each.profile_id, each.revision, each.kinds) for each in done.changes] == [
        ("prf_a", 7, frozenset({ChangeKind.SPLIT})),
        ("prf_b", 7, frozenset({ChangeKind.SPLIT})),
    ]
    for each, city in (("prf_a", None), ("prf_b", "Rome")):
        found = await pair.read(OF, id=each)
        assert (found["city"], found["memberIds"], found["mergedInto"]) == (city, None, None)
    assert [key for _, _, key in await pair.read(STATUSES)] == [True, True, True]


async def test_nothing_of_what_either_side_knew_stays_with_a_merge_that_was_undone(pair: Graph) -> None:
    merge_id = await merge(pair)
    assert "Rome" in await pair.read(UNDO_LOG, id=merge_id)

    await split(pair, merge_id)

    assert await pair.read(UNDO_LOG, id=merge_id) is None


async def test_what_was_refused_meanwhile_was_refused_for_both(pair: Graph) -> None:
    merge_id = await merge(pair)
    for subscription_id in (SHARED_B, OWN_B):
        await unsubscribe(pair, Unsubscribe(OneSubscription(subscription_id), "link"), None, NOW)

    await split(pair, merge_id)

    assert await statuses(pair) == dict.fromkeys((SHARED_A, SHARED_B, OWN_B), "UNSUBSCRIBED")
    assert await pair.read(RECORDS, id=SHARED_B) == [
        [None, "SUBSCRIBED", "subscribe"],
        ["SUBSCRIBED", "UNSUBSCRIBED", "unsubscribe"],
    ]


async def test_a_refusal_that_came_back_from_a_newer_merge_stays_in_the_older_one(pair: Graph) -> None:
    people = People()
    people.person("prf_c")
    people.subscription("prf_c", people.identifier("prf_c", "ann"))
    await people.write(pair)
    older = await merge(pair)
    newer = await merge(pair, "prf_a", "prf_c")
    await unsubscribe(pair, Unsubscribe(OneSubscription(SHARED_A), "link"), None, NOW)

    await split(pair, newer)
    await split(pair, older)

    found = await statuses(pair)
    assert (found[SHARED_A], found[SHARED_B]) == ("UNSUBSCRIBED", "UNSUBSCRIBED")


async def test_what_ran_out_is_recorded_before_the_merge_and_before_the_split(graph: Graph) -> None:
    await write_resources(graph, "res_shop")
    people = People()
    people.person("prf_a")
    people.person("prf_b")
    for each, until, expires in (("prf_a", None, NOW - 1), ("prf_b", NOW + 5, None)):
        address = people.identifier(each, "shared")
        people.subscription(
            each,
            address,
            status="SUSPENDED" if until else "SUBSCRIBED",
            suspended_until=until,
            expires_at=expires,
        )
    await people.write(graph)

    merge_id = await merge(graph, "prf_b", "prf_a")
    merged = await graph.read(RECORDS, id="sub_prf_a_res_shop_idn_shared")
    await split(graph, merge_id)

    assert merged == [
        [None, "SUBSCRIBED", "subscribe"],
        ["SUBSCRIBED", "UNCONFIRMED", "consent_expired"],
        ["UNCONFIRMED", "SUSPENDED", "merge"],
    ]
    assert await graph.read(RECORDS, id="sub_prf_a_res_shop_idn_shared") == [
        *merged,
        ["SUSPENDED", "UNCONFIRMED", "split"],
    ]
    assert await graph.read(RECORDS, id="sub_prf_b_res_shop_idn_shared") == [[None, "SUSPENDED", "subscribe"]]


async def test_a_clock_that_ran_out_is_no_word_of_anybody(pair: Graph) -> None:
    people = People()
    people.person("prf_x")
    people.subscription("prf_x", people.identifier("prf_x", "bob"), status="SUSPENDED", suspended_until=NOW + 1)
    await people.write(pair)
    merge_id = await merge(pair, "prf_x", "prf_b")
    assert (await statuses(pair))[OWN_B] == "SUSPENDED"
    await pair.change(SUSPENSION_ENDED, id=OWN_B)

    await split(pair, merge_id)

    found = await statuses(pair)
    # The pause that comes back is over by now as well.
    assert (found[OWN_B], found["sub_prf_x_res_shop_idn_bob"]) == ("SUBSCRIBED", "SUBSCRIBED")


async def test_fields_that_changed_since_stay_changed(pair: Graph) -> None:
    merge_id = await merge(pair)
    await pair.change(SET_CITY, id="prf_a", city="Bonn")

    await split(pair, merge_id)

    assert [(await pair.read(OF, id=each))["city"] for each in ("prf_a", "prf_b")] == ["Bonn", "Rome"]


async def test_a_no_to_everything_or_to_a_channel_counts_for_both(pair: Graph) -> None:
    merge_id = await merge(pair)
    await pair.change(SET_STATUS, id="prf_a", status="UNSUBSCRIBED")
    await pair.change(OPT_OUT, id="prf_a")
    await pair.change(LEAVE, id=SHARED_A)

    await split(pair, merge_id)

    for each in ("prf_a", "prf_b"):
        found = await pair.read(OF, id=each)
        assert (found["status"], found["optOuts"]) == ("UNSUBSCRIBED", [f"{each}:channel:SMS"])
    assert await pair.read(LEFT) == [SHARED_A, SHARED_B]
    assert await pair.read(RECORDS, id="prf_b") == [["SUBSCRIBED", "UNSUBSCRIBED", "status_set"]]


async def test_what_came_later_stays_where_its_identifier_says(pair: Graph) -> None:
    merge_id = await merge(pair)
    for identifier_id in ("idn_ann", "idn_bob"):
        await pair.change(SUBSCRIBE, id="prf_a", identifierId=identifier_id)

    await split(pair, merge_id)

    survivor, restored = [(await pair.read(OF, id=each))["subscriptions"] for each in ("prf_a", "prf_b")]
    assert sorted(survivor) == ["sub_later_idn_ann", SHARED_A]
    assert sorted(restored) == ["sub_later_idn_bob", SHARED_B, OWN_B]


async def test_an_identifier_that_was_removed_since_comes_back_to_nobody(pair: Graph) -> None:
    merge_id = await merge(pair)
    for identifier_id in ("idn_ann", "idn_bob"):
        await pair.change(REMOVE_LINK, id=identifier_id)

    await split(pair, merge_id)

    assert [(await pair.read(OF, id=each))["identifiers"] for each in ("prf_a", "prf_b")] == [[], []]


async def test_a_merge_is_undone_once_and_only_the_newest(pair: Graph) -> None:
    merge_id = await merge(pair)
    await split(pair, merge_id)

    for id_, code in ((merge_id, UserErrorCode.STATE_NOT_ALLOWED), ("mrg_none", UserErrorCode.NOT_FOUND)):
        with pytest.raises(Refusal) as refusal:
            await split(pair, id_)
        assert [(each.code, each.field) for each in refusal.value.user_errors] == [(code, ("merge",))]


async def test_the_same_two_can_be_merged_and_split_again_and_again(pair: Graph) -> None:
    for _ in range(2):
        merge_id = await merge(pair)
        await split(pair, merge_id)

    assert await statuses(pair) == dict.fromkeys((SHARED_A, SHARED_B, OWN_B), "SUBSCRIBED")
    assert sorted((await pair.read(OF, id="prf_b"))["identifiers"]) == ["idn_ann", "idn_bob"]
