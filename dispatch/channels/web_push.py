from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import orjson
from cryptography.hazmat.primitives.asymmetric import ec

from dispatch.channels.base64url import from_base64url, to_base64url
from dispatch.channels.expiry import LONGEST_TTL_S, seconds_left
from dispatch.channels.key_file import p256_key_file
from dispatch.channels.push_encryption import LARGEST_TEXT, TooLarge, encrypted
from dispatch.channels.vapid import Vapid
from dispatch.http_client import PER_SERVER, AnswerLost, HttpAnswer, HttpClient, NotSent, Unreachable
from dispatch.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from dispatch.provider_account import ProviderAccount
from dispatch.reachable import Reachable
from graph.delivery import Delivery
from graph.vocabulary import MessagePurpose

_KEY_BYTES: Final = 32
# A size says in which of these steps a text is, no more.
_PADDING_STEP: Final = 256
# What a push service calls a message may be anything; what is longer is not kept.
_LONGEST_ID: Final = 1_000
_SUCCESS: Final = 2
_SERVER_ERROR: Final = 5
_GONE: Final = frozenset({404, 410})
_NOT_US: Final = frozenset({401, 403})
_LATER: Final = frozenset({408, 425, 429})
_SAYS: Final[Mapping[int, str]] = {
    400: "the push service cannot read the request",
    401: "the push service does not know our key",
    403: "the push service does not take our key",
    404: "the subscription does not exist",
    410: "the subscription has ended",
    413: "the notification is too large",
    429: "too many requests",
}
# RFC 8030, 5.3: news may wait until the device is in use, a security code may not.
_URGENCY: Final[Mapping[MessagePurpose, str]] = {
    MessagePurpose.MARKETING: "normal",
    MessagePurpose.TRANSACTIONAL: "high",
    MessagePurpose.CONFIRMATION: "high",
}


class WebPushSender:
    """Hands a notification to the push service of a browser (RFC 8030), which cannot read it.

    The address is what the browser says, so only the public internet is called, and `allowed` besides.
    """

    def __init__(self, name: str, vapid: Vapid, lease_ms: int, reachable: Reachable, ttl_s: int) -> None:
        self.provider = name
        self._vapid = vapid
        self._ttl_s = ttl_s
        self._client = HttpClient(lease_ms, reachable, PER_SERVER)

    @classmethod
    def from_url(cls, url: str, variable: str, lease_ms: int) -> WebPushSender:
        """`vapid://:<private key in base64url>@?subject=mailto:ops@example.com`, or with `key=<PEM file>` instead.

        Raises ValueError that names the variable where it is wrong.
        """
        account = ProviderAccount.from_url(url, variable, "")
        account.refuse_others("subject", "key", "ttl", "allow")
        vapid = Vapid(_key(account), _subject(account))
        return cls(account.name, vapid, lease_ms, _reachable(account), _ttl_s(account))

    def takes(self, delivery: Delivery) -> bool:
        # A browser subscribed by one account's key, and takes nothing that another has signed.
        return delivery.namespace in {"", self.provider}

    async def close(self) -> None:
        await self._client.close()

    async def send(self, delivery: Delivery) -> Outcome:
        endpoint = delivery.address or ""
        try:
            body, headers = _body(delivery), self._headers(endpoint, delivery)
        except ValueError as error:
            return Refused(str(error))
        return await self._post(endpoint, body, headers)

    async def _post(self, endpoint: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        try:
            return _outcome(await self._client.post(endpoint, body, headers))
        except Unreachable as error:
            return Refused(str(error))
        except NotSent as error:
            # A browser's push service is the same for each of our accounts, so none of them is at fault.
            return Deferred(str(error), at_fault=True)
        except AnswerLost as error:
            return Unknown(str(error), at_fault=True)

    def place(self, delivery: Delivery) -> str:
        return urlsplit(delivery.address or "").netloc

    def _headers(self, endpoint: str, delivery: Delivery) -> dict[str, str]:
        """Raises ValueError that says what is wrong with the address."""
        left_s = seconds_left(delivery)
        return {
            "Authorization": self._vapid.authorization(endpoint),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(self._ttl_s if left_s is None else min(left_s, self._ttl_s)),
            "Urgency": _URGENCY[delivery.purpose],
            "Topic": _topic(delivery.message_id),
        }


def _body(delivery: Delivery) -> bytes:
    """Raises ValueError that says what is wrong with the browser's keys or the text."""
    content = {
        "title": delivery.subject,
        "body": delivery.text,
        "url": delivery.url,
        "icon": delivery.icon,
        "id": delivery.message_id,
    }
    text = orjson.dumps({name: value for name, value in content.items() if value is not None})
    push = delivery.push
    if not push.p256dh or not push.auth:
        raise ValueError("the subscription has no keys of a browser")
    try:
        return encrypted(text, from_base64url(push.p256dh), from_base64url(push.auth), _PADDING_STEP)
    except TooLarge:
        raise ValueError(f"the notification is longer than {LARGEST_TEXT} bytes") from None
    except ValueError:
        raise ValueError("the subscription's keys are not those of a browser") from None


def _topic(message_id: str) -> str:
    """The same for each try of one message, so that a second one takes the place of a first that still waits there.

    RFC 8030, 5.4: 32 letters of base64url.
    """
    return to_base64url(hashlib.sha256(message_id.encode()).digest()[:24])


def _outcome(answer: HttpAnswer) -> Outcome:
    status = answer.status
    says = f"{status} {_SAYS.get(status, '')}".strip()
    if status // 100 == _SUCCESS:
        location = answer.headers.get("location", "")
        return Accepted(says, location if 0 < len(location) <= _LONGEST_ID else None)
    if status in _GONE:
        return Refused(says, suppress=True)
    if status in _NOT_US:
        # The subscription may have been made with the key of another account of ours.
        return Deferred(says, elsewhere=True, others_may_leave=True)
    if status in _LATER or status // 100 in (_SERVER_ERROR, 3):
        return Deferred(says, answer.retry_after_ms)
    return Refused(says)


def _key(account: ProviderAccount) -> ec.EllipticCurvePrivateKey:
    if account.secret and "key" in account.options:
        raise ValueError(f"{account.variable}: vapid takes a key before the @ or the option key, not both")
    if not account.secret:
        return p256_key_file(account)
    try:
        return _private_key(from_base64url(account.secret))
    except ValueError:
        raise ValueError(f"{account.variable}: what stands before the @ is no key of 32 bytes in base64url") from None


def _private_key(raw: bytes) -> ec.EllipticCurvePrivateKey:
    if len(raw) != _KEY_BYTES:
        raise ValueError("is not as long as a private key of P-256")
    return ec.derive_private_key(int.from_bytes(raw), ec.SECP256R1())


def _subject(account: ProviderAccount) -> str:
    subject = account.need("subject")
    if not subject.startswith(("mailto:", "https://")):
        raise ValueError(f"{account.variable}: subject must begin with mailto: or https://")
    return subject


def _ttl_s(account: ProviderAccount) -> int:
    text = account.options.get("ttl", str(LONGEST_TTL_S))
    if not (text.isascii() and text.isdecimal()) or int(text) > LONGEST_TTL_S:
        raise ValueError(f"{account.variable}: ttl must be a whole number of seconds, {LONGEST_TTL_S} at most")
    return int(text)


def _reachable(account: ProviderAccount) -> Reachable:
    try:
        return Reachable.beside(account.options.get("allow", "").replace(",", " ").split())
    except ValueError:
        raise ValueError(f"{account.variable}: allow must name networks like 10.1.0.0/16") from None
