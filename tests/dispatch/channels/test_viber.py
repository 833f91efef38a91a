from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from urllib.parse import quote

import pytest

from dispatch.channels.registry import senders
from dispatch.channels.viber import STATUSES, ViberSender
from dispatch.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from dispatch.settings import DispatchSettings
from graph.delivery import Delivery
from graph.reach import ReachFacts
from graph.vocabulary import Channel, MessagePurpose
from tests.dispatch.http_provider import HttpProvider, Says, provider

TOKEN = "hush0123456789abcdef-fedcba9876543210"
CHAT = "01234567890A="
MESSAGE_TOKEN = 4912661846655238145
MESSAGE = Delivery(
    message_id="msg_01JABCDEFG0123456789ABCDEF",
    channel=Channel.VIBER,
    purpose=MessagePurpose.MARKETING,
    attempt=1,
    facts=ReachFacts(None, None),
    address=CHAT,
    sender=None,
    text="Good day ☀",
)
TAKEN = Says.json({"status": 0, "status_message": "ok", "message_token": MESSAGE_TOKEN, "chat_hostname": "SN-CHAT-05_"})


@asynccontextmanager
async def viber(port: int, query: str = "sender=Shop", lease_ms: int = 2_000) -> AsyncIterator[ViberSender]:
    made = ViberSender.from_url(f"viber+http://:{TOKEN}@127.0.0.1:{port}?{query}", "VIBER_URL", lease_ms)
    yield made
    await made.close()


async def sent(says: Says, delivery: Delivery = MESSAGE, query: str = "sender=Shop") -> tuple[Outcome, HttpProvider]:
    async with provider(says) as there, viber(there.port, query) as sender:
        return await sender.send(delivery), there


async def test_a_message_is_the_request_that_viber_documents() -> None:
    outcome, there = await sent(TAKEN)

    assert outcome == Accepted("0 ok", "4912661846655238145")
    [asked] = there.asked
    assert (asked.method, asked.path, asked.query) == ("POST", "/pa/send_message", "")
    assert (asked.headers["x-viber-auth-token"], asked.headers["content-type"]) == (TOKEN, "application/json")
    assert asked.json() == {
        "receiver": CHAT,
        "min_api_version": 1,
        "sender": {"name": "Shop"},
        "tracking_data": MESSAGE.message_id,
        "type": "text",
        "text": "Good day ☀",
    }


async def test_a_picture_goes_along_where_there_is_one() -> None:
    _, there = await sent(TAKEN, query="sender=The%20Shop&avatar=https://shop.example.com/a.png")

    assert there.asked[0].json()["sender"] == {"name": "The Shop", "avatar": "https://shop.example.com/a.png"}


@pytest.mark.parametrize("token", [MESSAGE_TOKEN, 2**63 - 1, 2**63 + 1, 2**64 - 1, "5916837284433914371"])
async def test_a_token_keeps_every_digit(token: int | str) -> None:
    outcome, _ = await sent(Says.json({"status": 0, "message_token": token}))

    assert outcome == Accepted("0 ok", str(token))


@pytest.mark.parametrize("token", [b"18446744073709551616", b"true", b"null", b'""', b"{}"])
async def test_a_token_that_would_be_rounded_is_none(token: bytes) -> None:
    outcome, _ = await sent(Says(200, b'{"status":0,"message_token":' + token + b"}"))

    assert outcome == Accepted("0 ok")


ERRORS: list[tuple[int, Outcome]] = [
    (1, Deferred("1 invalidUrl", elsewhere=True)),
    (2, Deferred("2 invalidAuthToken", elsewhere=True)),
    (3, Refused("3 badData")),
    (4, Refused("4 missingData")),
    (5, Refused("5 receiverNotRegistered", suppress=True)),
    (6, Refused("6 receiverNotSubscribed", suppress=True)),
    (7, Deferred("7 publicAccountBlocked", elsewhere=True)),
    (8, Deferred("8 publicAccountNotFound", elsewhere=True)),
    (9, Deferred("9 publicAccountSuspended", elsewhere=True)),
    (10, Deferred("10 webhookNotSet", elsewhere=True)),
    (11, Refused("11 receiverNoSuitableDevice")),
    (12, Deferred("12 tooManyRequests")),
    (13, Refused("13 apiVersionNotSupported")),
    (14, Refused("14 incompatibleWithVersion")),
    (15, Deferred("15 publicAccountNotAuthorized", elsewhere=True)),
    (16, Refused("16 inchatReplyMessageNotAllowed")),
    (17, Deferred("17 publicAccountIsNotInline", elsewhere=True)),
    (18, Deferred("18 noPublicChat", elsewhere=True)),
    (19, Refused("19 cannotSendBroadcast")),
    (20, Refused("20 broadcastNotAllowed")),
    (21, Refused("21 unsupportedCountry")),
    (22, Refused("22 paymentUnsupported")),
    (23, Deferred("23 freeMessagesExceeded", elsewhere=True)),
    (24, Deferred("24 noBalance", elsewhere=True)),
    (25, Deferred("25 generalError", elsewhere=True)),
    (1000, Deferred("1000 generalError", elsewhere=True)),
]


@pytest.mark.parametrize(("status", "outcome"), ERRORS)
async def test_a_status_is_an_outcome(status: int, outcome: Outcome) -> None:
    said = {"status": status, "status_message": f"no: {CHAT} {TOKEN}", "message_token": MESSAGE_TOKEN}

    found, there = await sent(Says.json(said))

    assert found == outcome
    assert len(there.asked) == 1


def test_every_status_has_a_row() -> None:
    assert {0, *(status for status, _ in ERRORS)} >= set(STATUSES)


@pytest.mark.parametrize(
    ("says", "outcome"),
    [
        (Says.json({"status": 12}, 200, **{"Retry-After": "60"}), Deferred("12 tooManyRequests", 60_000)),
        (Says(429, headers={"Retry-After": "7"}), Deferred("HTTP 429", 7_000)),
        (Says(500, b"<html>"), Deferred("HTTP 500", elsewhere=True)),
        (Says.json({"status": 0}, 503), Deferred("HTTP 503", elsewhere=True)),
        (Says(404), Deferred("HTTP 404", elsewhere=True)),
        (Says(302), Deferred("HTTP 302", elsewhere=True)),
        (Says(200, b"hello"), Unknown("the answer has no status")),
        (Says.json({"status": False}), Unknown("the answer has no status")),
        (Says(hangs_up=True), Unknown("the connection was lost", at_fault=True)),
    ],
)
async def test_an_answer_without_a_status_is_an_outcome(says: Says, outcome: Outcome) -> None:
    found, there = await sent(says)

    assert found == outcome
    assert len(there.asked) == 1


async def test_an_answer_that_does_not_come_is_unknown() -> None:
    async with provider(Says(hangs=True)) as there, viber(there.port, lease_ms=500) as sender:
        assert await sender.send(MESSAGE) == Unknown("no answer in time", at_fault=True)


async def test_nobody_there_is_the_accounts_fault() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        async with viber(held.getsockname()[1]) as sender:
            assert await sender.send(MESSAGE) == Deferred("no connection", elsewhere=True)


@pytest.mark.parametrize("changes", [{"address": None}, {"address": ""}, {"text": None}, {"text": ""}])
async def test_nothing_to_nobody_is_refused_without_a_request(changes: dict[str, str | None]) -> None:
    outcome, there = await sent(TAKEN, replace(MESSAGE, **changes))  # type: ignore[arg-type]  # only texts

    assert outcome == Refused("there is no address or no text")
    assert there.asked == []


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("viber://?sender=Shop", "viber needs the bot's token"),
        (f"viber://{TOKEN}@?sender=Shop", "viber needs the bot's token"),
        (f"viber://{TOKEN}:{TOKEN}@?sender=Shop", "viber needs the bot's token"),
        (f"viber://:{quote(TOKEN + chr(13) + chr(10))}x@?sender=Shop", "viber needs the bot's token"),
        (f"viber://:{TOKEN}@", "viber needs the option sender"),
        (f"viber://:{TOKEN}@?sender={'hush' * 8}", "sender is longer than 28 characters"),
        (f"viber://:{TOKEN}@?sender=Shop&name=hush", "viber has no option name"),
    ],
)
def test_a_wrong_url_is_refused_by_names_alone(url: str, says: str) -> None:
    with pytest.raises(ValueError, match=rf"^VIBER_URL: {says}") as caught:
        senders(Channel.VIBER, DispatchSettings("redis://h", {"VIBER_URL": (url,)}))

    assert "hush" not in str(caught.value)
