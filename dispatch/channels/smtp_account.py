from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import urlsplit

from dispatch.channels import dkim_signer
from dispatch.channels.bounce_address import BOUNCES, BounceAddress
from dispatch.channels.dkim_signer import DkimSigner
from dispatch.channels.mail_intake import INTAKE, MailIntake
from dispatch.provider_account import ProviderAccount
from dispatch.smtp_server import SmtpServer

_NAME: Final = "smtp"
# What the server's own URL says.
_STARTTLS: Final = "starttls"


@dataclass(frozen=True, slots=True)
class SmtpAccount:
    """One mail server that letters are handed to, and what is particular to those that go by it."""

    server: SmtpServer
    name: str = _NAME
    # None where the server signs, or nobody does.
    signer: DkimSigner | None = None
    # None where what cannot be delivered goes back to the address that letters are from.
    bounces: BounceAddress | None = None
    intake: MailIntake = field(default_factory=MailIntake)

    @classmethod
    def from_url(cls, url: str, variable: str) -> Self:
        """A server's URL with more options. Reads the key that they name.

        Raises ValueError that names the variable and the option. An account without a name of its own is called smtp,
        whichever way it is spoken to.
        """
        server = SmtpServer.from_url(url)
        account = ProviderAccount.from_url(urlsplit(url)._replace(scheme=_NAME).geturl(), variable, "")
        account.refuse_others(_STARTTLS, dkim_signer.DOMAIN, dkim_signer.SELECTOR, dkim_signer.KEY, BOUNCES, INTAKE)
        return cls(server, account.name, DkimSigner.of(account), BounceAddress.of(account), MailIntake.of(account))
