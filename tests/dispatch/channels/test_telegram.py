from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Mapping
from dataclasses import replace
from time import monotonic, sleep
from typing import Any

import pytest

from dispatch.channels.telegram import TelegramSender
from dispatch.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from graph.delivery import Delivery
from graph.reach import ReachFacts
from graph.vocabulary import Channel, MessagePurpose
from tests.dispatch.http_provider import Asked, HttpProvider, Says, provider

BOT, SECRET = "123456", "AAF-not_a_real_token"
HOOK_SECRET = "hook-Secret_1"
CHAT, GROUP, SUPERGROUP = "70001", "-4001", "-1009001"
MESSAGE = Delivery(
    message_id="msg_01JABCDEFG0123456789ABCDEF",
    channel=Channel.TELEGRAM,
    purpose=MessagePurpose.MARKETING,
    attempt=1,
    facts=ReachFacts(None, None),
    address=CHAT,
    sender=None,
    text="Good day. https://shop.example.com/new",
)


def sender(base: str = "", options: str = "", lease_ms: int = 2_000) -> TelegramSender:
    place = base.removeprefix("http://")
    return TelegramSender.from_url(f"telegram+http://{BOT}:{SECRET}@{place}{options}", "TELEGRAM_URL", lease_ms)


def taken(chat: str = CHAT, number: int = 42) -> Says:
    return Says.json({"ok": True, "result": {"message_id": number, "date": 1, "chat": {"id": int(chat)}, "text": "x"}})


def refused(code: int, description: str, **parameters: int) -> Says:
    said: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    return Says.json({**said, "parameters": parameters} if parameters else said, code)


async def sent(there: HttpProvider, delivery: Delivery = MESSAGE, lease_ms: int = 2_000) -> Outcome:
    telegram = sender(there.url, lease_ms=lease_ms)
    try:
        return await telegram.send(delivery)
    finally:
        await telegram.close()


async def outcome_of(answer: Callable[[Asked], Says] | Says, delivery: Delivery = MESSAGE) -> Outcome:
    async with provider(answer) as there:
        return await sent(there, delivery)


async def test_the_bot_gets_the_text_for_the_chat_and_makes_no_preview() -> None:
    async with provider(taken()) as there:
        await sent(there)

    [asked] = there.asked
    assert (asked.method, asked.path, asked.query) == ("POST", f"/bot{BOT}:{SECRET}/sendMessage", "")
    assert asked.headers["content-type"] == "application/json"
    assert asked.json() == {
        "chat_id": CHAT,
        "text": "Good day. https://shop.example.com/new",
        "link_preview_options": {"is_disabled": True},
    }


async def test_what_was_taken_has_an_id_without_the_chat_in_it() -> None:
    accepted = await outcome_of(taken())

    assert isinstance(accepted, Accepted)
    assert (accepted.answer, accepted.moved_to) == ("200 ok", None)
    tag, _, number = (accepted.provider_id or "").partition("-")
    assert (len(tag), number) == (16, "42")
    assert CHAT not in repr(accepted)


async def test_the_same_number_in_another_chat_is_another_id() -> None:
    one = await outcome_of(taken(CHAT))
    again = await outcome_of(taken(CHAT))
    other = await outcome_of(taken(GROUP), replace(MESSAGE, address=GROUP))

    assert isinstance(one, Accepted)
    assert isinstance(other, Accepted)
    assert one == again
    assert one.provider_id != other.provider_id


def our_fault(answer: str) -> Deferred:
    return Deferred(answer, elsewhere=True)


def dead(answer: str) -> Refused:
    return Refused(answer, suppress=True)


@pytest.mark.parametrize(
    ("code", "description", "outcome"),
    [
        # A chat that this bot can no longer write to.
        (403, "Forbidden: bot was blocked by the user", dead),
        (403, "Forbidden: user is deactivated", dead),
        (403, "Forbidden: bot was kicked from the group chat", dead),
        (403, "Forbidden: bot was kicked from the supergroup chat", dead),
        (403, "Forbidden: bot was kicked from the channel chat", dead),
        (403, "Forbidden: bot is not a member of the group chat", dead),
        (403, "Forbidden: bot is not a member of the supergroup chat", dead),
        (403, "Forbidden: bot is not a member of the channel chat", dead),
        (403, "Forbidden: the group chat was deleted", dead),
        (403, "Forbidden: bot can't initiate conversation with a user", dead),
        (403, "Forbidden: bot can't send messages to bots", dead),
        (400, "Bad Request: chat not found", dead),
        (400, "Bad Request: private chat not found", dead),
        (400, "Bad Request: group is deactivated", dead),
        # This message, or a right that somebody may give to the bot again.
        (403, "Forbidden: something new", Refused),
        (400, "Bad Request: chat_id is empty", Refused),
        (400, "Bad Request: message text is empty", Refused),
        (400, "Bad Request: message is too long", Refused),
        (400, "Bad Request: PEER_ID_INVALID", Refused),
        (400, "Bad Request: CHAT_WRITE_FORBIDDEN", Refused),
        (400, "Bad Request: CHANNEL_PRIVATE", Refused),
        (400, "Bad Request: CHAT_RESTRICTED", Refused),
        (400, "Bad Request: TOPIC_CLOSED", Refused),
        (400, "Bad Request: ALLOW_PAYMENT_REQUIRED_10", Refused),
        (400, "Bad Request: have no rights to send a message", Refused),
        (400, "Bad Request: not enough rights to send text messages to the chat", Refused),
        (400, "Bad Request: need administrator rights in the channel chat", Refused),
        (400, "Bad Request: message thread not found", Refused),
        (400, "Bad Request: strings must be encoded in UTF-8", Refused),
        (413, "Request Entity Too Large", Refused),
        # The bot, or Telegram.
        (401, "Unauthorized", our_fault),
        (401, "Unauthorized: invalid token specified", our_fault),
        (401, "Unauthorized: invalid api-id/api-hash", our_fault),
        (404, "Not Found", our_fault),
        (404, "Not Found: method not found", our_fault),
        (421, "Misdirected Request: unallowed token specified", our_fault),
        (400, "Logged out", our_fault),
        (400, "Bad Request: FROZEN_METHOD_INVALID", our_fault),
        (302, "Found", our_fault),
        (500, "Internal Server Error: restart", our_fault),
        (500, "Internal Server Error: Request aborted", our_fault),
        (502, "Bad Gateway", our_fault),
        (503, "Service Unavailable", our_fault),
        (504, "Gateway Timeout", our_fault),
        # Sent once, so never again.
        (500, "Internal Server Error: sent message was immediately deleted and can't be returned", Refused),
    ],
)
async def test_an_answer_is_an_outcome(code: int, description: str, outcome: Callable[[str], Outcome]) -> None:
    async with provider(refused(code, description)) as there:
        assert await sent(there) == outcome(f"{code} {description}")
        assert len(there.asked) == 1


@pytest.mark.parametrize(
    ("says", "outcome"),
    [
        (
            refused(429, "Too Many Requests: retry after 34", retry_after=34),
            Deferred("429 Too Many Requests: retry after 34", 34_000),
        ),
        (Says(429, b"", {"Retry-After": "5"}), Deferred("429", 5_000)),
        (Says(429), Deferred("429")),
        (Says(502, b"<html>nginx</html>"), Deferred("502", elsewhere=True)),
        (Says(404, b"<html>/bot123456:AAF-not_a_real_token/sendMessage</html>"), Deferred("404", elsewhere=True)),
        (Says(200, b"<html>welcome</html>"), Unknown("200 without ok")),
        (Says.json({"ok": False}), Unknown("200 without ok")),
        (Says.json({"ok": True, "result": {}}), Accepted("200 ok")),
        (Says(hangs_up=True), Unknown("the connection was lost", at_fault=True)),
    ],
)
async def test_an_answer_in_another_form_is_an_outcome_too(says: Says, outcome: Outcome) -> None:
    assert await outcome_of(says) == outcome


async def test_an_answer_that_does_not_come_is_unknown_within_the_lease() -> None:
    started = monotonic()
    async with provider(Says(hangs=True)) as there:
        assert await sent(there, lease_ms=500) == Unknown("no answer in time", at_fault=True)

        assert monotonic() - started < 0.5
        assert len(there.asked) == 1


async def test_nobody_there_is_tried_elsewhere() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        telegram = sender(f"127.0.0.1:{held.getsockname()[1]}")
        assert await telegram.send(MESSAGE) == Deferred("no connection", elsewhere=True)
        await telegram.close()


MIGRATED = refused(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=int(SUPERGROUP))


async def test_a_group_that_moved_is_written_to_where_it_is_now() -> None:
    def answer(asked: Asked) -> Says:
        return MIGRATED if asked.json()["chat_id"] == GROUP else taken(SUPERGROUP)

    async with provider(answer) as there:
        outcome = await sent(there, replace(MESSAGE, address=GROUP))

    assert isinstance(outcome, Accepted)
    assert outcome.moved_to == SUPERGROUP
    assert SUPERGROUP not in repr(outcome)
    assert [each.json()["chat_id"] for each in there.asked] == [GROUP, SUPERGROUP]
    assert [each.json()["text"] for each in there.asked] == [MESSAGE.text] * 2


async def test_a_group_that_moves_on_and_on_is_followed_once() -> None:
    async with provider(MIGRATED) as there:
        outcome = await sent(there, replace(MESSAGE, address=GROUP))

    assert outcome == Refused("400 Bad Request: group chat was upgraded to a supergroup chat")
    assert len(there.asked) == 2


async def test_both_requests_for_a_group_that_moved_end_within_one_lease() -> None:
    def answer(asked: Asked) -> Says:
        if asked.json()["chat_id"] == SUPERGROUP:
            return Says(hangs=True)
        sleep(0.6)
        return MIGRATED

    async with provider(answer) as there:
        started = monotonic()
        assert await sent(there, replace(MESSAGE, address=GROUP), lease_ms=1_000) == Unknown(
            "no answer in time", at_fault=True
        )

        assert monotonic() - started < 1.0
        assert len(there.asked) == 2


async def test_a_name_of_a_channel_has_a_number_and_has_not_moved() -> None:
    outcome = await outcome_of(taken(SUPERGROUP), replace(MESSAGE, address="@shopnews"))

    assert isinstance(outcome, Accepted)
    assert outcome.moved_to is None


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"text": "x" * 4097}, "the text is longer than 4096 characters"),
        ({"text": ""}, "a message needs a chat and a text"),
        ({"text": None}, "a message needs a chat and a text"),
        ({"address": None}, "a message needs a chat and a text"),
    ],
)
async def test_what_telegram_would_not_take_is_not_sent(changes: Mapping[str, str | None], answer: str) -> None:
    async with provider(taken()) as there:
        delivery = replace(MESSAGE, **changes)  # type: ignore[arg-type]  # only texts
        assert await sent(there, delivery) == Refused(answer)
        assert there.asked == []


async def test_the_longest_text_is_sent() -> None:
    assert isinstance(await outcome_of(taken(), replace(MESSAGE, text="ж" * 4096)), Accepted)


@pytest.mark.parametrize(
    "says",
    [
        refused(400, f"Bad Request: no chat {CHAT} at /bot{BOT}:{SECRET}/sendMessage"),
        Says(302, headers={"Location": f"/bot{BOT}:{SECRET}/"}),
        Says(hangs_up=True),
        taken(),
    ],
)
async def test_neither_token_nor_chat_stands_in_an_answer_or_a_log(
    says: Says, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with provider(says) as there:
        telegram = sender(there.url, f"?secret={HOOK_SECRET}")
        shown = f"{await telegram.send(MESSAGE)!r} {telegram!r}"
        await telegram.close()

    # The provider of this test writes a log of what it is asked.
    logged = " ".join(each.getMessage() for each in caplog.records if each.name != "aiohttp.access")
    for secret in (SECRET, HOOK_SECRET, CHAT):
        assert secret not in shown + logged
