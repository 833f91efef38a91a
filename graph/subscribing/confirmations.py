"""The signed links by which people confirm that they want to be written to (double opt-in)."""

from __future__ import annotations

import binascii
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, Self

DAY_MS: Final = 24 * 3_600_000
VALID_MS: Final = 7 * DAY_MS

_KEY_ID_BYTES: Final = 4
_TAG_BYTES: Final = 32
_LONGEST: Final = 512
_SEPARATOR: Final = "\n"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a link says: which subscription, and which record of the ledger made it UNCONFIRMED.

    The record stands for the time since which the subscription waits, and unlike a time there is only one of it.
    """

    subscription_id: str
    record_id: str
    expires_at_ms: int


class Confirmations:
    """Turns confirmations into tokens that only a holder of the key can make, and back.

    A token holds the ids above, when it expires, and the id of the key that signed it, so that tokens of an older key
    still count. It holds no address.
    """

    __slots__ = ("_by_id", "_signing_id")

    def __init__(self, keys: Sequence[bytes]) -> None:
        """The first key signs; the others are older ones whose tokens still count."""
        self._by_id = {_key_id(key): key for key in reversed(keys)}
        self._signing_id = _key_id(keys[0])

    @classmethod
    def of_this_process(cls) -> Self:
        return cls((secrets.token_bytes(32),))

    def token(self, confirmation: Confirmation) -> str:
        """Letters, digits, `-` and `_`: it may stand in a URL."""
        given = (confirmation.subscription_id, confirmation.record_id, str(confirmation.expires_at_ms))
        signed = self._signing_id + _SEPARATOR.join(given).encode()
        return urlsafe_b64encode(self._tag(self._signing_id, signed) + signed).rstrip(b"=").decode()

    def confirmation(self, token: str) -> Confirmation:
        """Raises ValueError for what was not made with one of the keys. It may have expired."""
        plain = _decoded(token)
        tag, signed = plain[:_TAG_BYTES], plain[_TAG_BYTES:]
        key_id = signed[:_KEY_ID_BYTES]
        if key_id not in self._by_id or not hmac.compare_digest(tag, self._tag(key_id, signed)):
            raise ValueError("is not a token of ours")
        subscription_id, record_id, expires_at_ms = signed[_KEY_ID_BYTES:].decode().split(_SEPARATOR)
        return Confirmation(subscription_id, record_id, int(expires_at_ms))

    def _tag(self, key_id: bytes, signed: bytes) -> bytes:
        return hmac.digest(self._by_id[key_id], signed, "sha256")


def _key_id(key: bytes) -> bytes:
    """Says which key it is, and nothing of the key."""
    return blake2b(b"key id", digest_size=_KEY_ID_BYTES, key=key).digest()


def _decoded(token: str) -> bytes:
    if len(token) > _LONGEST or not token.isascii():
        raise ValueError("is not a token of ours")
    try:
        plain = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError) as error:
        raise ValueError("is not a token of ours") from error
    # The decoder skips letters outside its alphabet, so only the one spelling that we wrote is taken.
    if urlsafe_b64encode(plain).rstrip(b"=").decode() != token:
        raise ValueError("is not a token of ours")
    return plain
