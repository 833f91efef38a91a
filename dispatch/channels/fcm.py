from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

import orjson

from dispatch.channels.expiry import LONGEST_TTL_S, seconds_left
from dispatch.channels.google_token import GoogleToken, NoToken, ServiceAccount
from dispatch.http_client import HttpAnswer, HttpClient, outcome_of
from dispatch.outcome import Accepted, Deferred, Outcome, Refused
from dispatch.provider_account import ProviderAccount
from graph.delivery import Delivery
from graph.vocabulary import PushProvider

_DEFAULT: Final = "https://fcm.googleapis.com"
_SCOPE: Final = "https://www.googleapis.com/auth/firebase.messaging"
# Shares of the lease: twice a token and twice the message itself still end within it.
_TOKEN_SHARE: Final = 0.15
_MESSAGE_SHARE: Final = 0.35
_OK: Final = 200
_UNAUTHORIZED: Final = 401
_TOO_MANY: Final = 429
_OF_THE_MESSAGE: Final = frozenset({400, 413})
# A quota is filled up each minute; the documentation asks for this where an answer asks for nothing.
_QUOTA_WAIT_MS: Final = 60_000
_ERROR_TYPE: Final = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
_CODE: Final = re.compile(r"[A-Z_]{1,40}")
_APPLE_AUTH: Final = "THIRD_PARTY_AUTH_ERROR"
# Of a token that is none, as the documentation has it: it says so in no field, and codes tell it from nothing else.
_BAD_TOKEN: Final = "The registration token is not a valid FCM registration token"  # noqa: S105  # What Google says.
_TOKEN_FIELD: Final = "message.token"  # noqa: S105  # The name of a field.


class FcmSender:
    """Hands a notification to Firebase Cloud Messaging, by its HTTP v1 API, for apps that registered there."""

    def __init__(
        self, name: str, base_url: str, service_account: ServiceAccount, lease_ms: int, app_id: str | None = None
    ) -> None:
        """With `app_id` only for that app's devices: each project of Firebase refuses those of another for good."""
        self.provider = name
        self._app_id = app_id
        self._url = f"{base_url}/v1/projects/{quote(service_account.project, safe='')}/messages:send"
        self._token = GoogleToken(service_account, _SCOPE, round(lease_ms * _TOKEN_SHARE))
        self._client = HttpClient(round(lease_ms * _MESSAGE_SHARE))

    @classmethod
    def from_url(cls, url: str, variable: str, lease_ms: int) -> FcmSender:
        """`fcm://?key=/path/to/service-account.json`. Raises ValueError that names the variable where it is wrong."""
        account = ProviderAccount.from_url(url, variable, _DEFAULT)
        account.refuse_others("key", "app", "token-url")
        app_id = account.options.get("app")
        return cls(account.name, account.base_url, ServiceAccount.of(account), lease_ms, app_id)

    def takes(self, delivery: Delivery) -> bool:
        push = delivery.push
        return push.provider is PushProvider.FIREBASE and self._app_id in (None, push.app_id)

    async def close(self) -> None:
        await self._token.close()
        await self._client.close()

    async def send(self, delivery: Delivery) -> Outcome:
        if not delivery.address:
            return Refused("there is no device token")
        body = orjson.dumps({"message": _message(delivery)})
        try:
            return await self._post_with_token(body)
        except NoToken as none:
            return none.outcome
        except _TokenRefused as refused:
            return Deferred(str(refused), elsewhere=True)

    async def _post_with_token(self, body: bytes) -> Outcome:
        """Raises NoToken, and _TokenRefused where a new one is not taken either."""
        token = await self._token.value()
        try:
            return await self._post(token, body)
        except _TokenRefused:
            # It may have been withdrawn before its time.
            self._token.drop(token)
        return await self._post(await self._token.value(), body)

    async def _post(self, token: str, body: bytes) -> Outcome:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return await outcome_of(self._client.post(self._url, body, headers), _outcome)


class _TokenRefused(Exception):
    """Google does not take our token, and says so in the text."""


def _message(delivery: Delivery) -> dict[str, Any]:
    message: dict[str, Any] = {
        "token": delivery.address,
        "notification": _given({"title": delivery.subject, "body": delivery.text, "image": delivery.icon}),
        "data": _given({"url": delivery.url, "id": delivery.message_id}),
    }
    left_s = seconds_left(delivery)
    if left_s is not None:
        left_s = min(left_s, LONGEST_TTL_S)
        message["android"] = {"ttl": f"{left_s}s"}
        message["apns"] = {"headers": {"apns-expiration": str(int(time.time()) + left_s)}}
    return message


def _given(content: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in content.items() if value is not None}


def _outcome(answer: HttpAnswer) -> Outcome:
    """By the documentation's table of error codes; what is not in it, by its status."""
    said = answer.json()
    if answer.status == _OK:
        name = said.get("name")
        return Accepted("200", name if isinstance(name, str) else None)
    error = said.get("error")
    error = error if isinstance(error, dict) else {}
    code = _error_code(error)
    says = f"{answer.status} {code}".strip()
    match code:
        case "UNREGISTERED":
            return Refused(says, suppress=True)
        case "INVALID_ARGUMENT":
            return Refused(says, suppress=_is_of_the_token(error))
        case "SENDER_ID_MISMATCH":
            return Refused(says)
        case "QUOTA_EXCEEDED":
            return _too_many(answer, says)
    return _by_status(answer, says, code)


def _by_status(answer: HttpAnswer, says: str, code: str) -> Outcome:
    if answer.status == _UNAUTHORIZED and code != _APPLE_AUTH:
        raise _TokenRefused(says)
    if answer.status == _TOO_MANY:
        return _too_many(answer, says)
    if answer.status in _OF_THE_MESSAGE:
        return Refused(says)
    # Without a code of its own a 4xx speaks of the project and its rights, as a 404 for a project that is not there.
    return Deferred(says, answer.retry_after_ms, elsewhere=True, others_may_leave=code == _APPLE_AUTH)


def _too_many(answer: HttpAnswer, says: str) -> Deferred:
    # Another account is another project, which knows none of this one's devices.
    return Deferred(says, _QUOTA_WAIT_MS if answer.retry_after_ms is None else answer.retry_after_ms)


def _error_code(error: Mapping[str, Any]) -> str:
    """FCM's own code where it gives one, else Google's."""
    own = [each.get("errorCode") for each in _details(error) if each.get("@type") == _ERROR_TYPE]
    code = str(own[0] if own else error.get("status", ""))
    return code if _CODE.fullmatch(code) else ""


def _is_of_the_token(error: Mapping[str, Any]) -> bool:
    violations = [violation for each in _details(error) for violation in _objects(each.get("fieldViolations"))]
    if violations:
        return all(violation.get("field") == _TOKEN_FIELD for violation in violations)
    return error.get("message") == _BAD_TOKEN


def _details(error: Mapping[str, Any]) -> list[dict[str, Any]]:
    return _objects(error.get("details"))


def _objects(found: object) -> list[dict[str, Any]]:
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
