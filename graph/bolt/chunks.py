"""Messages travel in chunks: two bytes of length and so many bytes, again and again, and a length of 0 at the end.

The Bolt protocol's documentation, "Chunking". A length of 0 before anything else is a NOOP, by which a server says that
it lives.
"""

from __future__ import annotations

from typing import Final

_LENGTH: Final = 2
_LARGEST: Final = 0xFFFF
_END: Final = b"\x00\x00"


def chunked(message: bytes) -> bytes:
    if len(message) <= _LARGEST:
        return len(message).to_bytes(_LENGTH) + message + _END
    parts = (message[at : at + _LARGEST] for at in range(0, len(message), _LARGEST))
    return b"".join(len(part).to_bytes(_LENGTH) + part for part in parts) + _END


class Dechunker:
    """Puts messages together from bytes as they come, cut anywhere. Each byte is looked at once."""

    __slots__ = ("_buffer", "_message")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._message = bytearray()

    def feed(self, data: bytes) -> list[bytearray]:
        """The messages that are whole now."""
        buffer = self._buffer
        buffer += data
        at, end = 0, len(buffer)
        whole = []
        while at + _LENGTH <= end:
            length = buffer[at] << 8 | buffer[at + 1]
            if at + _LENGTH + length > end:
                break
            at += _LENGTH
            if length:
                self._message += buffer[at : at + length]
                at += length
            elif self._message:
                whole.append(self._message)
                self._message = bytearray()
        del buffer[:at]
        return whole
