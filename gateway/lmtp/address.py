from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

VARIABLE: Final = "CUSTOMER_GRAPH_LMTP"
LOOPBACK: Final = "127.0.0.1"
_ADDRESS: Final = re.compile(r"(?:([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):)?([0-9]{1,5})")
_LARGEST_PORT: Final = 65_535
# There mail servers speak SMTP to strangers, and whoever connects would take this for one (RFC 2033, 5).
_SMTP_PORT: Final = 25


@dataclass(frozen=True, slots=True)
class LmtpAddress:
    """Where letters are taken by LMTP."""

    host: str
    port: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> LmtpAddress | None:
        """A port of this machine alone, or `host:port`; None where nothing is said. Raises ValueError."""
        text = environment.get(VARIABLE, "")
        if not text:
            return None
        found = _ADDRESS.fullmatch(text)
        port = int(found[2]) if found else 0
        if found is None or not 0 < port <= _LARGEST_PORT or port == _SMTP_PORT:
            raise ValueError(f"{VARIABLE} must be a port, or a host and a port with a colon between, and not port 25")
        return cls((found[1] or LOOPBACK).strip("[]"), port)
