"""Which kind of address is on which channel, and what identifies it in the graph."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from graph.identifiers import IdentifierValue, identifier
from graph.vocabulary import Channel, IdentifierType, PushProvider

# RFC 8291: an uncompressed point of P-256, and a secret.
_P256DH_BYTES = 65
_UNCOMPRESSED = b"\x04"
_AUTH_BYTES = 16


class AddressKind(StrEnum):
    """The kinds of address, spelled as the API spells them."""

    EMAIL = "email"
    PHONE = "phone"
    WEB_PUSH = "webPush"
    MOBILE_PUSH = "mobilePush"
    TELEGRAM = "telegram"
    WHATSAPP = "whatsapp"
    VIBER = "viber"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Push:
    """What a push token is sent by, beside its value: the provider of an app's, the keys of a browser's."""

    provider: PushProvider | None = None
    p256dh: str | None = field(default=None, repr=False)
    auth: str | None = field(default=None, repr=False)

    def properties(self) -> dict[str, str | None]:
        """By their names in the graph."""
        return {"pushProvider": self.provider, "pushP256dh": self.p256dh, "pushAuth": self.auth}


@dataclass(frozen=True, slots=True)
class _Route:
    channel: Channel
    type: IdentifierType
    check: Callable[[str], str] = str


def routed(kind: AddressKind, value: str, namespace: str = "") -> tuple[Channel, IdentifierValue]:
    """The channel of an address, and its value in the graph.

    `namespace` is the app or bot of a token or chat, or the VAPID account of a browser's. Raises ValueError, whose text
    never holds the value.
    """
    route = _ROUTES[kind]
    return route.channel, identifier(route.type, namespace, route.check(value.strip()))


def p256dh_key(text: str) -> str:
    """A browser's public key in base64url. Raises ValueError for anything else."""
    key = _from_base64url(text)
    if len(key) != _P256DH_BYTES or not key.startswith(_UNCOMPRESSED):
        raise ValueError("is not a browser's public key in base64url")
    return _base64url(key)


def auth_secret(text: str) -> str:
    """A browser's secret in base64url. Raises ValueError for anything else."""
    secret = _from_base64url(text)
    if len(secret) != _AUTH_BYTES:
        raise ValueError("is not a browser's secret in base64url")
    return _base64url(secret)


def _from_base64url(text: str) -> bytes:
    plain = text.strip().rstrip("=")
    try:
        found = urlsafe_b64decode(plain + "=" * (-len(plain) % 4))
    except (binascii.Error, ValueError):
        return b""
    # The decoder skips letters outside its alphabet.
    return found if _base64url(found) == plain else b""


def _base64url(found: bytes) -> str:
    return urlsafe_b64encode(found).rstrip(b"=").decode()


def _endpoint(text: str) -> str:
    return _web_address(text, ("https",))


def _webhook(text: str) -> str:
    return _web_address(text, ("https", "http"))


def _web_address(text: str, schemes: tuple[str, ...]) -> str:
    """Scheme and host in small letters; the rest says what its server makes of it."""
    if text and (not text.isascii() or " " in text or not text.isprintable()):
        raise ValueError("is not a web address")
    try:
        parts = urlsplit(text)
        has_password = parts.username is not None or parts.password is not None
        wrong = parts.scheme not in schemes or not parts.hostname or parts.port == 0
    except ValueError:
        raise ValueError("is not a web address") from None
    if wrong or parts.fragment:
        raise ValueError(f"is not a web address that starts with {' or '.join(f'{each}://' for each in schemes)}")
    if has_password:
        raise ValueError("holds a name or a password")
    return parts._replace(netloc=parts.netloc.lower()).geturl()


_ROUTES: Final[Mapping[AddressKind, _Route]] = {
    AddressKind.EMAIL: _Route(Channel.EMAIL, IdentifierType.EMAIL),
    AddressKind.PHONE: _Route(Channel.SMS, IdentifierType.PHONE),
    AddressKind.WEB_PUSH: _Route(Channel.WEB_PUSH, IdentifierType.PUSH_TOKEN, _endpoint),
    AddressKind.MOBILE_PUSH: _Route(Channel.MOBILE_PUSH, IdentifierType.PUSH_TOKEN),
    AddressKind.TELEGRAM: _Route(Channel.TELEGRAM, IdentifierType.TELEGRAM),
    AddressKind.WHATSAPP: _Route(Channel.WHATSAPP, IdentifierType.WHATSAPP),
    AddressKind.VIBER: _Route(Channel.VIBER, IdentifierType.VIBER),
    AddressKind.WEBHOOK: _Route(Channel.WEBHOOK, IdentifierType.URL, _webhook),
}
TYPE_ON: Final[Mapping[Channel, IdentifierType]] = {route.channel: route.type for route in _ROUTES.values()}
