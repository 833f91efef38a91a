from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import blake2b

import orjson

_CHECK_BYTES = 6
_LONGEST_CURSOR = 1024

SortValue = int | str | None


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a list ordered by a sort value and then by id. Times are epoch milliseconds."""

    value: SortValue
    id: str


def cursor_at(order_name: str, value: SortValue, identity: str) -> str:
    """Text that says a place in lists of this order, and in no other: the order's name is part of the check."""
    payload = orjson.dumps((value, identity))
    return urlsafe_b64encode(_check(order_name, payload) + payload).rstrip(b"=").decode()


def position_at(order_name: str, cursor: str) -> Position:
    """Raises ValueError for what is no cursor, and for a cursor of a list in another order."""
    if len(cursor) > _LONGEST_CURSOR:
        raise ValueError("is not a cursor of this list")
    try:
        decoded = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (binascii.Error, ValueError) as error:
        raise ValueError("is not a cursor of this list") from error
    check, payload = decoded[:_CHECK_BYTES], decoded[_CHECK_BYTES:]
    # The decoder skips letters outside its alphabet, so only the one spelling that we wrote is taken.
    if check != _check(order_name, payload) or urlsafe_b64encode(decoded).rstrip(b"=") != cursor.encode():
        raise ValueError("is not a cursor of this list")
    return _position(payload)


def _position(payload: bytes) -> Position:
    match orjson.loads(payload):
        case [int() | str() | None as value, str() as identity] if not isinstance(value, bool):
            return Position(value, identity)
        case _:
            raise ValueError("is not a cursor of this list")


def _check(order_name: str, payload: bytes) -> bytes:
    return blake2b(payload, digest_size=_CHECK_BYTES, key=order_name.encode()).digest()
