"""The signed links in letters by which people say no, without a key and without logging in (RFC 8058)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph.signer import Signer


@dataclass(frozen=True, slots=True)
class LeaveLink:
    """Which letter it stands in, to which address that went and for which resource: an address may be moved later."""

    identifier_id: str
    resource_id: str
    message_id: str


class LeaveLinks:
    """Turns links into tokens that only a holder of the key can make, and back.

    They never expire: a letter may be opened years later, and a no is always welcome.
    """

    __slots__ = ("_signer",)

    def __init__(self, keys: Sequence[bytes]) -> None:
        """The first key signs; the others are older ones whose tokens still count."""
        self._signer = Signer(keys)

    def token(self, link: LeaveLink) -> str:
        """Letters, digits, `-` and `_`: it may stand in a URL."""
        return self._signer.token((link.identifier_id, link.resource_id, link.message_id))

    def link(self, token: str) -> LeaveLink:
        """Raises ValueError for what was not made with one of the keys."""
        return LeaveLink(*self._signer.words(token))
