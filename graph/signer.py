"""Texts that only a holder of our key can have written, for links that need no key of their own."""

from __future__ import annotations

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

_KEY_ID_BYTES: Final = 4
_TAG_BYTES: Final = 32
_LONGEST: Final = 512
_SEPARATOR: Final = "\n"


class Signer:
    """Turns words into tokens, and back. What a token says can be read by anybody: it never holds an address.

    A token holds the id of the key that signed it, so that tokens of an older key still count.
    """

    __slots__ = ("_by_id", "_longest", "_signing_id")

    def __init__(self, keys: Sequence[bytes], longest: int = _LONGEST) -> None:
        """The first key signs; the others are older ones whose tokens still count.

        Of what is longer than `longest` letters nothing is read: it costs no work to refuse.
        """
        self._by_id = {_key_id(key): key for key in reversed(keys)}
        self._signing_id = _key_id(keys[0])
        self._longest = longest

    def token(self, words: Sequence[str]) -> str:
        """Letters, digits, `-` and `_`: it may stand in a URL. No word may hold a line end."""
        signed = self._signing_id + _SEPARATOR.join(words).encode()
        return urlsafe_b64encode(self._tag(self._signing_id, signed) + signed).rstrip(b"=").decode()

    def words(self, token: str) -> list[str]:
        """Raises ValueError for what was not made with one of the keys."""
        if len(token) > self._longest:
            raise ValueError("is not a token of ours")
        plain = _decoded(token)
        tag, signed = plain[:_TAG_BYTES], plain[_TAG_BYTES:]
        key_id = signed[:_KEY_ID_BYTES]
        if key_id not in self._by_id or not hmac.compare_digest(tag, self._tag(key_id, signed)):
            raise ValueError("is not a token of ours")
        return signed[_KEY_ID_BYTES:].decode().split(_SEPARATOR)

    def _tag(self, key_id: bytes, signed: bytes) -> bytes:
        return hmac.digest(self._by_id[key_id], signed, "sha256")


def _key_id(key: bytes) -> bytes:
    """Says which key it is, and nothing of the key."""
    return blake2b(b"key id", digest_size=_KEY_ID_BYTES, key=key).digest()


def _decoded(token: str) -> bytes:
    if not token.isascii():
        raise ValueError("is not a token of ours")
    try:
        plain = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError) as error:
        raise ValueError("is not a token of ours") from error
    # The decoder skips letters outside its alphabet, so only the one spelling that we wrote is taken.
    if urlsafe_b64encode(plain).rstrip(b"=").decode() != token:
        raise ValueError("is not a token of ours")
    return plain
