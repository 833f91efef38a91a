from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.lmtp.address import LmtpAddress

_LARGEST_PORT = 65_535


class KeyUse(StrEnum):
    """What a key is for. Each use has a key of its own, so that what one of them gives away opens no other."""

    CURSORS = "cursors"
    INPUT_HASHES = "input-hashes"
    BOOKMARKS = "bookmarks"
    CONFIRMATIONS = "confirmations"
    ERASED_ADDRESSES = "erased-addresses"
    LEAVE_LINKS = "leave-links"
    TRACKING_LINKS = "tracking-links"


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """Where the gateway listens, what its keys are derived from, and the API key that is registered when it starts."""

    secret: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    admin_key: str | None = field(default=None, repr=False)
    # Where letters that come back are taken by LMTP; None is nowhere.
    lmtp: LmtpAddress | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> GatewaySettings:
        """Raises ValueError that names the variable which is wrong."""
        secret = environment.get("CUSTOMER_GRAPH_SECRET") or ""
        if not secret:
            raise ValueError("CUSTOMER_GRAPH_SECRET must be set, to the same random text for every gateway of a graph")
        port = environment.get("PORT") or "8000"
        if not port.isdecimal() or int(port) > _LARGEST_PORT:
            raise ValueError(f"PORT must be a number up to {_LARGEST_PORT}")
        return cls(
            secret=secret,
            host=environment.get("HOST") or "127.0.0.1",
            port=int(port),
            admin_key=environment.get("CUSTOMER_GRAPH_ADMIN_KEY") or None,
            lmtp=LmtpAddress.from_environment(environment),
        )

    def key_for(self, use: KeyUse) -> bytes:
        """32 bytes that say nothing about the secret, nor about the key for another use."""
        return hmac.digest(self.secret.encode(), use.encode(), "sha256")
