from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid5

import orjson

from dispatch.channels.apple_token import AppleKey, AppleToken
from dispatch.channels.http2_client import Http2Client
from dispatch.channels.key_file import p256_key_file
from dispatch.http_client import HttpAnswer, outcome_of
from dispatch.outcome import Accepted, Deferred, Outcome, Refused
from dispatch.provider_account import ProviderAccount
from graph.delivery import Delivery
from graph.vocabulary import PushProvider

_DEFAULT: Final = "https://api.push.apple.com"
# Of the lease: with a new token the message goes out a second time.
_MESSAGE_SHARE: Final = 0.5
_OURS: Final = UUID("2a80c9ca-ec11-506c-94f4-2c4259f7879c")
# They stand in a path and in a header.
_TOKEN: Final = re.compile(r"[0-9A-Fa-f]{1,400}")
_TOPIC: Final = re.compile(r"[A-Za-z0-9._-]{1,255}")
_REASON: Final = re.compile(r"[A-Za-z]{1,40}")
_OK: Final = 200
_FORBIDDEN: Final = 403
_GONE: Final = 410
_TOO_MANY: Final = 429
_CLIENT_ERROR: Final = 4
_EXPIRED: Final = "ExpiredProviderToken"
# As Apple asks for: after an error of its servers, and after tokens that were renewed too often.
_QUARTER_MS: Final = 15 * 60_000
_TOKEN_WAIT_MS: Final = 20 * 60_000

_DEAD: Final = frozenset({"BadDeviceToken", "ExpiredToken", "Unregistered"})
_OTHER_APP: Final = "TopicDisallowed"
# Of our key, certificate or rights there, so that another account may do better.
_OUR_ACCOUNT: Final = frozenset(
    {
        "BadCertificate",
        "BadCertificateEnvironment",
        "BadEnvironmentKeyIdInToken",
        # So it is spelled by the servers, whatever the documentation says.
        "BadEnvironmentKeyInToken",
        "ExpiredProviderToken",
        "Forbidden",
        "InvalidProviderToken",
        "MissingProviderToken",
        _OTHER_APP,
        "UnrelatedKeyIdInToken",
    }
)
# Not this time, for nobody's fault.
_LATER: Final = frozenset({"IdleTimeout", "TooManyRequests"})


class ApnsSender:
    """Hands a notification to Apple's push service, over one connection for all of them."""

    def __init__(self, name: str, base_url: str, key: AppleKey, lease_ms: int, topic: str | None = None) -> None:
        """`topic` is the app where a device does not name its own."""
        self.provider = name
        self._topic = topic
        self._token = AppleToken(key)
        self._client = Http2Client(base_url, round(lease_ms * _MESSAGE_SHARE))

    @classmethod
    def from_url(cls, url: str, variable: str, lease_ms: int) -> ApnsSender:
        """`apns://<team>:<key id>@api.push.apple.com?key=/path/AuthKey.p8&topic=com.example.app`.

        Raises ValueError that names the variable where it is wrong.
        """
        account = ProviderAccount.from_url(url, variable, _DEFAULT)
        account.refuse_others("key", "topic")
        team_id, key_id = account.need_user_and_secret()
        topic = account.options.get("topic")
        if topic is not None and not _TOPIC.fullmatch(topic):
            raise ValueError(f"{variable}: topic must be an app's id like com.example.app")
        key = AppleKey(team_id, key_id, p256_key_file(account))
        return cls(account.name, account.base_url, key, lease_ms, topic)

    def takes(self, delivery: Delivery) -> bool:
        return delivery.push.provider is PushProvider.APNS

    async def close(self) -> None:
        await self._client.close()

    async def send(self, delivery: Delivery) -> Outcome:
        device, topic = delivery.address or "", delivery.push.app_id or self._topic or ""
        if not _TOKEN.fullmatch(device):
            return Refused("the address is not a device token")
        if not _TOPIC.fullmatch(topic):
            return Refused("nobody says which app the device token is of")
        headers = _headers(delivery, topic)
        try:
            return await self._post(device, delivery, headers)
        except _TokenExpired:
            pass
        try:
            return await self._post(device, delivery, headers)
        except _TokenExpired as expired:
            return Deferred(str(expired), elsewhere=True)

    async def _post(self, device: str, delivery: Delivery, headers: Mapping[str, str]) -> Outcome:
        token = self._token.value()
        request = self._client.post(
            f"/3/device/{device}", _payload(delivery), {"authorization": f"bearer {token}", **headers}
        )
        try:
            return await outcome_of(request, _outcome)
        except _TokenExpired:
            self._token.drop(token)
            raise


class _TokenExpired(Exception):
    """Apple calls our token too old, and says so in the text."""


def _headers(delivery: Delivery, topic: str) -> dict[str, str]:
    headers = {
        "apns-topic": topic,
        "apns-push-type": "alert",
        # The same for each try of one message.
        "apns-id": str(uuid5(_OURS, delivery.message_id)),
        "content-type": "application/json",
    }
    expires_at = delivery.facts.expires_at
    if expires_at is not None:
        headers["apns-expiration"] = str(expires_at // 1000)
    return headers


def _payload(delivery: Delivery) -> bytes:
    """Apple's own part, and beside it what the app reads."""
    aps: dict[str, Any] = {"alert": _given({"title": delivery.subject, "body": delivery.text}), "sound": "default"}
    if delivery.icon is not None:
        # Only so may the app fetch an image before the notification shows.
        aps["mutable-content"] = 1
    own = _given({"id": delivery.message_id, "url": delivery.url, "icon": delivery.icon})
    return orjson.dumps({"aps": aps, **own})


def _given(content: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in content.items() if value is not None}


def _outcome(answer: HttpAnswer) -> Outcome:
    """By Apple's table of reasons; what is not in it, by its status. Raises _TokenExpired."""
    if answer.status == _OK:
        return Accepted("200", answer.headers.get("apns-id"))
    reason = str(answer.json().get("reason", ""))
    reason = reason if _REASON.fullmatch(reason) else ""
    says = f"{answer.status} {reason}".strip()
    if reason == _EXPIRED:
        raise _TokenExpired(says)
    if reason in _DEAD or answer.status == _GONE:
        return Refused(says, suppress=True)
    if reason in _OUR_ACCOUNT or answer.status == _FORBIDDEN:
        # The app is what a device said of itself.
        return Deferred(says, elsewhere=True, others_may_leave=reason == _OTHER_APP)
    return _put_off(answer, reason, says) or Refused(says)


def _put_off(answer: HttpAnswer, reason: str, says: str) -> Deferred | None:
    after_ms = answer.retry_after_ms
    if reason == "TooManyProviderTokenUpdates":
        return Deferred(says, _TOKEN_WAIT_MS if after_ms is None else after_ms, elsewhere=True)
    if reason in _LATER or answer.status == _TOO_MANY:
        return Deferred(says, after_ms)
    if answer.status // 100 != _CLIENT_ERROR:
        return Deferred(says, _QUARTER_MS if after_ms is None else after_ms, elsewhere=True)
    return None
