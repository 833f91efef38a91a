"""How we say to a browser's push service who we are (RFC 8292)."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dispatch.channels.base64url import to_base64url

# RFC 8292, 2: a day at most. Half of that leaves room for clocks that differ.
_LIFE_S: Final = 12 * 3600
# No token is sent that could end while it is under way.
_MARGIN_S: Final = 600
# Browsers have a handful of push services; more origins than these are somebody's inventions.
_ORIGINS: Final = 256
_NO_ORIGIN: Final = "the address is not one of a push service"
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class _Signed:
    token: str
    until: float


class Vapid:
    """Signs who sends, once for each push service until that is about to end: signing is dear."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, subject: str, clock: Callable[[], float] = time.time) -> None:
        """`subject` is a mailto: or https: address under which the push service finds us. `clock` gives seconds."""
        self._key = key
        self._subject = subject
        self._clock = clock
        self._signed: OrderedDict[str, _Signed] = OrderedDict()
        self.public_key: Final = to_base64url(
            key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        )

    def authorization(self, endpoint: str) -> str:
        """The header for a request to `endpoint`. Raises ValueError where that is no address."""
        origin = _origin(endpoint)
        now = self._clock()
        found = self._signed.get(origin)
        if found is None or found.until - _MARGIN_S <= now:
            found = self._signed[origin] = self._sign(origin, now)
        self._signed.move_to_end(origin)
        if len(self._signed) > _ORIGINS:
            self._signed.popitem(last=False)
        return f"vapid t={found.token}, k={self.public_key}"

    def _sign(self, origin: str, now: float) -> _Signed:
        until = int(now) + _LIFE_S
        claims = {"aud": origin, "exp": until, "sub": self._subject}
        return _Signed(jwt.encode(claims, self._key, algorithm="ES256"), until)


def _origin(endpoint: str) -> str:
    """Its ASCII serialization (RFC 6454, 6.2): the default port is left out."""
    try:
        parts = urlsplit(endpoint)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError:
        # Its own error may quote the address.
        raise ValueError(_NO_ORIGIN) from None
    if scheme not in _DEFAULT_PORTS or not host:
        raise ValueError(_NO_ORIGIN)
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" if port in (None, _DEFAULT_PORTS[scheme]) else f"{scheme}://{shown}:{port}"
