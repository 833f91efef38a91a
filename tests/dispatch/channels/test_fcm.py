from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

import jwt
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from dispatch.accounts import Accounts, Answered
from dispatch.channels.fcm import FcmSender
from dispatch.channels.registry import senders
from dispatch.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from dispatch.settings import DispatchSettings
from graph.delivery import Delivery, PushTarget
from graph.reach import ReachFacts
from graph.vocabulary import Channel, MessagePurpose, PushProvider
from tests.dispatch.http_provider import Asked, HttpProvider, Says, provider

KEY = rsa.generate_private_key(65537, 2048)
EMAIL = "sender@shop.iam.example.com"
NAME = "projects/shop-1/messages/0:150041"
SENT = Says.json({"name": NAME})
FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"
NEWS = Delivery(
    message_id="msg_01JABCDEFG0123456789ABCDEF",
    channel=Channel.MOBILE_PUSH,
    purpose=MessagePurpose.MARKETING,
    attempt=1,
    facts=ReachFacts(None, None),
    address="hushtoken:APA91b",
    sender=None,
    subject="Hello",
    text="Good day.",
    url="https://example.com/news",
    icon="https://example.com/icon.png",
    push=PushTarget(PushProvider.FIREBASE, app_id="com.example.shop"),
)


SERVICE_ACCOUNT = {
    "type": "service_account",
    "project_id": "shop-1",
    "private_key_id": "key-1",
    "private_key": KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    "client_email": EMAIL,
    "token_uri": "https://oauth2.example.com/token",
}


@dataclass(slots=True)
class Google:
    """Both of Google's servers. `message` is what the second answers, one after the other, the last again and again."""

    there: HttpProvider
    sender: FcmSender
    messages: list[Says]
    token: Callable[[int], Says]
    tokens: int = 0
    sent: list[Asked] = field(default_factory=list)
    asked_for_tokens: list[Asked] = field(default_factory=list)

    def answer(self, asked: Asked) -> Says:
        if asked.path == "/token":
            self.tokens += 1
            self.asked_for_tokens.append(asked)
            return self.token(self.tokens)
        self.sent.append(asked)
        return self.messages.pop(0) if len(self.messages) > 1 else self.messages[0]


def new_token(number: int) -> Says:
    return Says.json({"access_token": f"hushaccess{number}", "expires_in": 3599, "token_type": "Bearer"})


@asynccontextmanager
async def google(
    folder: Path, *messages: Says, token: Callable[[int], Says] = new_token, lease_ms: int = 2_000
) -> AsyncIterator[Google]:
    file = folder / "service account.json"
    file.write_bytes(orjson.dumps(SERVICE_ACCOUNT))
    async with provider(Says()) as there:
        url = f"fcm+http://127.0.0.1:{there.port}?key={quote(str(file))}&token-url={quote(there.url)}/token"
        made = FcmSender.from_url(url, "MOBILE_PUSH_URL", lease_ms)
        found = Google(there, made, list(messages) or [SENT], token)
        there.answer = found.answer
        yield found
        await made.close()


def error(status: int, name: str, *details: dict[str, Any], message: str = "hushtoken failed", **headers: str) -> Says:
    said = {"error": {"code": status, "message": message, "status": name, "details": list(details)}}
    return Says.json(said, status, **headers)


def code(name: str) -> dict[str, Any]:
    return {"@type": FCM_ERROR, "errorCode": name}


def violation(field_name: str) -> dict[str, Any]:
    return {"@type": BAD_REQUEST, "fieldViolations": [{"field": field_name, "description": "Invalid hushtoken"}]}


async def test_google_gets_the_message_with_a_token(tmp_path: Path) -> None:
    async with google(tmp_path) as there:
        assert await there.sender.send(NEWS) == Accepted("200", NAME)

    [asked] = there.sent
    assert (asked.method, asked.path) == ("POST", "/v1/projects/shop-1/messages:send")
    assert asked.headers["authorization"] == "Bearer hushaccess1"
    assert asked.headers["content-type"] == "application/json"
    assert asked.json() == {
        "message": {
            "token": "hushtoken:APA91b",
            "notification": {"title": "Hello", "body": "Good day.", "image": "https://example.com/icon.png"},
            "data": {"url": "https://example.com/news", "id": "msg_01JABCDEFG0123456789ABCDEF"},
        }
    }


async def test_many_at_once_fetch_one_token_and_later_ones_none(tmp_path: Path) -> None:
    async with google(tmp_path) as there:
        outcomes = await asyncio.gather(*(there.sender.send(NEWS) for _ in range(50)))
        await there.sender.send(NEWS)

    assert outcomes == [Accepted("200", NAME)] * 50
    assert (there.tokens, len(there.sent)) == (1, 51)


async def test_the_token_is_for_sending_and_from_the_server_that_the_url_names(tmp_path: Path) -> None:
    async with google(tmp_path) as there:
        await there.sender.send(NEWS)

    [assertion] = parse_qs(there.asked_for_tokens[0].body.decode())["assertion"]
    claims = jwt.decode(assertion, KEY.public_key(), algorithms=["RS256"], audience=f"{there.there.url}/token")
    assert (claims["iss"], claims["scope"]) == (EMAIL, "https://www.googleapis.com/auth/firebase.messaging")


async def test_a_token_that_is_not_taken_is_fetched_again_once(tmp_path: Path) -> None:
    async with google(tmp_path, error(401, "UNAUTHENTICATED"), SENT) as there:
        assert await there.sender.send(NEWS) == Accepted("200", NAME)
        assert await there.sender.send(NEWS) == Accepted("200", NAME)

    assert [asked.headers["authorization"] for asked in there.sent] == [
        "Bearer hushaccess1",
        "Bearer hushaccess2",
        "Bearer hushaccess2",
    ]


async def test_many_whose_token_is_not_taken_fetch_one_new_one(tmp_path: Path) -> None:
    async with google(tmp_path, *[error(401, "UNAUTHENTICATED")] * 20, SENT) as there:
        outcomes = await asyncio.gather(*(there.sender.send(NEWS) for _ in range(20)))

    assert outcomes == [Accepted("200", NAME)] * 20
    assert there.tokens == 2


async def test_no_token_is_taken_at_all(tmp_path: Path) -> None:
    async with google(tmp_path, error(401, "UNAUTHENTICATED")) as there:
        assert await there.sender.send(NEWS) == Deferred("401 UNAUTHENTICATED", elsewhere=True)

    assert (there.tokens, len(there.sent)) == (2, 2)


@pytest.mark.parametrize(
    ("says", "outcome"),
    [
        (SENT, Accepted("200", NAME)),
        (Says(200, b"?"), Accepted("200")),
        (
            error(400, "INVALID_ARGUMENT", code("INVALID_ARGUMENT"), violation("message.android.ttl")),
            Refused("400 INVALID_ARGUMENT"),
        ),
        (error(400, "INVALID_ARGUMENT", violation("message.data[0].value")), Refused("400 INVALID_ARGUMENT")),
        (
            error(400, "INVALID_ARGUMENT", code("INVALID_ARGUMENT"), violation("message.token")),
            Refused("400 INVALID_ARGUMENT", suppress=True),
        ),
        (
            error(
                400,
                "INVALID_ARGUMENT",
                code("INVALID_ARGUMENT"),
                message="The registration token is not a valid FCM registration token",
            ),
            Refused("400 INVALID_ARGUMENT", suppress=True),
        ),
        (error(400, "INVALID_ARGUMENT", code("INVALID_ARGUMENT")), Refused("400 INVALID_ARGUMENT")),
        (Says(400, b"<html>"), Refused("400")),
        (Says(413, b"<html>"), Refused("413")),
        (error(404, "NOT_FOUND", code("UNREGISTERED")), Refused("404 UNREGISTERED", suppress=True)),
        (error(404, "NOT_FOUND"), Deferred("404 NOT_FOUND", elsewhere=True)),
        (error(403, "PERMISSION_DENIED", code("SENDER_ID_MISMATCH")), Refused("403 SENDER_ID_MISMATCH")),
        (error(403, "PERMISSION_DENIED"), Deferred("403 PERMISSION_DENIED", elsewhere=True)),
        (
            error(429, "RESOURCE_EXHAUSTED", code("QUOTA_EXCEEDED"), **{"Retry-After": "30"}),
            Deferred("429 QUOTA_EXCEEDED", 30_000),
        ),
        (error(429, "RESOURCE_EXHAUSTED", code("QUOTA_EXCEEDED")), Deferred("429 QUOTA_EXCEEDED", 60_000)),
        (error(429, "RESOURCE_EXHAUSTED"), Deferred("429 RESOURCE_EXHAUSTED", 60_000)),
        (
            error(503, "UNAVAILABLE", code("UNAVAILABLE"), **{"Retry-After": "9"}),
            Deferred("503 UNAVAILABLE", 9_000, elsewhere=True),
        ),
        (error(500, "INTERNAL", code("INTERNAL")), Deferred("500 INTERNAL", elsewhere=True)),
        (
            error(401, "UNAUTHENTICATED", code("THIRD_PARTY_AUTH_ERROR")),
            Deferred("401 THIRD_PARTY_AUTH_ERROR", elsewhere=True, others_may_leave=True),
        ),
        (error(500, "hush hush", code("UNSPECIFIED_ERROR")), Deferred("500 UNSPECIFIED_ERROR", elsewhere=True)),
        (Says(502, b"<html>"), Deferred("502", elsewhere=True)),
        (Says.json({"error": "hush"}, 500), Deferred("500", elsewhere=True)),
        (Says.json({"error": {"status": "hush", "details": "hush"}}, 500), Deferred("500", elsewhere=True)),
        (Says(hangs=True), Unknown("no answer in time", at_fault=True)),
        (Says(hangs_up=True), Unknown("the connection was lost", at_fault=True)),
    ],
)
async def test_an_answer_is_an_outcome(tmp_path: Path, says: Says, outcome: Outcome) -> None:
    async with google(tmp_path, says) as there:
        assert await there.sender.send(NEWS) == outcome

    assert len(there.sent) == 1


@pytest.mark.parametrize(
    ("says", "answer"),
    [
        (
            Says.json({"error": "invalid_grant", "error_description": "hush"}, 400),
            "the token server: 400 invalid_grant",
        ),
        (Says.json({"error": {"hush": 1}}, 401), "the token server: 401"),
        (Says(500), "the token server: 500"),
        (Says(200, b"?"), "the token server: 200"),
        (Says.json({"access_token": ""}), "the token server: 200"),
        (Says(hangs=True), "the token server: no answer in time"),
        (Says(hangs_up=True), "the token server: the connection was lost"),
    ],
)
async def test_without_a_token_nothing_was_sent(tmp_path: Path, says: Says, answer: str) -> None:
    async with google(tmp_path, token=lambda _: says) as there:
        outcomes = await asyncio.gather(*(there.sender.send(NEWS) for _ in range(20)))

    assert outcomes == [Deferred(answer, elsewhere=True)] * 20
    assert (there.tokens, there.sent) == (1, [])


@pytest.mark.parametrize(
    ("messages", "token"),
    [
        ([Says(hangs=True)], new_token),
        ([error(401, "UNAUTHENTICATED"), Says(hangs=True)], new_token),
        ([SENT], lambda _: Says(hangs=True)),
    ],
)
async def test_it_ends_within_the_lease(tmp_path: Path, messages: list[Says], token: Callable[[int], Says]) -> None:
    async with google(tmp_path, *messages, token=token, lease_ms=1_000) as there, asyncio.timeout(1):
        await there.sender.send(NEWS)


async def test_nobody_there_is_put_off(tmp_path: Path) -> None:
    async with google(tmp_path) as there:
        await there.sender.send(NEWS)
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            there.sender._url = f"http://127.0.0.1:{held.getsockname()[1]}/"  # noqa: SLF001  # Only messages go there.

            assert await there.sender.send(NEWS) == Deferred("no connection", elsewhere=True)


@pytest.mark.parametrize(("left_s", "ttl"), [(600, 600), (-5, 0), (9_999_999, 2_419_200)])
async def test_google_keeps_it_no_longer_than_it_is_good_for(tmp_path: Path, left_s: int, ttl: int) -> None:
    expires_at = round((time.time() + left_s) * 1000)
    async with google(tmp_path) as there:
        await there.sender.send(replace(NEWS, facts=ReachFacts(None, None, expires_at=expires_at)))

    message = there.sent[0].json()["message"]
    assert int(message["android"]["ttl"].removesuffix("s")) == pytest.approx(ttl, abs=2)
    assert int(message["apns"]["headers"]["apns-expiration"]) == pytest.approx(time.time() + ttl, abs=5)


async def test_without_a_device_nothing_is_sent(tmp_path: Path) -> None:
    async with google(tmp_path) as there:
        assert await there.sender.send(replace(NEWS, address=None)) == Refused("there is no device token")

    assert there.there.asked == []


async def test_only_devices_of_firebase_and_of_its_app_are_for_it(tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    file.write_bytes(orjson.dumps(SERVICE_ACCOUNT))
    urls = (f"fcm://?key={file}&account=shop&app=com.example.shop", f"fcm://?key={file}&account=rest")
    shop, rest = senders(Channel.MOBILE_PUSH, DispatchSettings("redis://", {"MOBILE_PUSH_URL": urls}))
    assert isinstance(shop, FcmSender)
    assert isinstance(rest, FcmSender)
    other = replace(NEWS, push=PushTarget(PushProvider.FIREBASE, app_id="com.example.other"))
    apple = replace(NEWS, push=PushTarget(PushProvider.APNS, app_id="com.example.shop"))

    assert [each.takes(NEWS) for each in (shop, rest)] == [True, True]
    assert [each.takes(other) for each in (shop, rest)] == [False, True]
    assert [each.takes(apple) for each in (shop, rest)] == [False, False]
    assert await Accounts.of([shop, rest]).send(apple) == Answered("mobile_push", Refused("no account for APNS"))
    await shop.close()
    await rest.close()
