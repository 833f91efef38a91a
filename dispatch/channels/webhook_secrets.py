"""Who called a webhook: secrets and signatures by Standard Webhooks 1.0 (HMAC-SHA256, `v1`)."""

from __future__ import annotations

import binascii
import hmac
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from typing import Final, Self

_PREFIX: Final = "whsec_"
# The standard's bounds.
_SHORTEST: Final = 24
_LONGEST: Final = 64
# So that the account's secret never signs anything itself, and what is derived from it serves nothing else.
_USE: Final = b"webhook endpoint\0"
# A query turns a plus into a space, and letters that need no escape in a URL are convenient.
_PLAIN_LETTERS: Final = str.maketrans(" -_", "++/")


@dataclass(frozen=True, slots=True)
class WebhookSecrets:
    """The secrets of an account, the one that counts first and the old ones that still sign after it.

    Each endpoint has secrets of its own, made from these and its address: who receives at one cannot forge for another,
    and nothing has to be kept.
    """

    _accounts: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def of(cls, *texts: str) -> Self:
        """Texts like `whsec_…`. Raises ValueError, without a value, for one that is no secret."""
        return cls(tuple(_secret(text) for text in texts))

    def shown(self, address: str) -> str:
        """What the receiver at that address is told: `whsec_…`. `address` is as the graph has it."""
        return f"{_PREFIX}{b64encode(_derived(self._accounts[0], address)).decode()}"

    def signatures(self, address: str, message_id: str, timestamp: int, body: bytes) -> str:
        """As `webhook-signature` holds them; receivers take a request of which one is right."""
        signed = f"{message_id}.{timestamp}.".encode() + body
        return " ".join(_signature(_derived(account, address), signed) for account in self._accounts)


def _derived(account: bytes, address: str) -> bytes:
    return hmac.digest(account, _USE + address.encode(), "sha256")


def _signature(secret: bytes, signed: bytes) -> str:
    return f"v1,{b64encode(hmac.digest(secret, signed, 'sha256')).decode()}"


def _secret(text: str) -> bytes:
    plain = text.removeprefix(_PREFIX).rstrip("=").translate(_PLAIN_LETTERS)
    try:
        found = b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if not text.startswith(_PREFIX) or not _SHORTEST <= len(found) <= _LONGEST:
        raise ValueError(f"a secret is {_PREFIX} and {_SHORTEST} to {_LONGEST} bytes in base64")
    return found
