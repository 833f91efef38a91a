from __future__ import annotations

import asyncio
from typing import Any

import pytest

from graph.connection import Graph
from graph.errors import Refusal
from graph.history.events import NewEvent, track_events
from graph.history.product import ProductKey
from graph.history.purchases import NewPurchase, PurchaseLine, record_purchases
from graph.idempotency import Done
from graph.identifiers import IdentifierValue, identifier
from graph.merging.settings import MergeSettings
from graph.people.add_identifier import AddIdentifier, add_identifier
from graph.people.device import IdentifyOutcome
from graph.people.identify import Identify, identify
from graph.people.reference import ProfileReference
from graph.people.sign_out import SignOutDevice, sign_out_device
from graph.people.upsert import UpsertProfile, upsert_profile
from graph.reading.reader import Reader
from graph.selection import Selection
from graph.statement import Statement
from graph.subscribing.resource import CreateResource, ResourceReference, create_resource
from graph.subscribing.subscribe import Subscribe, subscribe
from graph.vocabulary import (
    Channel,
    IdentifierType,
    PurchaseKind,
    PurchaseLineStatus,
    PurchaseStatus,
    UserErrorCode,
)
from tests.graph.subscribing.shop import LEDGER

NOW = 1_790_000_000_000
COOKIE = identifier(IdentifierType.COOKIE, "web", "c1")
DEVICE = identifier(IdentifierType.DEVICE, "app", "d1")
TOKEN = identifier(IdentifierType.PUSH_TOKEN, "app", "t1")
ANN = identifier(IdentifierType.EXTERNAL, "shop", "ann")
BOB = identifier(IdentifierType.EXTERNAL, "shop", "bob")
MAIL = identifier(IdentifierType.EMAIL, "", "reader@example.com")
PHONE = identifier(IdentifierType.PHONE, "", "+442079460000")
OWNERS = Statement(
    "owners", "MATCH (i:Identifier {key: $key})-[:IDENTIFIES]->(p) WITH p ORDER BY p.id RETURN collect(p.id)"
)
STATUSES = Statement(
    "statuses",
    """
    MATCH (p:Profile {id: $id})-[:HAS_SUBSCRIPTION]->(s)
    RETURN collect([s.status, s.suspendedUntil, head(COLLECT {
        MATCH (s)<-[:ABOUT]-(c) RETURN c.cause ORDER BY c.seq DESC LIMIT 1 })])
    """,
)
WHAT_IS_LEFT = Statement(
    "what_is_left",
    """
    MATCH (p:Profile {id: $id})
    RETURN [COUNT { (p)<-[:IDENTIFIES]-() }, COUNT { (p)-[:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]->() }]
    """,
)
COUNT = Statement("count", "RETURN [COUNT { (:Profile) }, COUNT { (:Merge) }, COUNT { (:Event) }]")


async def person(graph: Graph, *values: IdentifierValue) -> str:
    return str((await upsert_profile(graph, UpsertProfile(values, {}), None, NOW)).result["profileId"])


async def visit(graph: Graph, number: int, *values: IdentifierValue) -> str:
    event = NewEvent(0, "web", str(number), values, "page.viewed", NOW + number)
    (row,) = (await track_events(graph, [event], None, NOW)).result["rows"]
    return str(row["id"])


async def log_in(graph: Graph, known: IdentifierValue, *values: IdentifierValue, proof: str | None = "session") -> Done:
    command = Identify(values or (COOKIE,), ProfileReference(identifier=known), "key_web", proof)
    return await identify(graph, command, MergeSettings(), None, NOW)


async def history(graph: Graph, profile_id: str) -> list[str]:
    """External ids of the person's events as the API lists them, oldest first."""
    nodes = Selection("nodes", "nodes", {}, (Selection("externalId", "externalId"),))
    events = Selection("events", "events", {"direction": "ASC", "first": 100}, (nodes,))
    wanted = Selection("profile", "profile", {"by": {"id": profile_id}}, (events,))
    answer = await Reader(graph, b"k" * 32).answer([wanted])
    data: Any = answer.data
    return [each["externalId"] for each in data["profile"]["events"]["nodes"]]


async def test_feature_17_events_before_identification_are_in_the_known_history_once_and_in_order(graph: Graph) -> None:
    known = await person(graph, ANN)
    await visit(graph, 2, ANN)
    for number in (1, 3):
        await visit(graph, number, COOKIE)
    (visitor,) = await graph.read(OWNERS, key=COOKIE.key)

    first = await log_in(graph, ANN)
    again = await log_in(graph, ANN)
    await visit(graph, 4, COOKIE)

    assert first.result == {"profileId": known, "outcome": IdentifyOutcome.MERGED}
    assert again.result == {"profileId": known, "outcome": IdentifyOutcome.ALREADY_KNOWN}
    assert again.changes == ()
    assert await history(graph, known) == ["1", "2", "3", "4"]
    assert await history(graph, visitor) == ["1", "2", "3", "4"]
    assert await graph.read(COUNT) == [2, 1, 4]


async def buy(graph: Graph, number: int, *values: IdentifierValue) -> str:
    line = PurchaseLine(ProductKey("shop", "85123A"), "Holder", 1, 2_550_000, PurchaseLineStatus.DELIVERED)
    at, what = NOW + number, (PurchaseKind.SALE, PurchaseStatus.PAID)
    order = NewPurchase(0, "shop", str(number), values, *what, at, at, "GBP", 2_550_000, 0, 0, (line,))
    (row,) = (await record_purchases(graph, [order], None, NOW)).result["rows"]
    return str(row["id"])


async def life(graph: Graph, profile_id: str) -> dict[str, Any]:
    """Whose page the id shows, and what stands there: what was done, oldest first, and what is subscribed to."""
    nodes = Selection("nodes", "nodes", {}, (Selection("id", "id"), Selection("kind", "kind")))
    ids = Selection("nodes", "nodes", {}, (Selection("id", "id"),))
    entries = {"kinds": ["EVENT", "PURCHASE"], "direction": "ASC", "first": 100}
    fields = (
        Selection("id", "id"),
        Selection("timeline", "timeline", entries, (nodes,)),
        Selection("subscriptions", "subscriptions", {"first": 100}, (ids,)),
    )
    wanted = Selection("profile", "profile", {"by": {"id": profile_id}}, fields)
    data: Any = (await Reader(graph, b"k" * 32).answer([wanted])).data
    return {name: each["nodes"] if isinstance(each, dict) else each for name, each in data["profile"].items()}


async def test_feature_17_what_an_unknown_device_and_an_unknown_token_did_comes_along_as_it_was_once_and_in_order(
    graph: Graph,
) -> None:
    await create_resource(graph, CreateResource("shop", "Shop", (Channel.MOBILE_PUSH,)), None, NOW)
    known = await person(graph, ANN)
    # By when it was done, which is not the order in which it was told.
    done = {
        6: ("EVENT", await visit(graph, 6, DEVICE)),
        3: ("EVENT", await visit(graph, 3, ANN)),
        1: ("EVENT", await visit(graph, 1, DEVICE)),
        5: ("PURCHASE", await buy(graph, 5, TOKEN)),
        4: ("PURCHASE", await buy(graph, 4, DEVICE)),
        2: ("EVENT", await visit(graph, 2, TOKEN)),
    }
    (device,), (token,) = [await graph.read(OWNERS, key=each.key) for each in (DEVICE, TOKEN)]
    shop = ResourceReference(key="shop")
    subscribing = Subscribe(ProfileReference(id=token), shop, Channel.MOBILE_PUSH, TOKEN, "test")
    subscription = (await subscribe(graph, subscribing, None, NOW)).result["subscriptionId"]
    assert len({known, device, token}) == 3

    first = await log_in(graph, ANN, DEVICE, TOKEN)
    again = await log_in(graph, ANN, DEVICE, TOKEN)

    assert first.result == {"profileId": known, "outcome": IdentifyOutcome.MERGED}
    assert (again.result["outcome"], again.changes) == (IdentifyOutcome.ALREADY_KNOWN, ())
    assert await life(graph, known) == {
        "id": known,
        "timeline": [{"kind": kind, "id": each} for _, (kind, each) in sorted(done.items())],
        "subscriptions": [{"id": subscription}],
    }
    # The old ids show the same page; nothing is the visitors' own any more.
    assert [await life(graph, each) for each in (device, token)] == [await life(graph, known)] * 2
    assert [await graph.read(WHAT_IS_LEFT, id=each) for each in (device, token)] == [[0, 0]] * 2
    assert [await graph.read(OWNERS, key=each.key) for each in (DEVICE, TOKEN)] == [[known]] * 2
    # It is not as with a token that somebody else had: the consent goes on.
    assert (await graph.read(STATUSES, id=known))[0][:2] == ["SUBSCRIBED", None]
    assert await graph.read(COUNT) == [3, 2, 4]


async def test_two_known_people_on_one_device_stay_two(graph: Graph) -> None:
    ann, bob = await person(graph, ANN, COOKIE), await person(graph, BOB)
    await visit(graph, 1, COOKIE)

    done = await log_in(graph, BOB)
    await visit(graph, 2, COOKIE)

    assert done.result == {"profileId": bob, "outcome": IdentifyOutcome.HANDED_OVER}
    assert {each.profile_id for each in done.changes} == {ann, bob}
    assert await graph.read(OWNERS, key=COOKIE.key) == [bob]
    assert await history(graph, ann) == ["1"]
    assert await history(graph, bob) == ["2"]
    assert await graph.read(COUNT) == [2, 0, 2]


@pytest.mark.parametrize("contact", [MAIL, PHONE])
async def test_somebody_with_an_address_of_their_own_is_not_the_next_one_who_logs_in(
    graph: Graph, contact: IdentifierValue
) -> None:
    reader, bob = await person(graph, contact, COOKIE), await person(graph, BOB)
    await visit(graph, 1, COOKIE)

    done = await log_in(graph, BOB)
    await visit(graph, 2, COOKIE)

    assert done.result == {"profileId": bob, "outcome": IdentifyOutcome.HANDED_OVER}
    assert (await history(graph, reader), await history(graph, bob)) == (["1"], ["2"])
    assert await graph.read(OWNERS, key=contact.key) == [reader]
    assert await graph.read(COUNT) == [2, 0, 2]


async def test_somebody_with_the_address_of_who_logs_in_is_the_same_one(graph: Graph) -> None:
    reader, bob = await person(graph, MAIL, COOKIE), await person(graph, BOB)
    await add_identifier(graph, AddIdentifier(ProfileReference(id=bob), MAIL, "test"), None, NOW)
    await visit(graph, 1, COOKIE)

    done = await log_in(graph, BOB)

    assert done.result == {"profileId": bob, "outcome": IdentifyOutcome.MERGED}
    assert await graph.read(OWNERS, key=MAIL.key) == [bob]
    assert await history(graph, bob) == ["1"]
    assert reader != bob


async def test_push_subscriptions_do_not_follow_a_device_to_somebody_else(graph: Graph) -> None:
    await create_resource(graph, CreateResource("shop", "Shop", (Channel.MOBILE_PUSH,)), None, NOW)
    ann = await person(graph, ANN, TOKEN)
    command = Subscribe(ProfileReference(id=ann), ResourceReference(key="shop"), Channel.MOBILE_PUSH, TOKEN, "test")
    await subscribe(graph, command, None, NOW)
    await person(graph, BOB)

    await log_in(graph, BOB, TOKEN)

    assert await graph.read(STATUSES, id=ann) == [["SUSPENDED", None, "handed_over"]]


async def test_a_consent_that_ran_out_is_recorded_before_its_device_is_signed_out(graph: Graph) -> None:
    await create_resource(graph, CreateResource("shop", "Shop", (Channel.MOBILE_PUSH,)), None, NOW)
    ann = await person(graph, ANN, TOKEN)
    command = Subscribe(
        ProfileReference(id=ann),
        ResourceReference(key="shop"),
        Channel.MOBILE_PUSH,
        TOKEN,
        "test",
        consent_expires_at_ms=NOW + 1,
    )
    subscription_id = (await subscribe(graph, command, None, NOW)).result["subscriptionId"]

    await sign_out_device(graph, SignOutDevice(ProfileReference(id=ann), (TOKEN,), "test"), None, NOW + 2)

    assert await graph.read(LEDGER, id=subscription_id) == [
        [None, "SUBSCRIBED", "subscribe"],
        ["SUBSCRIBED", "UNCONFIRMED", "consent_expired"],
        ["UNCONFIRMED", "SUSPENDED", "handed_over"],
    ]


async def test_people_who_share_an_address_do_not_become_one_by_it(graph: Graph) -> None:
    address = identifier(IdentifierType.EMAIL, "", "family@example.com")
    await person(graph, address)
    known = await person(graph, ANN)

    with pytest.raises(Refusal) as refused:
        await log_in(graph, ANN, address)

    assert [(each.code, each.field) for each in refused.value.user_errors] == [
        (UserErrorCode.INVALID, ("anonymous", "0"))
    ]
    assert known not in await graph.read(OWNERS, key=address.key)
    assert await graph.read(COUNT) == [2, 0, 0]


async def test_without_proof_nothing_that_was_done_before_comes_along(graph: Graph) -> None:
    known = await person(graph, ANN)
    await visit(graph, 1, COOKIE)

    done = await log_in(graph, ANN, proof=None)

    assert done.result["outcome"] == IdentifyOutcome.LINKED
    assert await history(graph, known) == []
    assert len(await graph.read(OWNERS, key=COOKIE.key)) == 2


async def test_a_new_value_makes_a_person_unless_that_is_not_wanted(graph: Graph) -> None:
    refused = Identify((COOKIE,), ProfileReference(identifier=ANN), "key_web", "session", create_profile=False)
    with pytest.raises(Refusal) as unknown:
        await identify(graph, refused, MergeSettings(), None, NOW)
    with pytest.raises(Refusal) as named:
        await log_in(graph, ANN, BOB)

    done = await log_in(graph, ANN)

    assert [each.value.user_errors[0].code for each in (unknown, named)] == [
        UserErrorCode.NOT_FOUND,
        UserErrorCode.INVALID,
    ]
    assert await graph.read(OWNERS, key=COOKIE.key) == [done.result["profileId"]]
    assert await graph.read(COUNT) == [1, 0, 0]


async def test_who_signs_out_leaves_the_device_to_nobody(graph: Graph) -> None:
    ann = await person(graph, ANN, COOKIE)
    await visit(graph, 1, COOKIE)
    command = SignOutDevice(ProfileReference(id=ann), (COOKIE,), "key_web")

    first = await sign_out_device(graph, command, None, NOW)
    again = await sign_out_device(graph, command, None, NOW)
    await visit(graph, 2, COOKIE)

    assert [each.profile_id for each in first.changes] == [ann]
    assert again.changes == ()
    assert await history(graph, ann) == ["1"]
    wrong = SignOutDevice(ProfileReference(id=ann), (ANN,), "key_web")
    with pytest.raises(Refusal) as refusal:
        await sign_out_device(graph, wrong, None, NOW)
    assert [(each.code, each.field) for each in refusal.value.user_errors] == [
        (UserErrorCode.INVALID, ("devices", "0"))
    ]


async def test_8_log_ins_at_once_join_a_visitor_once(graph: Graph) -> None:
    known = await person(graph, ANN)
    await visit(graph, 1, COOKIE)

    done = await asyncio.gather(*(log_in(graph, ANN) for _ in range(8)))

    assert sorted(each.result["outcome"] for each in done) == ["ALREADY_KNOWN"] * 7 + ["MERGED"]
    assert await history(graph, known) == ["1"]
    assert await graph.read(COUNT) == [2, 1, 1]
