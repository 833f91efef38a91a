"""The signed links by which people confirm that they want to be written to (double opt-in)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from graph.signer import Signer

DAY_MS: Final = 24 * 3_600_000
VALID_MS: Final = 7 * DAY_MS


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a link says: which subscription, and which record of the ledger made it UNCONFIRMED.

    The record stands for the time since which the subscription waits, and unlike a time there is only one of it.
    """

    subscription_id: str
    record_id: str
    expires_at_ms: int


class Confirmations:
    """Turns confirmations into tokens that only a holder of the key can make, and back."""

    __slots__ = ("_signer",)

    def __init__(self, keys: Sequence[bytes]) -> None:
        """The first key signs; the others are older ones whose tokens still count."""
        self._signer = Signer(keys)

    @classmethod
    def of_this_process(cls) -> Self:
        return cls((secrets.token_bytes(32),))

    def token(self, confirmation: Confirmation) -> str:
        """Letters, digits, `-` and `_`: it may stand in a URL."""
        given = (confirmation.subscription_id, confirmation.record_id, str(confirmation.expires_at_ms))
        return self._signer.token(given)

    def confirmation(self, token: str) -> Confirmation:
        """Raises ValueError for what was not made with one of the keys. It may have expired."""
        subscription_id, record_id, expires_at_ms = self._signer.words(token)
        return Confirmation(subscription_id, record_id, int(expires_at_ms))
