from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlsplit

from dispatch.provider_account import ProviderAccount
from dispatch.smtp_server import SmtpServer

_NAME: Final = "smtp"


@dataclass(frozen=True, slots=True)
class SmtpAccount:
    """One mail server that letters are handed to, and what is particular to those that go by it."""

    server: SmtpServer
    name: str = _NAME

    @classmethod
    def from_url(cls, url: str, variable: str) -> Self:
        """A server's URL with the option `account` besides. Raises ValueError that names the variable and the option.

        Where it has no name of its own it is called smtp, whichever way it is spoken to.
        """
        server = SmtpServer.from_url(url)
        account = ProviderAccount.from_url(urlsplit(url)._replace(scheme=_NAME).geturl(), variable, "")
        account.refuse_others("starttls")
        return cls(server, account.name)
