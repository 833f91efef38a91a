"""The messages of Bolt 5.4 that reading needs, as bytes ready to be written. Source: Neo4j's Bolt documentation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from functools import cache
from importlib.metadata import version
from typing import Final

from graph.bolt.chunks import chunked
from graph.bolt.packstream import pack

# The magic number, then the versions that we speak, four places of four bytes: 5.4 and nothing else.
HANDSHAKE: Final = b"\x60\x60\xb0\x17" + b"\x00\x00\x04\x05" + bytes(12)
AGREED: Final = b"\x00\x00\x04\x05"
REFUSED: Final = bytes(4)


class Tag(IntEnum):
    """What a message is: its second byte. The first says how many fields follow."""

    HELLO = 0x01
    GOODBYE = 0x02
    RESET = 0x0F
    RUN = 0x10
    PULL = 0x3F
    LOGON = 0x6A
    SUCCESS = 0x70
    RECORD = 0x71
    IGNORED = 0x7E
    FAILURE = 0x7F


def _message(tag: Tag, *fields: object) -> bytes:
    return chunked(bytes((0xB0 | len(fields), tag)) + b"".join(map(pack, fields)))


GOODBYE: Final = _message(Tag.GOODBYE)
RESET: Final = _message(Tag.RESET)
PULL_ALL: Final = _message(Tag.PULL, {"n": -1})


@cache
def hello() -> bytes:
    product = f"customer-graph/{version('customer-graph')}"
    agent = {"user_agent": product, "bolt_agent": {"product": product}}
    return _message(Tag.HELLO, {**agent, "notifications_minimum_severity": "OFF"})


def logon(user: str, password: str) -> bytes:
    return _message(Tag.LOGON, {"scheme": "basic", "principal": user, "credentials": password})


def run(
    text: str, parameters: Mapping[str, object], database: str, timeout_ms: int, bookmarks: Sequence[str] = ()
) -> bytes:
    """A read in a transaction of its own, which waits for `bookmarks` and ends after `timeout_ms`."""
    extra: dict[str, object] = {"mode": "r", "db": database, "tx_timeout": timeout_ms}
    if bookmarks:
        extra["bookmarks"] = list(bookmarks)
    return _message(Tag.RUN, text, parameters, extra)
