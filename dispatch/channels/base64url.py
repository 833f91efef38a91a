from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode


def to_base64url(found: bytes) -> str:
    """Without the signs that fill up (RFC 7515, 2)."""
    return urlsafe_b64encode(found).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Raises ValueError for anything else."""
    plain = text.rstrip("=")
    try:
        found = urlsafe_b64decode(plain + "=" * (-len(plain) % 4))
    except (binascii.Error, ValueError):
        raise ValueError("is not base64url") from None
    # The decoder skips letters outside its alphabet.
    if to_base64url(found) != plain:
        raise ValueError("is not base64url")
    return found
