"""A no by the link in a letter: of all who share the address, at that resource, and of nothing else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from graph.connection import Graph
from graph.consent.complaint import Complaint, complain
from graph.erasing.erase import EraseProfile, erase_profile
from graph.idempotency import Done
from graph.merging.merge import MergeProfiles, merge_profiles
from graph.merging.settings import MergeSettings
from graph.people.reference import ProfileReference
from graph.people.upsert import UpsertProfile, upsert_profile
from graph.statement import Statement
from graph.subscribing.archive import Archive, archive
from graph.subscribing.leave_by_link import LeavingPlace, leave_by_link, leaving_place
from graph.subscribing.leave_links import LeaveLink, LeaveLinks
from graph.subscribing.replace_address import ReplaceAddress, replace_address
from graph.subscribing.resource import CreateResource, ResourceReference, create_resource
from graph.subscribing.subscribe import Subscribe, subscribe
from graph.vocabulary import Channel
from tests.graph.subscribing.shop import ANN, BOB, BREAKS, NOW, card, email

HOME, WORK = email("home"), email("work")
_STANDING = Statement(
    "standing",
    """
    MATCH (p:Profile)-[:HAS_SUBSCRIPTION]->(s)-[:AT]->(i), (s)-[:OF]->(r)
    WITH p.firstName AS name, i.value AS address, r.key AS resource, s.status AS status
    ORDER BY name, address, resource
    RETURN collect([name, address, resource, status])
    """,
)
_LEDGER = Statement(
    "ledger",
    """
    MATCH (c:ConsentRecord {subjectId: $id}) WITH c ORDER BY c.seq DESC LIMIT 1
    RETURN [c.fromStatus, c.toStatus, c.cause, c.source, c.actor, c.evidenceAt.epochMillis]
    """,
)
_MESSAGE = Statement("message", "CREATE (m:Message {id: 'msg_1', state: 'SENT'}) RETURN m.id")
_PLACE = Statement(
    "place", "MATCH (i:Identifier {value: 'home@example.com'}), (r:Resource {key: 'shop'}) RETURN [i.id, r.id]"
)
_AT_HOME = Statement(
    "at_home",
    """
    MATCH (:Identifier {value: 'home@example.com'})<-[:AT]-(s)-[:OF]->(:Resource {key: 'shop'})
    WITH s ORDER BY s.id RETURN collect(s.id)
    """,
)
_SUBSCRIPTION = Statement(
    "subscription",
    """
    MATCH (:Profile {firstName: $name})-[:HAS_SUBSCRIPTION]->(s)-[:AT]->(:Identifier {key: $address})
    MATCH (s)-[:OF]->(:Resource {key: 'shop'})
    RETURN s.id
    """,
)
_STATUS = Statement("status", "MATCH (s:Subscription {id: $id}) RETURN s.status")
_MARKED = Statement("marked", "MATCH (m:Message {id: 'msg_1'}) RETURN m.unsubscribedAt.epochMillis")
_REVISIONS = Statement(
    "revisions", "MATCH (p:Profile) WITH p ORDER BY p.firstName RETURN collect([p.firstName, p.revision])"
)
_UNTOUCHED = [
    ["Ann", "home@example.com", "club", "SUBSCRIBED"],
    ["Ann", "work@example.com", "shop", "SUBSCRIBED"],
]


@pytest_asyncio.fixture(loop_scope="session")
async def link(graph: Graph) -> LeaveLink:
    """Ann and Bob share an address, at which both get the shop's letters, and Ann the club's as well.

    The link stands in a letter of the shop to that address.
    """
    for key in ("shop", "club"):
        await create_resource(graph, CreateResource(key, key.title(), (Channel.EMAIL,), "a@b.example"), None, NOW)
    for name in ("Ann", "Bob"):
        await upsert_profile(graph, UpsertProfile((card(name.lower()),), {"firstName": name}), None, NOW)
    for who, key, address in ((ANN, "shop", HOME), (ANN, "shop", WORK), (ANN, "club", HOME), (BOB, "shop", HOME)):
        command = Subscribe(who, ResourceReference(key=key), Channel.EMAIL, address, "key_1")
        await subscribe(graph, command, None, NOW)
    await graph.change(_MESSAGE)
    identifier_id, resource_id = await graph.read(_PLACE)
    return LeaveLink(identifier_id, resource_id, "msg_1")


async def _left(graph: Graph, link: LeaveLink, now: int = NOW + 1) -> Done:
    return await leave_by_link(graph, link, now)


async def test_it_counts_for_all_who_share_the_address_at_that_resource_and_for_nothing_else(
    graph: Graph, link: LeaveLink
) -> None:
    before = dict(await graph.read(_REVISIONS))

    both = await graph.read(_AT_HOME)

    done = await _left(graph, link)

    assert (len(both), done.result["changed"]) == (2, both)
    assert await graph.read(_STANDING) == [
        _UNTOUCHED[0],
        ["Ann", "home@example.com", "shop", "UNSUBSCRIBED"],
        _UNTOUCHED[1],
        ["Bob", "home@example.com", "shop", "UNSUBSCRIBED"],
    ]
    for subscription_id in both:
        assert await graph.read(_LEDGER, id=subscription_id) == [
            "SUBSCRIBED",
            "UNSUBSCRIBED",
            "unsubscribe",
            "link",
            "recipient",
            NOW + 1,
        ]
    assert dict(await graph.read(_REVISIONS)) == {name: revision + 1 for name, revision in before.items()}
    assert await graph.read(_MARKED) == NOW + 1
    assert await graph.read(BREAKS) == []


async def test_a_second_click_changes_nothing(graph: Graph, link: LeaveLink) -> None:
    await _left(graph, link)
    before = await graph.read(_STANDING), await graph.read(_REVISIONS)

    again = await _left(graph, link)

    assert (again.result["changed"], again.changes) == ([], ())
    assert (await graph.read(_STANDING), await graph.read(_REVISIONS)) == before


async def test_32_clicks_at_once_are_one(graph: Graph, link: LeaveLink) -> None:
    done = await asyncio.gather(*(_left(graph, link) for _ in range(32)))

    assert sum(len(each.result["changed"]) for each in done) == 2
    assert await graph.read(BREAKS) == []


async def test_a_complaint_is_not_written_over(graph: Graph, link: LeaveLink) -> None:
    await complain(graph, Complaint(HOME, Channel.EMAIL, "provider"), None, NOW)

    assert (await _left(graph, link)).result["changed"] == []
    assert {row[3] for row in await graph.read(_STANDING) if row[1] == "home@example.com"} == {"COMPLAINED"}


async def test_looking_changes_nothing_and_shows_no_address(graph: Graph, link: LeaveLink) -> None:
    before = await graph.read(_STANDING)

    assert await leaving_place(graph, link) == LeavingPlace("h***@example.com", "Shop")
    assert await graph.read(_STANDING) == before


async def test_it_is_about_the_address_of_the_letter_and_not_about_where_somebody_moved_since(
    graph: Graph, link: LeaveLink
) -> None:
    anns = await graph.read(_SUBSCRIPTION, name="Ann", address=HOME.key)
    await replace_address(graph, ReplaceAddress(anns, Channel.EMAIL, email("info"), "key_1"), None, NOW)

    await _left(graph, link)

    assert await graph.read(_STANDING) == [
        _UNTOUCHED[0],
        ["Ann", "info@example.com", "shop", "SUBSCRIBED"],
        _UNTOUCHED[1],
        ["Bob", "home@example.com", "shop", "UNSUBSCRIBED"],
    ]


async def test_what_a_merge_absorbed_and_what_was_archived_is_ended_with_the_rest(
    graph: Graph, link: LeaveLink
) -> None:
    bobs = await graph.read(_SUBSCRIPTION, name="Bob", address=HOME.key)
    await archive(graph, Archive(bobs, "key_1"), None, NOW)
    carl = await upsert_profile(graph, UpsertProfile((card("carl"), HOME), {"firstName": "Carl"}), None, NOW)
    command = Subscribe(
        ProfileReference(id=carl.result["profileId"]), ResourceReference(key="shop"), Channel.EMAIL, HOME, "key_1"
    )
    carls = (await subscribe(graph, command, None, NOW)).result["subscriptionId"]
    merging = MergeProfiles(ProfileReference(id=carl.result["profileId"]), ANN, "key_1", "they say so")
    await merge_profiles(graph, merging, MergeSettings(), None, NOW)

    done = await _left(graph, link)

    anns = await graph.read(_SUBSCRIPTION, name="Ann", address=HOME.key)
    assert done.result["changed"] == sorted([anns, bobs])
    assert await graph.read(_STATUS, id=bobs) == "UNSUBSCRIBED"
    assert await graph.read(_STATUS, id=carls) == "SUBSCRIBED"


async def test_who_was_erased_takes_nobody_elses_no_along(graph: Graph, link: LeaveLink) -> None:
    await erase_profile(graph, EraseProfile(ANN, b"k" * 32), None, NOW)

    await _left(graph, link)

    assert await graph.read(_STANDING) == [["Bob", "home@example.com", "shop", "UNSUBSCRIBED"]]


async def test_where_nobody_is_left_nothing_is_there_any_more(graph: Graph, link: LeaveLink) -> None:
    for who in (ANN, BOB):
        await erase_profile(graph, EraseProfile(who, b"k" * 32), None, NOW)

    assert (await _left(graph, link)).result["changed"] == []
    assert await leaving_place(graph, link) is None


def test_a_token_says_which_letter_and_holds_for_every_key_that_is_known() -> None:
    old, new = b"o" * 32, b"n" * 32
    link = LeaveLink("idn_1", "res_1", "msg_1")
    assert LeaveLinks((new, old)).link(LeaveLinks((old,)).token(link)) == link
    with pytest.raises(ValueError, match="is not a token of ours"):
        LeaveLinks((new,)).link(LeaveLinks((old,)).token(link))


@given(st.text() | st.binary(max_size=200).map(lambda found: found.hex()))
def test_whatever_was_not_signed_is_not_ours(text: Any) -> None:
    with pytest.raises(ValueError, match="is not a token of ours"):
        LeaveLinks((b"k" * 32,)).link(text)
