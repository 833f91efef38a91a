from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dispatch.channels.channel import BounceReader, HookReader
from gateway.lmtp.address import VARIABLE
from graph.vocabulary import Channel


@dataclass(frozen=True, slots=True)
class MailAccounts:
    """The accounts that letters go by, in order, with who knows where they come back."""

    accounts: Sequence[tuple[str, BounceReader]]

    @classmethod
    def of(cls, readers: Mapping[tuple[Channel, str], HookReader]) -> MailAccounts:
        """Raises ValueError where there is none: nobody could say of whose letters a report is."""
        found = [
            (name, reader)
            for (channel, name), reader in readers.items()
            if channel is Channel.EMAIL and isinstance(reader, BounceReader)
        ]
        if not found:
            raise ValueError(f"{VARIABLE} is for the letters of SMTP_URL, which names no account that can be used")
        return cls(found)

    def of_letter(self, recipients: Sequence[str]) -> str:
        """By which account that went of which this letter tells: by the address it comes back to, else the first."""
        by_address = (name for name, reader in self.accounts if any(map(reader.is_bounced_to, recipients)))
        return next(by_address, self.accounts[0][0])
