"""The envelope sender of one letter: what cannot be delivered comes back to it, and so says of which letter it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from dispatch.provider_account import ProviderAccount
from graph.ids import IdPrefix, prefix_of

BOUNCES: Final = "bounces"

# A local part has at most 64 characters (RFC 5321, 4.5.3.1.1), and 31 of them are the id and the sign before it.
_ADDRESS: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]{0,32})@([A-Za-z0-9][A-Za-z0-9.-]{0,252})")
# Some servers write addresses in small letters.
_ID: Final = re.compile(r"(?<![A-Za-z0-9])(msg)_([0-9A-Z]{26})(?=@)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class BounceAddress:
    """`mailbox@domain`, which takes letters to `mailbox+anything@domain` as well."""

    mailbox: str
    domain: str

    @classmethod
    def of(cls, account: ProviderAccount) -> BounceAddress | None:
        """By the account's option; None where it has none. Raises ValueError that names the variable and the option."""
        if BOUNCES not in account.options:
            return None
        found = _ADDRESS.fullmatch(account.need(BOUNCES))
        if not found:
            raise ValueError(
                f"{account.variable}: {BOUNCES} must be an address like bounces@example.com, with at most 33 letters, "
                "digits or signs before the @ and no +"
            )
        return cls(found[1], found[2])

    def is_of(self, address: str) -> bool:
        """Whether what is sent to `address` comes back to this mailbox."""
        local_part, _, domain = address.rpartition("@")
        return (local_part.partition("+")[0].lower(), domain.lower()) == (self.mailbox.lower(), self.domain.lower())

    def for_message(self, message_id: str) -> str:
        return f"{self.mailbox}+{message_id}@{self.domain}"


def message_id_in(text: str) -> str | None:
    """The first id of a message that stands before an @, as in the address above and in the Message-ID of a letter."""
    for prefix, rest in _ID.findall(text):
        found = f"{prefix.lower()}_{rest.upper()}"
        if prefix_of(found) is IdPrefix.MESSAGE:
            return found
    return None
