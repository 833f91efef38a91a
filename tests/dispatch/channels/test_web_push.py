from __future__ import annotations

import os
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import http_ece  # type: ignore[import-untyped]  # It has no types.
import jwt
import orjson
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.channels.base64url import from_base64url, to_base64url
from dispatch.channels.registry import senders
from dispatch.channels.web_push import WebPushSender
from dispatch.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from dispatch.settings import DispatchSettings
from graph.delivery import Delivery, PushTarget
from graph.reach import ReachFacts
from graph.vocabulary import Channel, MessagePurpose
from tests.dispatch.http_provider import HttpProvider, Says, provider

BROWSER = ec.generate_private_key(ec.SECP256R1())
AUTH = os.urandom(16)
P256DH = to_base64url(BROWSER.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
OURS = ec.generate_private_key(ec.SECP256R1())
OUR_KEY = to_base64url(OURS.private_numbers().private_value.to_bytes(32))
OUR_POINT = to_base64url(OURS.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
LOCATION = "https://push.example.com/m/4f2a9"
NEWS = Delivery(
    message_id="msg_01JABCDEFG0123456789ABCDEF",
    channel=Channel.WEB_PUSH,
    purpose=MessagePurpose.MARKETING,
    attempt=1,
    facts=ReachFacts(None, None),
    address="https://push.example.com/send/hushtoken",
    sender=None,
    subject="Hello",
    text="Good day.",
    url="https://example.com/news",
    icon="https://example.com/icon.png",
    push=PushTarget(p256dh=P256DH, auth=to_base64url(AUTH)),
)


def opened(options: str = "&allow=127.0.0.0/8", lease_ms: int = 1_000) -> WebPushSender:
    url = f"vapid://:{OUR_KEY}@/?subject=mailto:ops@example.com{options}"
    return WebPushSender.from_url(url, "WEB_PUSH_URL", lease_ms)


@pytest_asyncio.fixture
async def sender() -> AsyncIterator[WebPushSender]:
    made = opened()
    yield made
    await made.close()


def at(there: HttpProvider, delivery: Delivery = NEWS) -> Delivery:
    return replace(delivery, address=f"{there.url}/send/hushtoken?v=1")


def read(body: bytes) -> dict[str, str]:
    found: dict[str, str] = orjson.loads(http_ece.decrypt(body, private_key=BROWSER, auth_secret=AUTH))
    return found


async def test_the_push_service_gets_the_request_of_the_standards(sender: WebPushSender) -> None:
    async with provider(Says(201, headers={"Location": LOCATION})) as there:
        assert await sender.send(at(there)) == Accepted("201", LOCATION)

    [asked] = there.asked
    assert (asked.method, asked.path, asked.query) == ("POST", "/send/hushtoken", "v=1")
    assert (asked.headers["content-encoding"], asked.headers["ttl"]) == ("aes128gcm", "2419200")
    assert asked.headers["urgency"] == "normal"
    assert asked.headers["content-length"] == str(len(asked.body))
    assert read(asked.body) == {
        "title": "Hello",
        "body": "Good day.",
        "url": "https://example.com/news",
        "icon": "https://example.com/icon.png",
        "id": "msg_01JABCDEFG0123456789ABCDEF",
    }
    token, key = asked.headers["authorization"].removeprefix("vapid t=").split(", k=")
    assert key == OUR_POINT
    claims = jwt.decode(token, OURS.public_key(), algorithms=["ES256"], audience=there.url)
    assert claims.keys() == {"aud", "exp", "sub"}
    assert (claims["aud"], claims["sub"]) == (there.url, "mailto:ops@example.com")
    assert 11 * 3600 < claims["exp"] - time.time() <= 12 * 3600


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text(max_size=80), text=st.text(max_size=400))
async def test_what_was_written_is_what_the_browser_reads(sender: WebPushSender, title: str, text: str) -> None:
    async with provider(Says(201)) as there:
        outcome = await sender.send(at(there, replace(NEWS, subject=title, text=text, url=None, icon=None)))

    assert outcome == Accepted("201")
    assert read(there.asked[0].body) == {"title": title, "body": text, "id": NEWS.message_id}


@pytest.mark.parametrize(
    ("says", "outcome"),
    [
        (Says(201, headers={"Location": LOCATION}), Accepted("201", LOCATION)),
        (Says(200), Accepted("200")),
        (Says(202), Accepted("202")),
        (Says(204), Accepted("204")),
        (Says(201, headers={"Location": "https://push.example.com/" + "x" * 1_000}), Accepted("201")),
        (Says(307, headers={"Location": "http://127.0.0.1/"}), Deferred("307")),
        (Says(400), Refused("400 the push service cannot read the request")),
        (Says(401), Deferred("401 the push service does not know our key", elsewhere=True, others_may_leave=True)),
        (Says(403), Deferred("403 the push service does not take our key", elsewhere=True, others_may_leave=True)),
        (Says(404), Refused("404 the subscription does not exist", suppress=True)),
        (Says(410), Refused("410 the subscription has ended", suppress=True)),
        (Says(413), Refused("413 the notification is too large")),
        (Says(418), Refused("418")),
        (Says(429, headers={"Retry-After": "120"}), Deferred("429 too many requests", 120_000)),
        (Says(429), Deferred("429 too many requests")),
        (Says(500), Deferred("500")),
        (Says(502), Deferred("502")),
        (Says(503, headers={"Retry-After": "7"}), Deferred("503", 7_000)),
        (Says(hangs=True), Unknown("no answer in time", at_fault=True)),
        (Says(hangs_up=True), Unknown("the connection was lost", at_fault=True)),
    ],
)
async def test_an_answer_is_an_outcome(sender: WebPushSender, says: Says, outcome: Outcome) -> None:
    async with provider(replace(says, body=b"hushtoken did not work")) as there:
        assert await sender.send(at(there)) == outcome

    assert len(there.asked) == 1


async def test_a_push_service_that_is_not_there_is_no_fault_of_our_account(sender: WebPushSender) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        nowhere = replace(NEWS, address=f"http://127.0.0.1:{held.getsockname()[1]}/")

        assert await sender.send(nowhere) == Deferred("no connection", at_fault=True)


async def test_an_endpoint_inside_our_walls_is_not_called() -> None:
    guarded = opened(options="")
    async with provider(Says(201)) as there:
        assert await guarded.send(at(there)) == Refused("the address is not one of the public internet")

    assert there.asked == []
    await guarded.close()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"push": PushTarget()}, "the subscription has no keys of a browser"),
        ({"push": PushTarget(p256dh=P256DH)}, "the subscription has no keys of a browser"),
        ({"push": PushTarget(p256dh="hush!", auth="YQ")}, "the subscription's keys are not those of a browser"),
        ({"push": PushTarget(p256dh=P256DH[:-4], auth="YQ")}, "the subscription's keys are not those of a browser"),
        ({"text": "x" * 3_994}, "the notification is longer than 3993 bytes"),
    ],
)
async def test_what_cannot_be_sent_is_refused_before_anything_is(
    sender: WebPushSender, changes: dict[str, object], reason: str
) -> None:
    async with provider(Says(201)) as there:
        assert await sender.send(replace(at(there), **changes)) == Refused(reason)  # type: ignore[arg-type]  # As above.

    assert there.asked == []


@pytest.mark.parametrize("address", [None, "", "hushtoken", "https://push.example.com:hush/"])
async def test_an_address_that_is_none_is_refused(sender: WebPushSender, address: str | None) -> None:
    assert await sender.send(replace(NEWS, address=address)) == Refused("the address is not one of a push service")


async def test_the_longest_text_that_is_taken_fills_the_largest_body(sender: WebPushSender) -> None:
    empty = len(orjson.dumps({"body": "", "id": NEWS.message_id}))
    longest = replace(NEWS, subject=None, text="x" * (3_993 - empty), url=None, icon=None)
    async with provider(Says(201)) as there:
        assert await sender.send(at(there, longest)) == Accepted("201")

    assert len(there.asked[0].body) == 4_096


async def test_a_size_does_not_tell_how_long_a_short_text_is(sender: WebPushSender) -> None:
    async with provider(Says(201)) as there:
        for text in ("Good day.", "Good day to you."):
            await sender.send(at(there, replace(NEWS, text=text)))

    assert [len(asked.body) for asked in there.asked] == [86 + 256 + 1 + 16] * 2


@pytest.mark.parametrize(
    ("left_s", "options", "ttl"),
    [(600, "", 600), (-5, "", 0), (9_999_999, "", 2_419_200), (600, "&ttl=60", 60), (None, "&ttl=60", 60)],
)
async def test_a_push_service_keeps_it_no_longer_than_it_is_good_for(
    left_s: int | None, options: str, ttl: int
) -> None:
    made = opened(f"&allow=127.0.0.0/8{options}")
    expires_at = None if left_s is None else round((time.time() + left_s) * 1000)
    async with provider(Says(201)) as there:
        await made.send(at(there, replace(NEWS, facts=ReachFacts(None, None, expires_at=expires_at))))

    assert int(there.asked[0].headers["ttl"]) == pytest.approx(ttl, abs=2)
    await made.close()


@pytest.mark.parametrize(
    ("purpose", "urgency"),
    [
        (MessagePurpose.MARKETING, "normal"),
        (MessagePurpose.TRANSACTIONAL, "high"),
        (MessagePurpose.CONFIRMATION, "high"),
    ],
)
async def test_what_somebody_waits_for_is_urgent(sender: WebPushSender, purpose: MessagePurpose, urgency: str) -> None:
    async with provider(Says(201)) as there:
        await sender.send(at(there, replace(NEWS, purpose=purpose)))

    assert there.asked[0].headers["urgency"] == urgency


async def test_each_try_of_a_message_has_its_topic_and_no_other_message_has(sender: WebPushSender) -> None:
    async with provider(Says(201)) as there:
        for delivery in (NEWS, replace(NEWS, attempt=2), replace(NEWS, message_id="msg_2")):
            await sender.send(at(there, delivery))

    first, again, other = (asked.headers["topic"] for asked in there.asked)
    assert (first == again, first == other) == (True, False)
    assert len(first) == len(from_base64url(first)) * 4 // 3 == 32


async def test_one_signature_serves_many_messages(sender: WebPushSender) -> None:
    async with provider(Says(201)) as there:
        for _ in range(5):
            await sender.send(at(there))

    assert len({asked.headers["authorization"] for asked in there.asked}) == 1


async def test_a_key_in_a_file_is_as_good(tmp_path: Path) -> None:
    file = tmp_path / "private.pem"
    file.write_bytes(OURS.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    url = (
        f"vapid://?subject=https://example.com/contact&key={quote(str(file))}&account=shop&allow=127.0.0.0/8,10.0.0.0/8"
    )
    [made] = senders(Channel.WEB_PUSH, DispatchSettings("redis://", {"WEB_PUSH_URL": (url,)}))
    async with provider(Says(201)) as there:
        assert await made.send(at(there)) == Accepted("201")

    assert made.provider == "shop"
    assert there.asked[0].headers["authorization"].endswith(f", k={OUR_POINT}")
    await made.close()
