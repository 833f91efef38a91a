"""Feature 5: the eleven ways in which the origin matches people, each as it is said here (docs/matching.md)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from graph.connection import Graph
from graph.errors import Refusal
from graph.idempotency import Done
from graph.identifiers import IdentifierValue, identifier
from graph.people.add_identifier import AddIdentifier, add_identifier
from graph.people.reference import ProfileReference
from graph.people.update import UpdateProfile, update_profile
from graph.people.upsert import MatchConflict, UpsertMode, UpsertProfile, upsert_profile
from graph.statement import Statement
from graph.subscribing.resource import CreateResource, ResourceReference, create_resource
from graph.subscribing.subscribe import Subscribe, subscribe
from graph.vocabulary import Channel, IdentifierType, RowOutcome, UserErrorCode

NOW = 1_790_000_000_000
NAMES = Statement("names", "MATCH (p:Profile) RETURN collect([p.id, p.firstName])")
HAS = Statement(
    "has", "MATCH (p:Profile {id: $id})<-[:IDENTIFIES]-(i) WITH i ORDER BY i.key RETURN collect([i.type, i.value])"
)

EMAIL = identifier(IdentifierType.EMAIL, "", "ann@example.com")
PHONE = identifier(IdentifierType.PHONE, "", "+442079460000")
TOKEN = identifier(IdentifierType.PUSH_TOKEN, "shop-app", "token-1")
HANDLE = identifier(IdentifierType.CUSTOM, "loyalty", "gold-1")
CHAT = identifier(IdentifierType.TELEGRAM, "shop-bot", "4711")
CHANNELS = {EMAIL: Channel.EMAIL, PHONE: Channel.SMS, TOKEN: Channel.MOBILE_PUSH, CHAT: Channel.TELEGRAM}


@dataclass(frozen=True)
class Mode:
    """What is matched on, the values that the origin would search by, and another value that it would not."""

    match_on: frozenset[IdentifierType]
    by: tuple[IdentifierValue, ...]
    beside: IdentifierValue = field(default=TOKEN)


def mode(*by: IdentifierValue, beside: IdentifierValue = TOKEN) -> Mode:
    return Mode(frozenset(each.type for each in by), by, beside)


# An address of a subscription is an identifier of its person, so the modes that look at one of the two are one here.
MODES = {
    "email": mode(EMAIL),
    "email_profile": mode(EMAIL),
    "email_sub": mode(EMAIL),
    "phone": mode(PHONE),
    "phone_sub": mode(PHONE),
    "push_sub": mode(TOKEN, beside=EMAIL),
    "custom": mode(HANDLE),
    "custom_sub": mode(CHAT),
    "email_phone": mode(EMAIL, PHONE),
    "email_phone_sub": mode(EMAIL, PHONE),
}


async def upsert(
    graph: Graph, given: Mode, name: str, how: UpsertMode = UpsertMode.UPSERT, conflict: str = "REFUSE"
) -> Done:
    command = UpsertProfile(
        (*given.by, given.beside),
        {"firstName": name},
        how,
        match_on=given.match_on,
        on_conflict=MatchConflict(conflict),
    )
    return await upsert_profile(graph, command, None, NOW)


def card(number: str) -> IdentifierValue:
    """Of one person and no other."""
    return identifier(IdentifierType.EXTERNAL, "shop", number)


async def known(graph: Graph, number: str, name: str | None = None) -> str:
    """The id of a person with nothing but a card, and a name."""
    done = await upsert_profile(graph, UpsertProfile((card(number),), {"firstName": name}), None, NOW)
    return str(done.result["profileId"])


async def subscribed(graph: Graph, who: IdentifierValue, *addresses: IdentifierValue) -> None:
    shop = ResourceReference(key="shop")
    for each in addresses:
        await subscribe(
            graph, Subscribe(ProfileReference(identifier=who), shop, CHANNELS[each], each, "test"), None, NOW
        )


async def refusal(work: Callable[[], Awaitable[Done]]) -> Refusal:
    with pytest.raises(Refusal) as refused:
        await work()
    return refused.value


async def refuses_as_ambiguous(graph: Graph, given: Mode) -> None:
    """With both people as candidates, and nothing of either changed."""
    before = await graph.read(NAMES)
    two = await refusal(lambda: upsert(graph, given, "Eve"))
    assert [(each.code, each.field) for each in two.user_errors] == [(UserErrorCode.AMBIGUOUS_MATCH, ("identifiers",))]
    assert set(two.candidates) == {profile_id for profile_id, _ in before}
    assert len(two.candidates) == 2
    assert await graph.read(NAMES) == before


@pytest.mark.parametrize("name", MODES)
async def test_feature_5_hit_updates_miss_creates_and_two_hits_are_an_error(graph: Graph, name: str) -> None:
    given = MODES[name]

    missed = await upsert(graph, given, "Ann")
    hit = await upsert(graph, given, "Anna")

    assert missed.result["outcome"] == RowOutcome.CREATED
    assert hit.result == {"profileId": missed.result["profileId"], "outcome": RowOutcome.UPDATED}
    assert await graph.read(NAMES) == [[missed.result["profileId"], "Anna"]]

    # A second person shares the value, because a card says that it is another one.
    for number in ("c-1", "c-2"):
        await upsert_profile(graph, UpsertProfile((card(number), *given.by), {}), None, NOW)
    await refuses_as_ambiguous(graph, given)


@pytest.mark.parametrize("name", MODES)
async def test_feature_5_update_only_misses_and_create_only_hits_are_errors(graph: Graph, name: str) -> None:
    given = MODES[name]

    missed = await refusal(lambda: upsert(graph, given, "Ann", UpsertMode.UPDATE))
    assert [each.code for each in missed.user_errors] == [UserErrorCode.NOT_FOUND]
    assert await graph.read(NAMES) == []

    made = await upsert(graph, given, "Ann", UpsertMode.CREATE)
    taken = await refusal(lambda: upsert(graph, given, "Eve", UpsertMode.CREATE))
    assert [each.code for each in taken.user_errors] == [UserErrorCode.TAKEN]
    assert taken.candidates == (made.result["profileId"],)
    assert (await upsert(graph, given, "Anna", UpsertMode.UPDATE)).result["outcome"] == RowOutcome.UPDATED
    assert await graph.read(NAMES) == [[made.result["profileId"], "Anna"]]


@pytest.mark.parametrize("name", MODES)
async def test_feature_5_what_is_not_matched_on_finds_nobody(graph: Graph, name: str) -> None:
    given = MODES[name]
    other = await upsert_profile(graph, UpsertProfile((given.beside,), {}), None, NOW)

    made = await upsert(graph, given, "Ann")

    assert made.result["outcome"] == RowOutcome.CREATED
    assert made.result["profileId"] != other.result["profileId"]


@pytest.mark.parametrize("name", [name for name in MODES if name.endswith("_sub")])
async def test_feature_5_an_address_is_found_that_only_a_subscription_brought(graph: Graph, name: str) -> None:
    given = MODES[name]
    await create_resource(graph, CreateResource("shop", "Shop", tuple(CHANNELS.values())), None, NOW)
    ann, bob = await known(graph, "ann"), await known(graph, "bob")
    before = await refusal(lambda: upsert(graph, given, "Anna", UpsertMode.UPDATE))
    assert [each.code for each in before.user_errors] == [UserErrorCode.NOT_FOUND]

    await subscribed(graph, card("ann"), *given.by)
    hit = await upsert(graph, given, "Anna")

    assert hit.result == {"profileId": ann, "outcome": RowOutcome.UPDATED}
    taken = await refusal(lambda: upsert(graph, given, "Eve", UpsertMode.CREATE))
    assert ([each.code for each in taken.user_errors], taken.candidates) == ([UserErrorCode.TAKEN], (ann,))
    # Nobody was made of the address, and who has no subscription at it is as before.
    assert dict(await graph.read(NAMES)) == {ann: "Anna", bob: None}
    assert await graph.read(HAS, id=bob) == [["EXTERNAL", "bob"]]


# A push token is of one person at a time, so two of them cannot subscribe with it.
@pytest.mark.parametrize("name", [name for name in MODES if name.endswith("_sub") and name != "push_sub"])
async def test_feature_5_two_who_subscribed_at_one_address_are_an_error(graph: Graph, name: str) -> None:
    given = MODES[name]
    await create_resource(graph, CreateResource("shop", "Shop", tuple(CHANNELS.values())), None, NOW)
    for number in ("ann", "bob"):
        await subscribed(graph, card(number), *given.by)

    await refuses_as_ambiguous(graph, given)


async def test_feature_5_profile_id_hit_updates_and_a_miss_is_an_error(graph: Graph) -> None:
    ann, bob = await known(graph, "ann", "Ann"), await known(graph, "bob", "Bob")
    who, nobody = ProfileReference(id=ann), ProfileReference(id="prf_nobody")

    added = await add_identifier(graph, AddIdentifier(who, PHONE), None, NOW)
    updated = await update_profile(graph, UpdateProfile(who, {"firstName": "Anna"}), None, NOW)
    missed = [
        await refusal(lambda: add_identifier(graph, AddIdentifier(nobody, HANDLE), None, NOW)),
        await refusal(lambda: update_profile(graph, UpdateProfile(nobody, {"firstName": "Eve"}), None, NOW)),
    ]

    assert added.result["outcome"] == RowOutcome.UPDATED
    assert {added.result["profileId"], updated.result["profileId"]} == {ann}
    for each in missed:
        assert [(error.code, error.field) for error in each.user_errors] == [
            (UserErrorCode.NOT_FOUND, ("profile", "id"))
        ]
    # Both changes are at the one who was named, and what missed made nobody and is nobody's.
    assert dict(await graph.read(NAMES)) == {ann: "Anna", bob: "Bob"}
    assert await graph.read(HAS, id=ann) == [["EXTERNAL", "ann"], ["PHONE", PHONE.value]]
    assert await graph.read(HAS, id=bob) == [["EXTERNAL", "bob"]]
    found = await upsert_profile(graph, UpsertProfile((PHONE,), {}, UpsertMode.UPDATE), None, NOW)
    assert found.result == {"profileId": ann, "outcome": RowOutcome.UNCHANGED}


async def test_a_conflict_names_who_is_concerned_whether_a_merge_was_wanted_or_not(graph: Graph) -> None:
    number = card("17850")
    ann = (await upsert_profile(graph, UpsertProfile((EMAIL, number), {}), None, NOW)).result["profileId"]
    bob = (await upsert_profile(graph, UpsertProfile((PHONE,), {}), None, NOW)).result["profileId"]
    before = await graph.read(NAMES)
    both = mode(EMAIL, PHONE)
    by_phone = UpsertProfile((PHONE, number), {"firstName": "Eve"}, match_on=frozenset({IdentifierType.PHONE}))

    refused = await refusal(lambda: upsert(graph, both, "Eve"))
    not_merged = await refusal(lambda: upsert(graph, both, "Eve", conflict="MERGE"))
    conflicting = await refusal(lambda: upsert_profile(graph, by_phone, None, NOW))

    assert [each.user_errors[0].code for each in (refused, not_merged, conflicting)] == [
        UserErrorCode.AMBIGUOUS_MATCH,
        UserErrorCode.MERGE_REFUSED,
        UserErrorCode.IDENTIFIER_CONFLICT,
    ]
    assert {each.candidates for each in (refused, not_merged, conflicting)} == {tuple(sorted([ann, bob]))}
    assert await graph.read(NAMES) == before


async def test_what_is_matched_on_has_to_be_there_or_it_would_be_somebody_new_each_time(graph: Graph) -> None:
    command = UpsertProfile((EMAIL,), {"firstName": "Ann"}, match_on=frozenset({IdentifierType.PHONE}))

    refused = await refusal(lambda: upsert_profile(graph, command, None, NOW))

    assert [(each.code, each.field) for each in refused.user_errors] == [(UserErrorCode.INVALID, ("matchOn",))]
    assert await graph.read(NAMES) == []
