from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

# Apple takes a token for an hour, and wants no new one sooner than 20 minutes after the last.
_LIFE_S: Final = 40 * 60
_SHORTEST_S: Final = 20 * 60


@dataclass(frozen=True, slots=True)
class AppleKey:
    """A key for push notifications, of a team of developers."""

    team_id: str
    key_id: str
    key: ec.EllipticCurvePrivateKey = field(repr=False)


class AppleToken:
    """What says to Apple who we are, made anew every 40 minutes."""

    def __init__(self, key: AppleKey, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives seconds."""
        self._key = key
        self._clock = clock
        self._token = ""
        self._made_at = 0.0
        self._dropped_at = 0.0

    def value(self) -> str:
        now = self._clock()
        if not self._token or not 0 <= now - self._made_at < _LIFE_S:
            headers = {"kid": self._key.key_id}
            claims = {"iss": self._key.team_id, "iat": int(now)}
            self._token = jwt.encode(claims, self._key.key, algorithm="ES256", headers=headers)
            self._made_at = now
        return self._token

    def drop(self, token: str) -> None:
        """Apple calls this one too old, which a clock that was set may bring about.

        One that was made since then stays, and no second one is dropped for 20 minutes: Apple would refuse us for that.
        """
        now = self._clock()
        if token == self._token and not 0 <= now - self._dropped_at < _SHORTEST_S:
            self._token, self._dropped_at = "", now
