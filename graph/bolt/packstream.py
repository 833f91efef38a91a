"""PackStream by the codec of `neo4j-rust-ext`, which the official driver itself uses.

It is the driver's own part and no public one, so `is_there` tries it once, and without it reads go through the driver.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NoReturn

from graph.bolt.errors import BoltBroken

try:
    from neo4j._codec.packstream import Structure
    from neo4j._rust.codec.packstream.v1 import pack as _pack  # type: ignore[import-not-found]  # compiled, no stubs
    from neo4j._rust.codec.packstream.v1 import unpack as _unpack
except ImportError:  # pragma: no cover (the extension is pinned)
    _pack = _unpack = Structure = None

# One of each kind that statements send and records hold.
_SAMPLE = {"text": "ö", "number": 2**53, "share": 0.5, "nothing": None, "list": [True, False, [], -17]}


@cache
def is_there() -> bool:
    """Whether the codec takes a message apart as it was put together."""
    try:
        return bool(unpack(bytearray(b"\xb1\x71" + pack(_SAMPLE)), 2) == _SAMPLE)
    except BoltBroken:
        return False


def pack(value: object) -> bytes:
    """Takes None, bool, int of 64 bits, float, str, bytes, lists and dicts of them. Raises BoltBroken for others."""
    try:
        packed: bytes = _pack(value, None)
    except (ValueError, TypeError, OverflowError) as error:
        # The codec's own message may quote the value.
        raise BoltBroken(f"a value cannot be sent: {type(error).__name__}") from None
    return packed


def unpack(message: bytearray, at: int) -> Any:
    """The value that begins at `at` and ends with the message. Raises BoltBroken for anything that `pack` refuses."""
    try:
        value, end = _unpack(message, at, _HOOKS)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001  # The codec's panic over a message that was cut is no Exception.
        raise BoltBroken(f"a message cannot be read: {type(error).__name__}") from None
    if end != len(message):
        raise BoltBroken("a message does not end where its value does")
    return value


def _refuse(_structure: object) -> NoReturn:
    raise ValueError("nodes, edges, times and points have no place in a record of ours")


_HOOKS = {Structure: _refuse}
