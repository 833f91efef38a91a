from __future__ import annotations

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b, shake_256

import orjson

_TAG_BYTES = 16
_LONGEST_CURSOR = 1024
# A request asks several things of one cursor.
_KEPT = 512

SortValue = int | str | None


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a list ordered by a sort value and then by id. Times are epoch milliseconds."""

    value: SortValue
    id: str


class Cursors:
    """Turns places into text that only a holder of the key can make or read, and back.

    A sort value may be a last name, and cursors end up in addresses and logs, so they are encrypted as in RFC 5297: the
    tag of the plain text is also what its key stream starts from. The same place gives the same cursor, which says no
    more than that; two places share a key stream only where their 128-bit tags collide.
    """

    __slots__ = ("_kept", "_stream_key", "_tag_key")

    def __init__(self, key: bytes) -> None:
        self._tag_key = hmac.digest(key, b"tag", "sha256")
        self._stream_key = hmac.digest(key, b"stream", "sha256")
        self._kept = lru_cache(_KEPT)(self._decoded)

    def at(self, order_name: str, value: SortValue, identity: str) -> str:
        """Text that says a place in lists of this order, and in no other: the order's name is part of the tag."""
        plain = orjson.dumps((value, identity))
        tag = self._tag(order_name, plain)
        return urlsafe_b64encode(tag + self._turned(tag, plain)).rstrip(b"=").decode()

    def position(self, order_name: str, cursor: str) -> Position:
        """Raises ValueError for what was not made with this key, and for a cursor of a list in another order."""
        return self._kept(order_name, cursor)

    def _decoded(self, order_name: str, cursor: str) -> Position:
        if len(cursor) > _LONGEST_CURSOR:
            raise ValueError("is not a cursor of this list")
        try:
            decoded = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except (binascii.Error, ValueError) as error:
            raise ValueError("is not a cursor of this list") from error
        tag = decoded[:_TAG_BYTES]
        plain = self._turned(tag, decoded[_TAG_BYTES:])
        # The decoder skips letters outside its alphabet, so only the one spelling that we wrote is taken.
        is_ours = hmac.compare_digest(tag, self._tag(order_name, plain))
        if not is_ours or urlsafe_b64encode(decoded).rstrip(b"=") != cursor.encode():
            raise ValueError("is not a cursor of this list")
        return _position(plain)

    def _tag(self, order_name: str, plain: bytes) -> bytes:
        # No order's name holds a zero byte, so no two pairs of name and text are one message.
        message = b"\0".join((order_name.encode(), plain))
        return blake2b(message, digest_size=_TAG_BYTES, key=self._tag_key).digest()

    def _turned(self, tag: bytes, text: bytes) -> bytes:
        """Plain text becomes secret, and secret text plain."""
        stream = shake_256(self._stream_key + tag).digest(len(text))
        return bytes(one ^ other for one, other in zip(text, stream, strict=True))


def _position(plain: bytes) -> Position:
    match orjson.loads(plain):
        case [int() | str() | None as value, str() as identity] if not isinstance(value, bool):
            return Position(value, identity)
        case _:
            raise ValueError("is not a cursor of this list")
