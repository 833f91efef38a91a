from __future__ import annotations

from collections.abc import Mapping

import orjson
import pytest

from dispatch.channels.telegram import TelegramSender
from dispatch.hook import Departure, HookCall, HookReading, Inbound, Malformed, NotSigned
from dispatch.outcome import Accepted
from graph.delivery import Delivery
from graph.reach import ReachFacts
from graph.vocabulary import Channel, IdentifierType, MessagePurpose
from tests.dispatch.http_provider import Says, provider

BOT, HOOK_SECRET, CHAT = "123456", "hook-Secret_1", "70001"
MESSAGE = Delivery(
    message_id="msg_01JABCDEFG0123456789ABCDEF",
    channel=Channel.TELEGRAM,
    purpose=MessagePurpose.MARKETING,
    attempt=1,
    facts=ReachFacts(None, None),
    address=CHAT,
    sender=None,
    text="Good day.",
)
NOW_MS = 1_700_000_000_000


def hook(update: object, secret: str | None = HOOK_SECRET) -> HookCall:
    headers = {} if secret is None else {"x-telegram-bot-api-secret-token": secret}
    body = update if isinstance(update, bytes) else orjson.dumps(update)
    return HookCall("POST", "https://c.example.com/hooks/telegram/shop", headers, {}, body, NOW_MS)


def bot(base: str = "http://127.0.0.1:9", options: str = f"?account=shop&secret={HOOK_SECRET}") -> TelegramSender:
    url = f"telegram+http://{BOT}:AAF-not_a_real_token@{base.removeprefix('http://')}{options}"
    return TelegramSender.from_url(url, "TELEGRAM_URL", 2_000)


PRIVATE = {"id": int(CHAT), "type": "private", "first_name": "Rita", "last_name": "Reader", "username": "rita"}
WRITTEN = {
    "message_id": 43,
    "from": {"id": int(CHAT), "is_bot": False, "first_name": "Rita"},
    "chat": PRIVATE,
    "date": 1_700_000_000,
    "text": "Yes, please",
}


def changed(before: str, after: str) -> dict[str, object]:
    return {
        "chat": PRIVATE,
        "from": PRIVATE,
        "date": 1_700_000_001,
        "old_chat_member": {"user": {"id": int(BOT), "is_bot": True}, "status": before},
        "new_chat_member": {"user": {"id": int(BOT), "is_bot": True}, "status": after, "until_date": 0},
    }


@pytest.mark.parametrize("status", ["kicked", "left"])
def test_who_blocks_the_bot_has_left(status: str) -> None:
    reading = bot().read(hook({"update_id": 902, "my_chat_member": changed("member", status)}))

    departure = Departure("902", 1_700_000_001_000, IdentifierType.TELEGRAM, CHAT, "shop")
    assert reading == HookReading(departures=(departure,))
    assert CHAT not in repr(reading)


def test_what_somebody_writes_is_inbound_of_that_chat_with_that_bot() -> None:
    reading = bot().read(hook({"update_id": 900, "message": WRITTEN}))

    assert reading == HookReading(
        inbound=(
            Inbound(
                event_id="900",
                at_ms=1_700_000_000_000,
                type=IdentifierType.TELEGRAM,
                value=CHAT,
                text="Yes, please",
                namespace="shop",
                name="Rita Reader",
            ),
        )
    )
    assert CHAT not in repr(reading)


async def test_a_reply_names_the_message_by_the_id_that_it_was_taken_with() -> None:
    said = {"message_id": 42, "chat": {"id": int(CHAT)}}
    async with provider(Says.json({"ok": True, "result": said})) as there:
        telegram = bot(there.url)
        accepted = await telegram.send(MESSAGE)
        await telegram.close()
    answered = {"message_id": 42, "date": 1, "chat": PRIVATE, "from": {"id": int(BOT), "is_bot": True}, "text": "x"}
    [inbound] = bot().read(hook({"update_id": 1, "message": {**WRITTEN, "reply_to_message": answered}})).inbound

    assert isinstance(accepted, Accepted)
    assert inbound.reply_to == accepted.provider_id


@pytest.mark.parametrize(
    ("message", "text", "name"),
    [
        ({**WRITTEN, "text": "/start campaign-7"}, "/start campaign-7", "Rita Reader"),
        ({**WRITTEN, "text": None, "photo": [{}], "caption": "Like this"}, "Like this", "Rita Reader"),
        ({"message_id": 1, "chat": PRIVATE, "date": 5, "sticker": {}}, "", "Rita Reader"),
        ({"message_id": 1, "chat": {"id": -4001, "title": "Team"}, "date": 5, "text": "hi"}, "hi", "Team"),
        ({"message_id": 1, "chat": {"id": 1}, "date": 5, "text": "hi"}, "hi", None),
    ],
)
def test_every_kind_of_message_that_somebody_wrote_is_inbound(
    message: Mapping[str, object], text: str, name: str | None
) -> None:
    [inbound] = bot().read(hook({"update_id": 1, "message": message})).inbound

    assert (inbound.text, inbound.name) == (text, name)


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 1, "edited_message": WRITTEN},
        {"update_id": 1, "channel_post": WRITTEN},
        {"update_id": 1, "edited_channel_post": WRITTEN},
        {"update_id": 1, "callback_query": {"id": "1", "message": WRITTEN}},
        {"update_id": 1, "my_chat_member": changed("kicked", "member")},
        {"update_id": 1, "my_chat_member": {**changed("member", "kicked"), "chat": {}}},
        {"update_id": 1, "my_chat_member": {"chat": PRIVATE, "date": 1}},
        {"update_id": 1, "chat_member": changed("member", "kicked")},
        {"update_id": 1, "message": {"message_id": 1, "chat": {"id": -1}, "date": 1, "new_chat_members": [{}]}},
        {"update_id": 1, "message": {"message_id": 1, "chat": {"id": -1}, "date": 1, "migrate_to_chat_id": -1001}},
        {"update_id": 1, "message": {"chat": [], "date": 1, "text": "x"}},
        {"update_id": 1, "message": {"chat": {"id": 1}, "text": "x"}},
        {"update_id": 1, "message": "x"},
        {"update_id": 1, "something_new": {}},
        {"update_id": 1},
    ],
)
def test_other_updates_are_read_and_do_nothing(update: object) -> None:
    assert bot().read(hook(update)) == HookReading()


def test_an_update_that_comes_twice_is_the_same_event() -> None:
    call = hook({"update_id": 900, "message": WRITTEN})

    assert bot().read(call) == bot().read(call)
    assert bot().read(hook({"update_id": 901, "message": WRITTEN})).inbound[0].event_id == "901"


@pytest.mark.parametrize("secret", [None, "", "hook-Secret_2", "hook-Secret_", "hook-Secret_11", "ж"])
def test_a_call_without_the_secret_is_not_looked_at(secret: str | None) -> None:
    with pytest.raises(NotSigned, match=r"^the secret of the bot is missing or wrong$"):
        bot().read(hook(b"garbage", secret))


@pytest.mark.parametrize("secret", [None, "", HOOK_SECRET])
@pytest.mark.parametrize("options", ["", "?secret="])
def test_without_a_secret_of_ours_nothing_is_read(options: str, secret: str | None) -> None:
    with pytest.raises(NotSigned):
        bot(options=options).read(hook({"update_id": 1, "message": WRITTEN}, secret))


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"", "an update of a bot is not JSON"),
        (b"{garbage", "an update of a bot is not JSON"),
        (b"[1]", "an update of a bot is not a JSON object"),
        (b"{}", "an update of a bot has no update_id"),
        (b'{"update_id": "7"}', "an update of a bot has no update_id"),
    ],
)
def test_what_is_no_update_is_malformed(body: bytes, complaint: str) -> None:
    with pytest.raises(Malformed) as caught:
        bot().read(hook(body))

    assert str(caught.value) == complaint
