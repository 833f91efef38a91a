"""What somebody said while two people were one is not lost when they are two again, and widens nobody's consent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from graph.connection import Graph
from graph.consent.complaint import Complaint, complain
from graph.consent.evidence import Evidence
from graph.consent.profile_status import SetProfileStatus, set_profile_status
from graph.errors import Refusal
from graph.identifiers import identifier
from graph.importing.profiles import import_profiles
from graph.importing.row import ImportedProfile, ImportedSubscription, ImportTerms
from graph.merging.merge import MergeProfiles, merge_profiles
from graph.merging.settings import MergeSettings
from graph.merging.split import SplitProfiles, split_profiles
from graph.people.identify import Identify, identify
from graph.people.reference import ProfileReference
from graph.subscribing.resource import ResourceReference
from graph.subscribing.set_status import SetStatus, set_status
from graph.subscribing.subscribe import Subscribe, subscribe
from graph.subscribing.unsubscribe import AtResource, Everything, OneSubscription, Unsubscribe, unsubscribe
from graph.vocabulary import Channel, IdentifierType, SubscriptionStatus, UserErrorCode
from tests.graph.merging.people import People, patient, write_resources

NOW = 1_790_000_000_000
LATER = NOW + 1_000
ANN = ProfileReference(id="prf_a")
SHOP = ResourceReference(id="res_shop")
ADDRESS = identifier(IdentifierType.EMAIL, "", "ann@example.com")
OF_A, OF_B = "sub_prf_a_res_shop_idn_ann@example.com", "sub_prf_b_res_shop_idn_ann@example.com"
TOKEN_OF_A = "sub_prf_a_res_shop_idn_token-1"
STATUSES = patient("statuses", "UNWIND $ids AS id MATCH (n {id: id}) RETURN collect(n.status)")
RECORDS = patient(
    "records",
    """
    MATCH (c:ConsentRecord {subjectId: $id}) WITH c ORDER BY c.seq
    RETURN collect([c.fromStatus, c.toStatus, c.cause])
    """,
)
OPT_OUTS = patient(
    "opt_outs",
    """
    MATCH (p)-[:OPTED_OUT]->(x:OptOut)
    WITH p, x ORDER BY p.id RETURN collect([p.id, x.channel, coalesce(x.liftedForResources, [])])
    """,
)
HELD = patient(
    "held",
    """
    UNWIND ['prf_a', 'prf_b'] AS id
    MATCH (p:Profile {id: id})
    RETURN collect([COUNT { (p)-[:HAS_SUBSCRIPTION]->() }, COUNT { (p)<-[:IDENTIFIES]-() }])
    """,
)

Act = Callable[[Graph], Awaitable[Any]]


async def merge(graph: Graph, settings: MergeSettings | None = None) -> str:
    command = MergeProfiles(ProfileReference(id="prf_b"), ANN, "key_staff", "seen")
    return str((await merge_profiles(graph, command, settings or MergeSettings(), None, NOW)).result["mergeId"])


async def split(graph: Graph, merge_id: str, settings: MergeSettings | None = None) -> None:
    command = SplitProfiles(merge_id, "key_staff")
    await split_profiles(graph, command, settings or MergeSettings(), None, LATER + 1)


@pytest_asyncio.fixture(loop_scope="session")
async def people(graph: Graph) -> People:
    await write_resources(graph, "res_shop", "res_news")
    found = People()
    found.person("prf_a")
    return found


def leave(graph: Graph) -> Awaitable[Any]:
    return unsubscribe(graph, Unsubscribe(OneSubscription(OF_A), "link"), None, LATER)


def leave_resource(graph: Graph) -> Awaitable[Any]:
    return unsubscribe(graph, Unsubscribe(AtResource(ANN, SHOP), "link"), None, LATER)


def say_so(graph: Graph) -> Awaitable[Any]:
    return set_status(graph, SetStatus(OF_A, SubscriptionStatus.HARD_BOUNCED, "staff"), None, LATER)


def report(graph: Graph) -> Awaitable[Any]:
    return complain(graph, Complaint(ADDRESS, Channel.EMAIL, "provider"), None, LATER)


async def bring_a_list(graph: Graph) -> Any:
    wanted = ImportedSubscription(SHOP, Channel.EMAIL, ADDRESS, SubscriptionStatus.HARD_BOUNCED)
    row = ImportedProfile(0, (ADDRESS,), subscriptions=(wanted,))
    return await import_profiles(graph, [row], None, LATER, ImportTerms("staff"))


@pytest.mark.parametrize(
    ("merged_by", "act", "cause"),
    [
        ("HARD_BOUNCED", leave, "unsubscribe"),
        ("COMPLAINED", leave, "unsubscribe"),
        ("INVALID", leave, "unsubscribe"),
        ("HARD_BOUNCED", leave_resource, "unsubscribe"),
        ("HARD_BOUNCED", say_so, "status_set"),
        ("COMPLAINED", report, "complaint"),
        ("HARD_BOUNCED", bring_a_list, "import"),
    ],
)
async def test_what_a_merge_had_closed_and_somebody_closed_themselves_stays_closed(
    graph: Graph, people: People, merged_by: str, act: Act, cause: str
) -> None:
    people.person("prf_b")
    for each, status in (("prf_a", "SUBSCRIBED"), ("prf_b", merged_by)):
        people.subscription(each, people.identifier(each, "ann@example.com"), status=status)
    await people.write(graph)
    merge_id = await merge(graph)
    before = await graph.read(RECORDS, id=OF_A)

    await act(graph)
    assert await graph.read(STATUSES, ids=[OF_A]) == [merged_by]
    assert await graph.read(RECORDS, id=OF_A) == [*before, [merged_by, merged_by, cause]]
    await act(graph)
    assert len(await graph.read(RECORDS, id=OF_A)) == len(before) + 1

    await split(graph, merge_id)

    assert await graph.read(STATUSES, ids=[OF_A, OF_B]) == [merged_by, merged_by]


async def test_what_a_merge_had_closed_and_nobody_closed_since_is_open_again(graph: Graph, people: People) -> None:
    people.person("prf_b")
    for each, status in (("prf_a", "SUBSCRIBED"), ("prf_b", "HARD_BOUNCED")):
        people.subscription(each, people.identifier(each, "ann@example.com"), status=status)
    await people.write(graph)

    await split(graph, await merge(graph))

    assert await graph.read(STATUSES, ids=[OF_A, OF_B]) == ["SUBSCRIBED", "HARD_BOUNCED"]


def leave_everything(graph: Graph) -> Awaitable[Any]:
    return unsubscribe(graph, Unsubscribe(Everything(ANN), "link"), None, LATER)


def bar(graph: Graph) -> Awaitable[Any]:
    return set_profile_status(graph, SetProfileStatus(ANN, SubscriptionStatus.COMPLAINED, "staff"), None, LATER)


async def bring_a_barred_row(graph: Graph) -> Any:
    row = ImportedProfile(0, (ADDRESS,), status=SubscriptionStatus.COMPLAINED)
    return await import_profiles(graph, [row], None, LATER, ImportTerms("staff"))


@pytest.mark.parametrize(
    ("act", "cause"), [(leave_everything, "unsubscribe"), (bar, "status_set"), (bring_a_barred_row, "import")]
)
async def test_a_bar_that_a_merge_had_set_and_somebody_set_themselves_stays(
    graph: Graph, people: People, act: Act, cause: str
) -> None:
    people.person("prf_b", status="COMPLAINED")
    people.identifier("prf_a", "ann@example.com")
    await people.write(graph)
    merge_id = await merge(graph)

    await act(graph)
    await act(graph)
    await split(graph, merge_id)

    assert await graph.read(STATUSES, ids=["prf_a", "prf_b"]) == ["COMPLAINED", "COMPLAINED"]
    assert (await graph.read(RECORDS, id="prf_a"))[1:] == [["COMPLAINED", "COMPLAINED", cause]]


async def test_a_no_to_somebody_barred_for_more_comes_back_as_the_no_that_it_was(graph: Graph, people: People) -> None:
    people.person("prf_b")
    await people.write(graph)
    complained = SetProfileStatus(ANN, SubscriptionStatus.COMPLAINED, "staff")
    await set_profile_status(graph, complained, None, NOW - 3_600_000)
    merge_id = await merge(graph)

    await leave_everything(graph)
    await split(graph, merge_id)

    assert await graph.read(STATUSES, ids=["prf_a", "prf_b"]) == ["COMPLAINED", "UNSUBSCRIBED"]


async def test_a_device_that_went_to_somebody_else_while_a_merge_had_paused_it_stays_paused(
    graph: Graph, people: People
) -> None:
    people.person("prf_b")
    people.person("prf_c")
    token = identifier(IdentifierType.PUSH_TOKEN, "app", "token-1")
    for each, status in (("prf_a", "SUBSCRIBED"), ("prf_b", "SUSPENDED")):
        identifier_id = people.identifier(each, "token-1", "PUSH_TOKEN", namespace="app")
        people.subscription(each, identifier_id, status=status)
    for each in ("prf_a", "prf_c"):
        people.identifier(each, f"card-of-{each}", "EXTERNAL", namespace="shop")
    await people.write(graph)
    merge_id = await merge(graph)
    assert await graph.read(STATUSES, ids=[TOKEN_OF_A]) == ["SUSPENDED"]

    command = Identify((token,), ProfileReference(id="prf_c"), "app", "session")
    await identify(graph, command, MergeSettings(), None, LATER)
    await split(graph, merge_id)

    assert await graph.read(STATUSES, ids=[TOKEN_OF_A]) == ["SUSPENDED"]
    assert (await graph.read(RECORDS, id=TOKEN_OF_A))[-1] == ["SUSPENDED", "SUSPENDED", "handed_over"]


async def test_an_opt_out_comes_back_without_what_the_other_one_lifted_from_it(graph: Graph, people: People) -> None:
    people.person("prf_b")
    people.identifier("prf_a", "ann@example.com")
    people.opt_out("prf_b", channel="EMAIL")
    await people.write(graph)
    merge_id = await merge(graph)
    command = Subscribe(ANN, SHOP, Channel.EMAIL, ADDRESS, "form", opt_in=Evidence(LATER))
    await subscribe(graph, command, None, LATER)
    assert await graph.read(OPT_OUTS) == [["prf_a", "EMAIL", ["res_shop"]]]

    await split(graph, merge_id)

    assert await graph.read(OPT_OUTS) == [["prf_b", "EMAIL", []]]


@pytest.mark.parametrize(("of_a", "of_b"), [(3_000, 2_000), (2_000, 3_000)])
async def test_a_refusal_at_an_address_that_both_archived_is_not_forgotten(
    graph: Graph, people: People, of_a: int, of_b: int
) -> None:
    people.person("prf_b")
    for each, status, at in (("prf_a", "SUBSCRIBED", of_a), ("prf_b", "UNSUBSCRIBED", of_b)):
        identifier_id = people.identifier(each, "ann@example.com")
        people.subscription(each, identifier_id, status=status, is_archived=True, archived_at=at)
    await people.write(graph)
    merge_id = await merge(graph)

    with pytest.raises(Refusal) as refusal:
        await subscribe(graph, Subscribe(ANN, SHOP, Channel.EMAIL, ADDRESS, "form"), None, LATER)
    assert [each.code for each in refusal.value.user_errors] == [UserErrorCode.CONSENT_REQUIRED]

    await split(graph, merge_id)

    archived = [f"{each}_archived" for each in (OF_A, OF_B)]
    assert await graph.read(STATUSES, ids=archived) == ["SUBSCRIBED", "UNSUBSCRIBED"]
    await subscribe(graph, Subscribe(ANN, SHOP, Channel.EMAIL, ADDRESS, "form"), None, LATER + 2)


@pytest_asyncio.fixture(loop_scope="session")
async def large(graph: Graph, people: People) -> Graph:
    """Two who have as much as may be merged."""
    people.person("prf_b")
    for each in ("prf_a", "prf_b"):
        for number in range(2):
            people.subscription(each, people.identifier(each, f"{each}{number}@example.com"))
    await people.write(graph)
    return graph


async def test_two_who_are_as_large_as_may_be_merged_get_everything_back(large: Graph) -> None:
    settings = MergeSettings(most_moved=2, most_parted=4)
    merge_id = await merge(large, settings)
    assert (await large.read(HELD))[0] == [4, 4]

    await split(large, merge_id, settings)

    assert await large.read(HELD) == [[2, 2], [2, 2]]


async def test_who_has_become_too_large_to_be_split_whole_is_not_split_in_part(large: Graph) -> None:
    merge_id = await merge(large)

    with pytest.raises(Refusal) as refusal:
        await split(large, merge_id, MergeSettings(most_parted=3))

    assert [(each.code, each.field) for each in refusal.value.user_errors] == [
        (UserErrorCode.LIMIT_EXCEEDED, ("merge",))
    ]
    assert (await large.read(HELD))[0] == [4, 4]
    assert MergeSettings().most_parted > 2 * MergeSettings().most_moved
