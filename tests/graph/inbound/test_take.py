"""What people write back: whose it is, what it answers, and what the words do that end and begin."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import pytest_asyncio

from graph.connection import Graph
from graph.consent.complaint import Complaint, complain
from graph.consent.suppression import Suppress, SuppressionTarget, suppress
from graph.erasing.erase import EraseProfile, erase_profile
from graph.identifiers import identifier
from graph.identifying.blocking import BlockPlaceholder, block_placeholder
from graph.identifying.placeholders import blocked_value
from graph.people.reference import ProfileReference
from graph.people.remove_identifier import RemoveIdentifier, remove_identifier
from graph.receipts.receipt import ReceiptSource
from graph.statement import Statement
from graph.subscribing.archive import Archive, archive
from graph.subscribing.suspend import Suspend, suspend
from graph.vocabulary import ChangeKind, Channel, IdentifierType
from tests.graph.inbound.writing_world import (
    COUNTS,
    ERASED_KEY,
    EVENTS,
    MARKED,
    MINUTE,
    STANDING,
    depart,
    join,
    open_resources,
    person,
    phone,
    say,
    send,
)
from tests.graph.subscribing.shop import BREAKS, NOW

PHONE = phone()
_RECORD = Statement(
    "record",
    """
    MATCH (c:ConsentRecord {subjectId: $id}) WITH c ORDER BY c.seq DESC LIMIT 1
    RETURN [c.fromStatus, c.toStatus, c.cause, c.source, c.actor, c.evidenceSource, c.evidenceWording,
        c.evidenceAt.epochMillis]
    """,
)
_PERSON = Statement(
    "person_at",
    """
    MATCH (:Identifier {key: $key})-[link:IDENTIFIES]->(p)
    RETURN [p.id, p.kind, p.isIdentified, link.verifiedAt IS NULL, p.lastSeenAt.epochMillis]
    """,
)
_OPT_IN = Statement("opt_in", "MATCH (s:Subscription {id: $id}) RETURN [s.optInAt.epochMillis, s.optInSource]")
_EXPIRE = Statement(
    "expire", "MATCH (s:Subscription {id: $id}) SET s.consentExpiresAt = datetime({epochMillis: $at}) RETURN s.id"
)


@pytest_asyncio.fixture(loop_scope="session")
async def ann(graph: Graph) -> ProfileReference:
    """She gets text messages from the shop and the club, and WhatsApp messages from the shop."""
    await open_resources(graph)
    found = await person(graph, "Ann")
    for resource in ("shop", "club"):
        await join(graph, found, resource, PHONE)
    return found


@pytest_asyncio.fixture(loop_scope="session")
async def bob(graph: Graph, ann: ProfileReference) -> ProfileReference:
    """He shares the number with Ann, and gets the shop's text messages too."""
    assert ann.id
    found = await person(graph, "Bob")
    await join(graph, found, "shop", PHONE, at_ms=NOW + 1)
    return found


async def statuses(graph: Graph) -> dict[str, str]:
    rows = await graph.read(STANDING, key=PHONE.key)
    return {f"{name} {resource}": status for name, resource, _, status in rows}


async def only_event(graph: Graph) -> dict[str, Any]:
    [found] = await graph.read(EVENTS)
    return {**found, "properties": json.loads(found["properties"])}


async def test_what_somebody_writes_is_an_event_of_theirs(graph: Graph, ann: ProfileReference) -> None:
    done = await say(graph, PHONE, "Is it open on Sunday?", NOW + MINUTE, event_id="SM1", name="Ann B.")

    event = await only_event(graph)
    subscription_id = event["properties"].pop("subscription")
    assert event == {
        "type": "message.received",
        "sourceKey": "SMS.main:SM1",
        "profileId": ann.id,
        "properties": {"text": "Is it open on Sunday?", "channel": "SMS", "name": "Ann B."},
        "isTest": False,
        "at": NOW + MINUTE,
        "name": "Ann",
        "message": None,
    }
    assert subscription_id.startswith("sub_")
    assert [(each.profile_id, set(each.kinds)) for each in done.changes] == [(ann.id, {ChangeKind.EVENT})]
    assert await statuses(graph) == {"Ann club": "SUBSCRIBED", "Ann shop": "SUBSCRIBED"}


async def test_somebody_unknown_becomes_a_lead_whose_number_is_not_verified(graph: Graph) -> None:
    done = await say(graph, PHONE, "Hello?", NOW, told_ms=NOW + 5)

    profile_id, *rest = await graph.read(_PERSON, key=PHONE.key)
    assert rest == ["LEAD", False, True, NOW]
    assert (await only_event(graph))["profileId"] == profile_id
    kinds = {ChangeKind.EVENT, ChangeKind.PROFILE, ChangeKind.IDENTIFIER}
    assert [(each.profile_id, set(each.kinds)) for each in done.changes] == [(profile_id, kinds)]


async def test_what_is_told_twice_is_written_once_also_by_many_at_once(graph: Graph) -> None:
    done = await asyncio.gather(*(say(graph, PHONE, "stop", NOW + n, event_id="SM1") for n in range(16)))

    assert await graph.read(COUNTS) == [1, 1, 1]
    assert sum(each.result["eventId"] is not None for each in done) == 1


async def test_what_ends_with_a_repeated_telling_is_only_the_telling(graph: Graph, ann: ProfileReference) -> None:
    await say(graph, PHONE, "stop", NOW + MINUTE, event_id="SM1")
    await join(graph, ann, "shop", PHONE, at_ms=NOW + 2 * MINUTE)

    again = await say(graph, PHONE, "stop", NOW + MINUTE, event_id="SM1", told_ms=NOW + 3 * MINUTE)

    assert (again.result["ended"], again.changes) == ([], ())
    assert await statuses(graph) == {"Ann club": "UNSUBSCRIBED", "Ann shop": "SUBSCRIBED"}


@pytest.mark.parametrize(
    ("text", "club"),
    [
        (" Stop! ", "UNSUBSCRIBED"),
        ("unsubscribe", "UNSUBSCRIBED"),
        ("«СТОП»", "SUBSCRIBED"),
        ("停止。", "SUBSCRIBED"),
        ("please stop", None),
        ("start", None),
        ("", None),
    ],
)
async def test_a_word_ends_what_is_at_the_number_where_it_is_one(
    graph: Graph, bob: ProfileReference, text: str, club: str | None
) -> None:
    assert bob.id
    await say(graph, PHONE, text, NOW + MINUTE)

    shop = "SUBSCRIBED" if club is None else "UNSUBSCRIBED"
    assert await statuses(graph) == {"Ann club": club or "SUBSCRIBED", "Ann shop": shop, "Bob shop": shop}
    assert await graph.read(BREAKS) == []
    assert (await only_event(graph))["properties"]["text"] == text


async def test_the_ledger_holds_the_word_and_its_time_and_no_more_of_the_text(
    graph: Graph, ann: ProfileReference
) -> None:
    subscription_id = await join(graph, ann, "shop", PHONE)
    done = await say(graph, PHONE, "*** Стоп!! ***", NOW + MINUTE, told_ms=NOW + 2 * MINUTE)

    assert done.result["ended"] == [subscription_id]
    assert await graph.read(_RECORD, id=subscription_id) == [
        "SUBSCRIBED",
        "UNSUBSCRIBED",
        "unsubscribe",
        "reply",
        "recipient",
        "SMS.main",
        "стоп",
        NOW + MINUTE,
    ]
    assert {each.profile_id: each.kinds for each in done.changes} == {
        ann.id: {ChangeKind.EVENT, ChangeKind.SUBSCRIPTION}
    }


async def test_other_channels_at_the_same_number_stay(graph: Graph, ann: ProfileReference) -> None:
    whatsapp = identifier(IdentifierType.WHATSAPP, "", PHONE.value)
    await join(graph, ann, "shop", whatsapp, channel=Channel.WHATSAPP)

    await say(graph, PHONE, "stop", NOW + MINUTE)

    assert await graph.read(STANDING, key=whatsapp.key) == [["Ann", "shop", "WHATSAPP", "SUBSCRIBED"]]


@pytest.mark.parametrize("by", [{"reply_to": "provider-msg_1"}, {"message_id": "msg_1"}])
async def test_an_answer_is_caused_by_its_message_and_counts_at_its_resource(
    graph: Graph, bob: ProfileReference, by: dict[str, str]
) -> None:
    await send(graph, "Ann", "shop", PHONE, "msg_2", at=NOW + 9)
    await send(graph, "Bob", "shop", PHONE, "msg_1", isTest=True)

    await say(graph, PHONE, "stop", NOW + MINUTE, **by)

    event = await only_event(graph)
    assert (event["name"], event["profileId"], event["message"], event["isTest"]) == ("Bob", bob.id, "msg_1", True)
    assert "addressShared" not in event["properties"]
    assert await statuses(graph) == {
        "Ann club": "SUBSCRIBED",
        "Ann shop": "UNSUBSCRIBED",
        "Bob shop": "UNSUBSCRIBED",
    }
    assert [await graph.read(MARKED, id=each) for each in ("msg_1", "msg_2")] == [NOW + MINUTE, None]


@pytest.mark.parametrize("by", [{"reply_to": "provider-msg_1"}, {"message_id": "msg_1"}])
async def test_a_message_to_another_address_is_not_what_was_answered(
    graph: Graph, ann: ProfileReference, by: dict[str, str]
) -> None:
    await join(graph, ann, "shop", phone(7))
    await send(graph, "Ann", "shop", phone(7), "msg_1")

    await say(graph, PHONE, "stop", NOW + MINUTE, **by)

    assert (await only_event(graph))["message"] is None
    assert await statuses(graph) == {"Ann club": "UNSUBSCRIBED", "Ann shop": "UNSUBSCRIBED"}
    assert await graph.read(MARKED, id="msg_1") is None


async def test_ids_of_messages_are_those_of_the_account_that_calls(graph: Graph, ann: ProfileReference) -> None:
    assert ann.id
    await send(graph, "Ann", "shop", PHONE, "msg_1")

    other = ReceiptSource(Channel.SMS, "other")
    await say(graph, PHONE, "stop", NOW + MINUTE, reply_to="provider-msg_1", source=other)

    assert (await only_event(graph))["message"] is None


async def test_of_several_it_is_whom_something_was_sent_to_last(graph: Graph, bob: ProfileReference) -> None:
    await send(graph, "Ann", "club", PHONE, "msg_1", at=NOW + 1)
    await send(graph, "Bob", "shop", PHONE, "msg_2", at=NOW + 2)

    await say(graph, PHONE, "Thanks", NOW + MINUTE)

    event = await only_event(graph)
    assert (event["profileId"], event["message"], event["properties"]["addressShared"]) == (bob.id, None, True)


async def test_who_gave_the_number_up_is_not_who_writes_from_it(graph: Graph, ann: ProfileReference) -> None:
    await say(graph, PHONE, "stop", NOW + MINUTE)
    await remove_identifier(graph, RemoveIdentifier(ann, PHONE), None, NOW + MINUTE)

    await say(graph, PHONE, "Who are you?", NOW + 2 * MINUTE)

    mine, theirs = await graph.read(EVENTS)
    assert (mine["profileId"], theirs["profileId"] == ann.id, theirs["name"]) == (ann.id, False, None)


async def test_start_opens_what_stop_had_ended_with_the_yes_as_its_proof(graph: Graph, ann: ProfileReference) -> None:
    subscription_id = await join(graph, ann, "shop", PHONE)
    await say(graph, PHONE, "stop", NOW + MINUTE)
    await say(graph, PHONE, "stop", NOW + 3 * MINUTE)

    done = await say(graph, PHONE, "Start.", NOW + 4 * MINUTE, told_ms=NOW + 5 * MINUTE)

    assert await statuses(graph) == {"Ann club": "SUBSCRIBED", "Ann shop": "SUBSCRIBED"}
    assert len(done.result["opened"]) == 2
    assert await graph.read(_RECORD, id=subscription_id) == [
        "UNSUBSCRIBED",
        "SUBSCRIBED",
        "subscribe",
        "reply",
        "recipient",
        "SMS.main",
        "start",
        NOW + 4 * MINUTE,
    ]
    assert await graph.read(_OPT_IN, id=subscription_id) == [NOW + 4 * MINUTE, "SMS.main"]
    assert [each.kinds for each in done.changes] == [{ChangeKind.EVENT, ChangeKind.SUBSCRIPTION}]
    assert await graph.read(BREAKS) == []


async def test_a_start_from_before_the_stop_opens_nothing(graph: Graph, ann: ProfileReference) -> None:
    assert ann.id
    await say(graph, PHONE, "stop", NOW + 3 * MINUTE)

    late = await say(graph, PHONE, "start", NOW + 2 * MINUTE, told_ms=NOW + 9 * MINUTE)
    same = await say(graph, PHONE, "start", NOW + 3 * MINUTE, told_ms=NOW + 9 * MINUTE, event_id="SM2")

    assert (late.result["opened"], same.result["opened"]) == ([], [])
    assert set((await statuses(graph)).values()) == {"UNSUBSCRIBED"}


@pytest.mark.parametrize("what", ["complaint", "suppression", "archived", "paused", "opt-out"])
async def test_start_opens_nothing_over_what_else_is_said(graph: Graph, ann: ProfileReference, what: str) -> None:
    subscription_id = await join(graph, ann, "shop", PHONE)
    if what == "paused":
        await suspend(graph, Suspend(subscription_id, NOW + 100 * MINUTE, "key_1"), None, NOW + 1)
    await say(graph, PHONE, "стоп", NOW + MINUTE)
    later = NOW + 2 * MINUTE
    match what:
        case "complaint":
            await complain(graph, Complaint(PHONE, Channel.SMS, "provider"), None, later)
        case "suppression":
            await suppress(graph, Suppress(SuppressionTarget(address=PHONE), "key_1"), None, later)
        case "archived":
            await archive(graph, Archive(subscription_id, "key_1"), None, later)
        case "opt-out":
            await depart(graph, PHONE, later)

    done = await say(graph, PHONE, "start", NOW + 3 * MINUTE)

    assert done.result["opened"] == []
    assert (await statuses(graph)).get("Ann shop") in {"UNSUBSCRIBED", "COMPLAINED", None}
    assert await graph.read(BREAKS) == []


async def test_what_ran_out_meanwhile_waits_for_a_confirmation(graph: Graph, ann: ProfileReference) -> None:
    subscription_id = await join(graph, ann, "shop", PHONE)
    await graph.change(_EXPIRE, id=subscription_id, at=NOW + 2 * MINUTE)
    await say(graph, PHONE, "stop", NOW + MINUTE)

    await say(graph, PHONE, "start", NOW + 3 * MINUTE)

    assert await statuses(graph) == {"Ann club": "SUBSCRIBED", "Ann shop": "UNCONFIRMED"}


async def test_stop_and_start_at_once_end_in_one_order_or_the_other(graph: Graph, bob: ProfileReference) -> None:
    assert bob.id
    said = ["stop", "start"] * 8
    await asyncio.gather(*(say(graph, PHONE, text, NOW + MINUTE + n) for n, text in enumerate(said)))

    assert len(set((await statuses(graph)).values())) == 1
    assert await graph.read(BREAKS) == []
    assert (await graph.read(COUNTS))[2] == 16


async def test_who_was_erased_does_not_come_back_by_what_they_wrote_before(
    graph: Graph, ann: ProfileReference, bob: ProfileReference
) -> None:
    assert bob.id
    await erase_profile(graph, EraseProfile(ann, ERASED_KEY), None, NOW + 2 * MINUTE)
    await erase_profile(graph, EraseProfile(bob, ERASED_KEY), None, NOW + 2 * MINUTE)

    before = await say(graph, PHONE, "Hello", NOW + MINUTE, told_ms=NOW + 3 * MINUTE)
    nothing = await graph.read(COUNTS)
    after = await say(graph, PHONE, "Hello", NOW + 4 * MINUTE)

    assert (before.result["eventId"], nothing) == (None, [0, 0, 0])
    assert (after.result["eventId"] is None, await graph.read(COUNTS)) == (False, [1, 1, 1])


async def test_a_no_from_before_an_erasure_still_counts_for_who_has_the_number_now_and_a_yes_does_not(
    graph: Graph, ann: ProfileReference
) -> None:
    await erase_profile(graph, EraseProfile(ann, ERASED_KEY), None, NOW + 2 * MINUTE)
    await join(graph, await person(graph, "Bob"), "shop", PHONE, at_ms=NOW + 3 * MINUTE)

    await say(graph, PHONE, "stop", NOW + MINUTE, told_ms=NOW + 4 * MINUTE)
    yes = await say(graph, PHONE, "start", NOW + MINUTE + 1, told_ms=NOW + 5 * MINUTE)

    assert (await statuses(graph), yes.result["opened"]) == ({"Bob shop": "UNSUBSCRIBED"}, [])
    assert await graph.read(EVENTS) == []


async def test_a_number_that_stands_for_nobody_makes_nobody_and_may_still_stop(
    graph: Graph, ann: ProfileReference
) -> None:
    assert ann.id
    value = blocked_value(IdentifierType.PHONE, PHONE.value)
    await block_placeholder(graph, BlockPlaceholder(value, "test"), None, NOW)

    done = await say(graph, PHONE, "stop", NOW + MINUTE)

    assert (done.result["eventId"], await graph.read(EVENTS)) == (None, [])
    assert set((await statuses(graph)).values()) == {"UNSUBSCRIBED"}


async def test_what_cannot_be_a_number_changes_nothing(graph: Graph) -> None:
    wrong = identifier(IdentifierType.CUSTOM, "", "55")
    done = await say(graph, _Named(IdentifierType.PHONE, "55"), "stop", NOW)  # type: ignore[arg-type]  # Nothing else of it is looked at.

    assert (wrong.value, done.result["eventId"], await graph.read(COUNTS)) == ("55", None, [0, 0, 0])


async def test_who_left_the_bot_is_left_alone_at_all_resources_and_start_does_not_bring_them_back(
    graph: Graph, ann: ProfileReference
) -> None:
    chat = identifier(IdentifierType.VIBER, "bot", "v1")
    viber = ReceiptSource(Channel.VIBER, "bot")
    for resource in ("shop", "club"):
        await join(graph, ann, resource, chat, channel=Channel.VIBER)

    done = await depart(graph, chat, NOW + MINUTE, source=viber)
    again = await depart(graph, chat, NOW + MINUTE, source=viber)
    await say(graph, chat, "start", NOW + 2 * MINUTE, source=viber)

    left, _ = await graph.read(EVENTS)
    assert (left["type"], left["profileId"], left["sourceKey"]) == (
        "channel.left",
        ann.id,
        f"VIBER.bot:left-{NOW + MINUTE}",
    )
    assert (len(done.result["ended"]), again.changes) == (2, ())
    assert {row[3] for row in await graph.read(STANDING, key=chat.key)} == {"UNSUBSCRIBED"}
    assert set((await statuses(graph)).values()) == {"SUBSCRIBED"}
    assert (await graph.read(_RECORD, id=done.result["ended"][0]))[3] == "provider"


async def test_a_no_that_was_said_to_the_provider_in_words_is_taken_back_by_start(
    graph: Graph, ann: ProfileReference
) -> None:
    assert ann.id
    await depart(graph, PHONE, NOW + MINUTE, by_word=True)
    assert set((await statuses(graph)).values()) == {"UNSUBSCRIBED"}

    await say(graph, PHONE, "start", NOW + 2 * MINUTE)

    assert set((await statuses(graph)).values()) == {"SUBSCRIBED"}


async def test_nobody_is_made_for_having_left(graph: Graph) -> None:
    done = await depart(graph, identifier(IdentifierType.VIBER, "bot", "v1"), NOW)

    assert (done.result["eventId"], done.changes, await graph.read(COUNTS)) == (None, (), [0, 0, 0])


async def test_a_chat_without_the_bots_name_is_that_chat_too(graph: Graph, ann: ProfileReference) -> None:
    plain = identifier(IdentifierType.TELEGRAM, "", "77")
    named = identifier(IdentifierType.TELEGRAM, "bot", "77")
    await join(graph, ann, "shop", plain, channel=Channel.TELEGRAM)

    await say(graph, named, "stop", NOW + MINUTE, source=ReceiptSource(Channel.TELEGRAM, "bot"))

    assert await graph.read(STANDING, key=plain.key) == [["Ann", "shop", "TELEGRAM", "UNSUBSCRIBED"]]
    assert (await only_event(graph))["profileId"] == ann.id
    assert await graph.read(_PERSON, key=named.key) is None


class _Named:
    """An address that the graph would not take."""

    def __init__(self, type_: IdentifierType, value: str) -> None:
        self.type, self.value, self.namespace = type_, value, ""
