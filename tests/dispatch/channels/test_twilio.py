from __future__ import annotations

import socket
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from time import monotonic
from urllib.parse import parse_qs, parse_qsl

import pytest

from dispatch.channels.registry import senders
from dispatch.channels.twilio import CODES, TwilioSender
from dispatch.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from dispatch.settings import DispatchSettings
from graph.delivery import Delivery
from graph.reach import ReachFacts
from graph.vocabulary import Channel, MessagePurpose
from tests.dispatch.channels.twilio_errors import ERRORS, TwilioError
from tests.dispatch.http_provider import HttpProvider, Says, provider

SID = "AC0123456789abcdef0123456789abcdef"
TOKEN = "hush0123456789abcdef"
LEASE_MS = 2_000
MESSAGE = Delivery(
    message_id="msg_01JABCDEFG0123456789ABCDEF",
    channel=Channel.SMS,
    purpose=MessagePurpose.MARKETING,
    attempt=1,
    facts=ReachFacts(None, None),
    address="+15005550009",
    sender=None,
    text="Good day & welcome ☀",
)
CREATED = Says.json({"sid": "SM01", "status": "queued", "error_code": None, "to": MESSAGE.address}, 201)


@asynccontextmanager
async def twilio(
    port: int, query: str = "from=%2B15005550006", lease_ms: int = LEASE_MS
) -> AsyncIterator[TwilioSender]:
    made = TwilioSender.from_url(f"twilio+http://{SID}:{TOKEN}@127.0.0.1:{port}?{query}", "SMS_URL", lease_ms)
    yield made
    await made.close()


async def sent(
    says: Says, delivery: Delivery = MESSAGE, query: str = "from=%2B15005550006"
) -> tuple[Outcome, HttpProvider]:
    async with provider(says) as there, twilio(there.port, query) as sender:
        return await sender.send(delivery), there


async def test_a_message_is_the_request_that_twilio_documents() -> None:
    outcome, there = await sent(CREATED)

    assert outcome == Accepted("201 created", "SM01")
    [asked] = there.asked
    assert (asked.method, asked.path, asked.query) == ("POST", f"/2010-04-01/Accounts/{SID}/Messages.json", "")
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert asked.headers["authorization"] == f"Basic {b64encode(f'{SID}:{TOKEN}'.encode()).decode()}"
    assert dict(parse_qsl(asked.body.decode())) == {
        "To": "+15005550009",
        "From": "+15005550006",
        "Body": "Good day & welcome ☀",
    }


async def test_a_messaging_service_takes_the_place_of_a_sender() -> None:
    _, there = await sent(CREATED, query="service=MG01")

    form = dict(parse_qsl(there.asked[0].body.decode()))
    assert (form["MessagingServiceSid"], "From" in form) == ("MG01", False)


async def test_a_plus_that_was_not_encoded_is_still_one() -> None:
    _, there = await sent(CREATED, query="from=+15005550006")

    assert parse_qs(there.asked[0].body.decode())["From"] == ["+15005550006"]


async def test_receipts_are_asked_for_under_the_accounts_name_and_carry_the_message() -> None:
    query = "from=Shop&account=main&callback=https://customers.example.com/x/"
    _, there = await sent(CREATED, query=query)

    assert parse_qs(there.asked[0].body.decode())["StatusCallback"] == [
        f"https://customers.example.com/x/hooks/sms/main?message={MESSAGE.message_id}"
    ]


@pytest.mark.parametrize(("error", "outcome"), ERRORS, ids=[str(error.code) for error, _ in ERRORS])
async def test_an_error_is_an_outcome(error: TwilioError, outcome: Outcome) -> None:
    said = {
        "code": error.code,
        "message": f"{error.text}: {MESSAGE.address}",
        "more_info": "x",
        "status": error.status,
    }

    found, there = await sent(Says.json(said, error.status))

    assert found == outcome
    assert len(there.asked) == 1


def test_every_code_has_one_row() -> None:
    assert sorted(str(error.code) for error, _ in ERRORS) == sorted(CODES)


@pytest.mark.parametrize(
    ("says", "outcome"),
    [
        (Says.json({"code": 99999}, 400), Refused("400 this message cannot go to this number")),
        (Says.json({"code": "21211"}, 400), Refused("400 this message cannot go to this number")),
        (Says(400, b"no"), Refused("400 this message cannot go to this number")),
        (Says(401), Deferred("401 the account, its sender or Twilio itself cannot send", elsewhere=True)),
        (Says(403), Deferred("403 the account, its sender or Twilio itself cannot send", elsewhere=True)),
        (Says(404), Deferred("404 the account, its sender or Twilio itself cannot send", elsewhere=True)),
        (Says(429), Deferred("429 it may work another time")),
        (Says(429, headers={"Retry-After": "7"}), Deferred("429 it may work another time", 7_000)),
        (Says.json({"code": 20429}, 429, **{"Retry-After": "7"}), Deferred("20429 it may work another time", 7_000)),
        (Says(500, b"<html>"), Deferred("500 the account, its sender or Twilio itself cannot send", elsewhere=True)),
        (
            Says(503, headers={"Retry-After": "9"}),
            Deferred("503 the account, its sender or Twilio itself cannot send", after_ms=9_000, elsewhere=True),
        ),
        (Says(307), Deferred("307 the account, its sender or Twilio itself cannot send", elsewhere=True)),
        (Says(200, b"hello"), Unknown("200 is not an answer of Twilio")),
        (Says(201, b"{"), Accepted("201 created")),
        (Says(hangs_up=True), Unknown("the connection was lost", at_fault=True)),
    ],
)
async def test_an_answer_without_a_code_is_an_outcome(says: Says, outcome: Outcome) -> None:
    found, there = await sent(says)

    assert found == outcome
    assert len(there.asked) == 1


async def test_an_answer_that_does_not_come_is_unknown_within_the_lease() -> None:
    started = monotonic()
    async with provider(Says(hangs=True)) as there, twilio(there.port, lease_ms=1_000) as sender:
        assert await sender.send(MESSAGE) == Unknown("no answer in time", at_fault=True)

    assert monotonic() - started < 1.0


async def test_nobody_there_is_the_account_s_fault() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        async with twilio(held.getsockname()[1]) as sender:
            assert await sender.send(MESSAGE) == Deferred("no connection", elsewhere=True)


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (None, "x"),
        ("", "x"),
        ("whatsapp:+15005550009", "x"),
        ("15005550009", "x"),
        ("+15005550009\n", "x"),
        ("+15005550009", None),
        ("+15005550009", ""),
    ],
)
async def test_what_is_no_text_to_a_number_is_refused_without_a_request(address: str | None, text: str | None) -> None:
    outcome, there = await sent(CREATED, replace(MESSAGE, address=address, text=text))

    assert isinstance(outcome, Refused)
    assert (outcome.suppress, there.asked) == (False, [])


def test_an_account_is_named() -> None:
    settings = DispatchSettings(
        "redis://h", {"SMS_URL": ("twilio://a:b@?from=1", "twilio://a:b@?service=2&account=two")}
    )

    assert [each.provider for each in senders(Channel.SMS, settings)] == ["twilio", "two"]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (f"twilio://{SID}:{TOKEN}@", "twilio needs one of the options from and service"),
        (f"twilio://{SID}:{TOKEN}@?from=hush&service=hush", "twilio needs one of the options from and service"),
        (f"twilio://{SID}:{TOKEN}@?from=", "twilio needs one of the options from and service"),
        (f"twilio://{SID}@?from=hush", "twilio needs a user and a secret"),
        (f"twilio://{SID}:{TOKEN}@?form=hush", "twilio has no option form"),
        (f"twilio://{SID}:{TOKEN}@?from=hush&callback=", "twilio needs the option callback"),
        (f"twilio://{SID}:{TOKEN}@?from=hush&callback=hush.example.com", "callback must be like"),
        (f"twilio://{SID}:{TOKEN}@?from=hush&callback=https://hush.example.com%3Fx", "callback must be like"),
    ],
)
def test_a_wrong_url_is_refused_by_names_alone(url: str, says: str) -> None:
    with pytest.raises(ValueError, match=rf"^SMS_URL: {says}") as caught:
        senders(Channel.SMS, DispatchSettings("redis://h", {"SMS_URL": (url,)}))

    assert "hush" not in str(caught.value)
    assert SID not in str(caught.value)
