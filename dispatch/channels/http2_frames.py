from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from h2.exceptions import FrameTooLargeError

# RFC 9113, 4.1: 24 bits of length, then type, flags and the stream.
_HEADER_BYTES: Final = 9
_GOAWAY: Final = 0x7
_GOAWAY_START: Final = struct.Struct("!L")
_STREAM_BITS: Final = 0x7FFF_FFFF
# What the settings allow that we send.
_LARGEST: Final = 16_384


@dataclass(frozen=True, slots=True)
class GoAway:
    """The server takes no more streams, and has not looked at any above that number."""

    last_stream_id: int


class FrameSplitter:
    """Takes GOAWAY out of what a server sends.

    h2 reads nothing after it, but answers to what was asked before still come (RFC 9113, 6.8).
    """

    def __init__(self) -> None:
        self._rest = bytearray()

    def fed(self, data: bytes) -> Iterator[bytes | GoAway]:
        """The whole frames that there are by now. Raises FrameTooLargeError."""
        self._rest += data
        while len(self._rest) >= _HEADER_BYTES:
            length = int.from_bytes(self._rest[:3])
            if length > _LARGEST:
                raise FrameTooLargeError
            end = _HEADER_BYTES + length
            if len(self._rest) < end:
                return
            frame = bytes(self._rest[:end])
            del self._rest[:end]
            yield _goaway(frame) if frame[3] == _GOAWAY and length >= _GOAWAY_START.size else frame


def _goaway(frame: bytes) -> GoAway:
    [last] = _GOAWAY_START.unpack_from(frame, _HEADER_BYTES)
    return GoAway(last & _STREAM_BITS)
