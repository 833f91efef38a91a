"""How a server of ours speaks to Google: by a token for an hour, in exchange for what its key has signed (RFC 7523)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlencode, urlsplit

import jwt
import orjson
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from dispatch.channels.key_file import key_file
from dispatch.http_client import AnswerLost, HttpAnswer, HttpClient, NotSent
from dispatch.outcome import Deferred
from dispatch.provider_account import ProviderAccount
from dispatch.single_flight import SingleFlight

_LIFE_S: Final = 3600
# A token is not used in its last minute, since it would end under way.
_MARGIN_S: Final = 60
_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_OK: Final = 200
_ERROR: Final = re.compile(r"[a-z_]{1,40}")


class NoToken(Exception):
    """There is none, so nothing was sent. `outcome` says why."""

    def __init__(self, outcome: Deferred) -> None:
        super().__init__(outcome.answer)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """What the file says that Google makes for a service account."""

    project: str
    email: str = field(repr=False)
    token_url: str
    key_id: str = field(repr=False)
    key: rsa.RSAPrivateKey = field(repr=False)

    @classmethod
    def of(cls, account: ProviderAccount) -> ServiceAccount:
        """Of the file that the option `key` names. Raises ValueError that names the variable and what is wrong."""
        text = key_file(account)
        try:
            found = _read(text)
        except (KeyError, TypeError, ValueError, AttributeError, UnsupportedAlgorithm):
            raise ValueError(f"{account.variable}: key names a file that is not a service account's JSON") from None
        token_url = account.options.get("token-url", found.token_url)
        if urlsplit(token_url).scheme not in ("https", "http"):
            raise ValueError(f"{account.variable}: the token server's address must begin with https:// or http://")
        return replace(found, token_url=token_url)


class GoogleToken:
    """The token of a service account, fetched once for all who wait for it and kept until a minute before its end."""

    def __init__(
        self, account: ServiceAccount, scope: str, lease_ms: int, clock: Callable[[], float] = time.time
    ) -> None:
        self._account = account
        self._scope = scope
        self._clock = clock
        self._client = HttpClient(lease_ms)
        self._fetching = SingleFlight(self._fetch)
        self._token = ""
        self._until = 0.0

    async def value(self) -> str:
        """Raises NoToken."""
        if self._token and self._clock() < self._until:
            return self._token
        return await self._fetching.result()

    def drop(self, token: str) -> None:
        """Google does not take this one. One that was fetched since then stays."""
        if token == self._token:
            self._token = ""

    async def close(self) -> None:
        await self._fetching.close()
        await self._client.close()

    async def _fetch(self) -> str:
        body = urlencode({"grant_type": _GRANT, "assertion": self._assertion()}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            answer = await self._client.post(self._account.token_url, body, headers)
        except (NotSent, AnswerLost) as error:
            raise NoToken(Deferred(f"the token server: {error}", elsewhere=True)) from None
        said = answer.json()
        token, life_s = said.get("access_token"), said.get("expires_in", _LIFE_S)
        if answer.status != _OK or not isinstance(token, str) or not token or not isinstance(life_s, int | float):
            raise NoToken(_refused(answer))
        self._token, self._until = token, self._clock() + life_s - _MARGIN_S
        return token

    def _assertion(self) -> str:
        now = int(self._clock())
        claims = {
            "iss": self._account.email,
            "scope": self._scope,
            "aud": self._account.token_url,
            "iat": now,
            "exp": now + _LIFE_S,
        }
        return jwt.encode(claims, self._account.key, algorithm="RS256", headers={"kid": self._account.key_id})


def _refused(answer: HttpAnswer) -> Deferred:
    error = str(answer.json().get("error", ""))
    code = f" {error}" if _ERROR.fullmatch(error) else ""
    return Deferred(f"the token server: {answer.status}{code}", answer.retry_after_ms, elsewhere=True)


def _read(text: bytes) -> ServiceAccount:
    """Raises one of several errors for what is not a service account's."""
    said = orjson.loads(text)
    project, email, token_url = (str(said[name]) for name in ("project_id", "client_email", "token_uri"))
    key = load_pem_private_key(said["private_key"].encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError
    return ServiceAccount(project, email, token_url, str(said.get("private_key_id", "")), key)
