from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import parse_qs

import jwt
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from dispatch.channels.fcm import FcmSender
from dispatch.channels.google_token import GoogleToken, ServiceAccount
from tests.dispatch.http_provider import Says, provider

KEY = rsa.generate_private_key(65537, 2048)
EMAIL = "sender@shop.iam.example.com"


def new_token(number: int) -> Says:
    return Says.json({"access_token": f"hushaccess{number}", "expires_in": 3599, "token_type": "Bearer"})


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


SERVICE_ACCOUNT = {
    "type": "service_account",
    "project_id": "shop-1",
    "private_key_id": "key-1",
    "private_key": pem(KEY),
    "client_email": EMAIL,
    "token_uri": "https://oauth2.example.com/token",
}


async def test_the_token_is_asked_for_with_what_the_key_signed() -> None:
    async with provider(new_token(1)) as there:
        token = GoogleToken(ServiceAccount("shop-1", EMAIL, f"{there.url}/token", "key-1", KEY), "a scope", 2_000)
        assert await token.value() == "hushaccess1"
        await token.close()

    [asked] = there.asked
    assert (asked.method, asked.path) == ("POST", "/token")
    form = parse_qs(asked.body.decode(), strict_parsing=True)
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    [assertion] = form["assertion"]
    audience = f"{there.url}/token"
    claims = jwt.decode(assertion, KEY.public_key(), algorithms=["RS256"], audience=audience)
    assert jwt.get_unverified_header(assertion)["kid"] == "key-1"
    assert claims == {
        "iss": EMAIL,
        "scope": "a scope",
        "aud": audience,
        "iat": claims["iat"],
        "exp": claims["iat"] + 3600,
    }
    assert abs(claims["iat"] - time.time()) < 5


async def test_a_token_is_not_used_in_its_last_minute() -> None:
    now = 1_800_000_000.0
    async with provider(Says()) as there:
        there.answer = lambda _: new_token(len(there.asked))
        account = ServiceAccount("shop-1", EMAIL, there.url, "key-1", KEY)
        token = GoogleToken(account, "scope", 2_000, lambda: now)
        values = []
        for passed_s in (0, 3538, 1, 3600):
            now += passed_s
            values.append(await token.value())
        await token.close()

    assert values == ["hushaccess1", "hushaccess1", "hushaccess2", "hushaccess3"]


async def test_dropping_an_old_token_leaves_the_one_that_came_after_it() -> None:
    async with provider(Says()) as there:
        there.answer = lambda _: new_token(len(there.asked))
        token = GoogleToken(ServiceAccount("shop-1", EMAIL, there.url, "key-1", KEY), "scope", 2_000)
        first = await token.value()
        token.drop(first)
        second = await token.value()
        token.drop(first)

        assert await token.value() == second
        await token.close()

    assert len(there.asked) == 2


@pytest.mark.parametrize(
    ("content", "rest", "says"),
    [
        (SERVICE_ACCOUNT, "", "fcm needs the option key"),
        (SERVICE_ACCOUNT, "?key={file}hush", "key names a file that cannot be read"),
        (SERVICE_ACCOUNT, "?key={file}&project=hush", "fcm has no option project"),
        (
            SERVICE_ACCOUNT,
            "?key={file}&token-url=hush",
            "the token server's address must begin with https:// or http://",
        ),
        ([], "?key={file}", "key names a file that is not a service account's JSON"),
        (
            {**SERVICE_ACCOUNT, "private_key": "hush"},
            "?key={file}",
            "key names a file that is not a service account's JSON",
        ),
        ({**SERVICE_ACCOUNT, "private_key": 1}, "?key={file}", "key names a file that is not a service account's JSON"),
        (
            {**SERVICE_ACCOUNT, "private_key": pem(ec.generate_private_key(ec.SECP256R1()))},
            "?key={file}",
            "key names a file that is not a service account's JSON",
        ),
        ({"project_id": "hush"}, "?key={file}", "key names a file that is not a service account's JSON"),
    ],
)
def test_a_wrong_url_is_refused_by_the_name_of_what_is_wrong(
    tmp_path: Path, content: object, rest: str, says: str
) -> None:
    file = tmp_path / "key.json"
    file.write_bytes(orjson.dumps(content))
    with pytest.raises(ValueError, match=r"^MOBILE_PUSH_URL: ") as caught:
        FcmSender.from_url(f"fcm://{rest.format(file=file)}", "MOBILE_PUSH_URL", 1_000)

    assert str(caught.value) == f"MOBILE_PUSH_URL: {says}"
    assert "hush" not in str(caught.value)
