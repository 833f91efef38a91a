from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from h2.errors import ErrorCodes
from h2.settings import SettingCodes

from dispatch.accounts import Accounts, Answered
from dispatch.channels.apns import ApnsSender
from dispatch.channels.registry import senders
from dispatch.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from dispatch.settings import DispatchSettings
from graph.delivery import Delivery, PushTarget
from graph.reach import ReachFacts
from graph.vocabulary import Channel, MessagePurpose, PushProvider
from tests.dispatch.http2_provider import Http2Provider, Http2Says, http2_provider
from tests.dispatch.http_provider import Asked

KEY = ec.generate_private_key(ec.SECP256R1())
DEVICE = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0"
APNS_ID = "c4d5b1a0-0000-4000-8000-000000000001"
SENT = Http2Says(200, headers={"apns-id": APNS_ID})
NEWS = Delivery(
    message_id="msg_01JABCDEFG0123456789ABCDEF",
    channel=Channel.MOBILE_PUSH,
    purpose=MessagePurpose.MARKETING,
    attempt=1,
    facts=ReachFacts(None, None),
    address=DEVICE,
    sender=None,
    subject="Hello",
    text="Good day.",
    url="https://example.com/news",
    icon="https://example.com/icon.png",
    push=PushTarget(PushProvider.APNS, app_id="com.example.shop"),
)


def key_file(folder: Path) -> Path:
    file = folder / "AuthKey.p8"
    file.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return file


@asynccontextmanager
async def apple(
    folder: Path,
    answer: Callable[[Asked], Http2Says] | Http2Says = SENT,
    options: str = "",
    lease_ms: int = 1_000,
    **settings: Any,
) -> AsyncIterator[tuple[Http2Provider, ApnsSender]]:
    async with http2_provider(answer, **settings) as there:
        url = f"apns+http://TEAM123456:KEY1234567@127.0.0.1:{there.port}?key={key_file(folder)}{options}"
        made = ApnsSender.from_url(url, "MOBILE_PUSH_URL", lease_ms)
        yield there, made
        await made.close()


def reason(status: int, name: str, **headers: str) -> Http2Says:
    return Http2Says.json({"reason": name, "timestamp": 1_700_000_000_000}, status, **headers)


async def test_apple_gets_the_notification(tmp_path: Path) -> None:
    async with apple(tmp_path) as (there, sender):
        assert await sender.send(NEWS) == Accepted("200", APNS_ID)

    [asked] = there.asked
    assert (asked.method, asked.path) == ("POST", f"/3/device/{DEVICE}")
    assert asked.headers["apns-topic"] == "com.example.shop"
    assert asked.headers["apns-push-type"] == "alert"
    assert asked.headers["apns-id"] == "3d666251-43a5-5bec-890f-276db0a967fe"
    assert not {"apns-expiration", "apns-collapse-id"} & asked.headers.keys()
    assert asked.json() == {
        "aps": {"alert": {"title": "Hello", "body": "Good day."}, "sound": "default", "mutable-content": 1},
        "id": "msg_01JABCDEFG0123456789ABCDEF",
        "url": "https://example.com/news",
        "icon": "https://example.com/icon.png",
    }
    scheme, _, token = asked.headers["authorization"].partition(" ")
    claims = jwt.decode(token, KEY.public_key(), algorithms=["ES256"])
    assert (scheme, claims) == ("bearer", {"iss": "TEAM123456", "iat": claims["iat"]})
    assert jwt.get_unverified_header(token)["kid"] == "KEY1234567"


async def test_what_is_not_there_is_not_sent(tmp_path: Path) -> None:
    async with apple(tmp_path) as (there, sender):
        await sender.send(replace(NEWS, subject=None, url=None, icon=None))

    assert there.asked[0].json() == {
        "aps": {"alert": {"body": "Good day."}, "sound": "default"},
        "id": "msg_01JABCDEFG0123456789ABCDEF",
    }


async def test_each_try_of_a_message_has_its_id_and_no_other_message_has(tmp_path: Path) -> None:
    async with apple(tmp_path) as (there, sender):
        for delivery in (NEWS, replace(NEWS, attempt=2), replace(NEWS, message_id="msg_2")):
            await sender.send(delivery)

    first, again, other = (asked.headers["apns-id"] for asked in there.asked)
    assert (first == again, first == other) == (True, False)


async def test_apple_keeps_it_no_longer_than_it_is_good_for(tmp_path: Path) -> None:
    async with apple(tmp_path) as (there, sender):
        await sender.send(replace(NEWS, facts=ReachFacts(None, None, expires_at=1_900_000_000_999)))

    assert there.asked[0].headers["apns-expiration"] == "1900000000"


async def test_many_at_once_go_over_one_connection_with_one_token(tmp_path: Path) -> None:
    async with apple(tmp_path, settings={SettingCodes.MAX_CONCURRENT_STREAMS: 7}) as (there, sender):
        outcomes = await asyncio.gather(*(sender.send(NEWS) for _ in range(50)))

    assert outcomes == [Accepted("200", APNS_ID)] * 50
    assert [served.most_open for served in there.connections] == [7]
    assert len({asked.headers["authorization"] for asked in there.asked}) == 1


@pytest.mark.parametrize(
    ("says", "outcome"),
    [
        (SENT, Accepted("200", APNS_ID)),
        (reason(400, "BadCollapseId"), Refused("400 BadCollapseId")),
        (reason(400, "BadDeviceToken"), Refused("400 BadDeviceToken", suppress=True)),
        (reason(400, "BadExpirationDate"), Refused("400 BadExpirationDate")),
        (reason(400, "BadMessageId"), Refused("400 BadMessageId")),
        (reason(400, "BadPriority"), Refused("400 BadPriority")),
        (reason(400, "BadTopic"), Refused("400 BadTopic")),
        (reason(400, "DeviceTokenNotForTopic"), Refused("400 DeviceTokenNotForTopic")),
        (reason(400, "DuplicateHeaders"), Refused("400 DuplicateHeaders")),
        (reason(400, "IdleTimeout"), Deferred("400 IdleTimeout")),
        (reason(400, "InvalidPushType"), Refused("400 InvalidPushType")),
        (reason(400, "MissingDeviceToken"), Refused("400 MissingDeviceToken")),
        (reason(400, "MissingTopic"), Refused("400 MissingTopic")),
        (reason(400, "PayloadEmpty"), Refused("400 PayloadEmpty")),
        (reason(400, "TopicDisallowed"), Deferred("400 TopicDisallowed", elsewhere=True, others_may_leave=True)),
        (reason(403, "BadCertificate"), Deferred("403 BadCertificate", elsewhere=True)),
        (reason(403, "BadCertificateEnvironment"), Deferred("403 BadCertificateEnvironment", elsewhere=True)),
        (reason(403, "Forbidden"), Deferred("403 Forbidden", elsewhere=True)),
        (reason(403, "InvalidProviderToken"), Deferred("403 InvalidProviderToken", elsewhere=True)),
        (reason(403, "MissingProviderToken"), Deferred("403 MissingProviderToken", elsewhere=True)),
        (reason(403, "UnrelatedKeyIdInToken"), Deferred("403 UnrelatedKeyIdInToken", elsewhere=True)),
        (reason(403, "BadEnvironmentKeyIdInToken"), Deferred("403 BadEnvironmentKeyIdInToken", elsewhere=True)),
        (reason(403, "BadEnvironmentKeyInToken"), Deferred("403 BadEnvironmentKeyInToken", elsewhere=True)),
        (reason(404, "BadPath"), Refused("404 BadPath")),
        (reason(405, "MethodNotAllowed"), Refused("405 MethodNotAllowed")),
        (reason(410, "ExpiredToken"), Refused("410 ExpiredToken", suppress=True)),
        (reason(410, "Unregistered"), Refused("410 Unregistered", suppress=True)),
        (reason(413, "PayloadTooLarge"), Refused("413 PayloadTooLarge")),
        (
            reason(429, "TooManyProviderTokenUpdates"),
            Deferred("429 TooManyProviderTokenUpdates", 1_200_000, elsewhere=True),
        ),
        (reason(429, "TooManyRequests"), Deferred("429 TooManyRequests")),
        (reason(429, "TooManyRequests", **{"retry-after": "9"}), Deferred("429 TooManyRequests", 9_000)),
        (reason(500, "InternalServerError"), Deferred("500 InternalServerError", 900_000, elsewhere=True)),
        (reason(503, "ServiceUnavailable"), Deferred("503 ServiceUnavailable", 900_000, elsewhere=True)),
        (reason(503, "Shutdown"), Deferred("503 Shutdown", 900_000, elsewhere=True)),
        (reason(503, "Shutdown", **{"retry-after": "9"}), Deferred("503 Shutdown", 9_000, elsewhere=True)),
        # What no table has yet.
        (reason(400, "NewReason"), Refused("400 NewReason")),
        (reason(403, "NewReason"), Deferred("403 NewReason", elsewhere=True)),
        (reason(410, "NewReason"), Refused("410 NewReason", suppress=True)),
        (reason(429, "NewReason"), Deferred("429 NewReason")),
        (reason(500, "hush, hush"), Deferred("500", 900_000, elsewhere=True)),
        (Http2Says(302), Deferred("302", 900_000, elsewhere=True)),
        (Http2Says(400, b"<html>"), Refused("400")),
        (Http2Says(hangs=True), Unknown("no answer in time", at_fault=True)),
        (Http2Says(hangs_up=True), Unknown("the connection was lost", at_fault=True)),
        (Http2Says(resets=ErrorCodes.REFUSED_STREAM), Deferred("the connection was lost", elsewhere=True)),
        (Http2Says(resets=ErrorCodes.INTERNAL_ERROR), Unknown("the connection was lost", at_fault=True)),
    ],
)
async def test_an_answer_is_an_outcome(tmp_path: Path, says: Http2Says, outcome: Outcome) -> None:
    async with apple(tmp_path, says) as (there, sender), asyncio.timeout(1):
        assert await sender.send(NEWS) == outcome

    assert len(there.asked) == 1


async def test_a_token_that_is_too_old_is_made_anew_once(tmp_path: Path) -> None:
    answers = [reason(403, "ExpiredProviderToken"), SENT, SENT]
    async with apple(tmp_path, lambda _: answers.pop(0)) as (there, sender):
        assert await sender.send(NEWS) == Accepted("200", APNS_ID)
        assert await sender.send(NEWS) == Accepted("200", APNS_ID)

    first, second, third = (asked.headers["authorization"] for asked in there.asked)
    assert (first != second, second == third) == (True, True)


async def test_a_new_token_that_is_too_old_as_well_is_kept_for_a_while(tmp_path: Path) -> None:
    async with apple(tmp_path, reason(403, "ExpiredProviderToken")) as (there, sender):
        outcomes = [await sender.send(NEWS) for _ in range(2)]

    assert outcomes == [Deferred("403 ExpiredProviderToken", elsewhere=True)] * 2
    # Apple refuses who makes new ones again and again.
    assert len({asked.headers["authorization"] for asked in there.asked}) == 2
    assert len(there.asked) == 4


async def test_it_ends_within_the_lease_also_with_a_second_try(tmp_path: Path) -> None:
    answers = [reason(403, "ExpiredProviderToken"), Http2Says(hangs=True)]
    async with apple(tmp_path, lambda _: answers.pop(0)) as (_, sender), asyncio.timeout(1):
        assert await sender.send(NEWS) == Unknown("no answer in time", at_fault=True)


async def test_nobody_there_is_put_off(tmp_path: Path) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"apns+http://T:K@127.0.0.1:{held.getsockname()[1]}?key={key_file(tmp_path)}"
        sender = ApnsSender.from_url(url, "MOBILE_PUSH_URL", 1_000)

        assert await sender.send(NEWS) == Deferred("no connection", elsewhere=True)
        await sender.close()


@pytest.mark.parametrize(
    ("address", "app_id", "answer"),
    [
        (None, "com.example.shop", "the address is not a device token"),
        ("hush/../x", "com.example.shop", "the address is not a device token"),
        (DEVICE + "\n", "com.example.shop", "the address is not a device token"),
        (DEVICE, None, "nobody says which app the device token is of"),
        (DEVICE, "com.example.shop\r\napns-priority: 1", "nobody says which app the device token is of"),
    ],
)
async def test_what_is_not_a_device_of_an_app_is_not_sent_to(
    tmp_path: Path, address: str | None, app_id: str | None, answer: str
) -> None:
    async with apple(tmp_path) as (there, sender):
        push = PushTarget(PushProvider.APNS, app_id=app_id)
        assert await sender.send(replace(NEWS, address=address, push=push)) == Refused(answer)

    assert there.asked == []


async def test_a_device_that_does_not_name_its_app_is_of_the_accounts(tmp_path: Path) -> None:
    async with apple(tmp_path, options="&topic=com.example.main") as (there, sender):
        await sender.send(replace(NEWS, push=PushTarget(PushProvider.APNS)))
        await sender.send(NEWS)

    assert [asked.headers["apns-topic"] for asked in there.asked] == ["com.example.main", "com.example.shop"]


async def test_each_device_goes_to_the_account_of_its_provider(tmp_path: Path) -> None:
    file = key_file(tmp_path)
    settings = DispatchSettings("redis://", {"MOBILE_PUSH_URL": (f"apns://T:K@?key={file}&account=main",)})
    [made] = senders(Channel.MOBILE_PUSH, settings)
    google = replace(NEWS, push=PushTarget(PushProvider.FIREBASE))

    assert made.provider == "main"
    assert await Accounts.of([made]).send(google) == Answered("mobile_push", Refused("no account for FIREBASE"))
    await made.close()


@pytest.mark.parametrize(
    ("rest", "says"),
    [
        ("TEAM@?key={file}", "apns needs a user and a secret before the @"),
        ("?key={file}", "apns needs a user and a secret before the @"),
        ("TEAM:hush@", "apns needs the option key"),
        ("TEAM:hush@?key={file}&sandbox=hush", "apns has no option sandbox"),
        ("TEAM:hush@?key={file}&topic=com%20hush", "topic must be an app's id like com.example.app"),
        ("TEAM:hush@?key={file}hush", "key names a file that cannot be read"),
        ("TEAM:hush@?key={garbage}", "key names a file that holds no private key of P-256 in PEM"),
    ],
)
def test_a_wrong_url_is_refused_by_the_name_of_what_is_wrong(tmp_path: Path, rest: str, says: str) -> None:
    garbage = tmp_path / "garbage"
    garbage.write_bytes(orjson.dumps("hush"))
    url = f"apns://{rest.format(file=key_file(tmp_path), garbage=garbage)}"
    with pytest.raises(ValueError, match=r"^MOBILE_PUSH_URL: ") as caught:
        ApnsSender.from_url(url, "MOBILE_PUSH_URL", 1_000)

    assert str(caught.value) == f"MOBILE_PUSH_URL: {says}"
    assert "hush" not in str(caught.value)
