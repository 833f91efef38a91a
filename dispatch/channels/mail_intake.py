from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import Final, Self

from dispatch.channels.bounce_mail import receipts_in
from dispatch.channels.mail_reply import inbound_of
from dispatch.hook import HookCall, HookReading, NotSigned
from dispatch.provider_account import ProviderAccount

INTAKE: Final = "intake"
_SHORTEST: Final = 16
_BEARER: Final = "Bearer "


@dataclass(frozen=True, slots=True)
class MailIntake:
    """Mail that came back, as a mail server hands it on by HTTP: whole, one in each call, with a secret that it knows.

    Without a secret nothing is believed. A report is read for what it says of letters; else what a person wrote back.
    """

    secret: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, account: ProviderAccount) -> Self:
        """By the account's option. Raises ValueError that names the variable and the option."""
        secret = account.options.get(INTAKE)
        if secret is not None and len(secret) < _SHORTEST:
            raise ValueError(f"{account.variable}: {INTAKE} must be a secret of at least {_SHORTEST} letters")
        return cls(secret)

    def read(self, call: HookCall) -> HookReading:
        """Raises NotSigned."""
        given = call.headers.get("authorization", "")
        if self.secret is None or not hmac.compare_digest(given.encode(), f"{_BEARER}{self.secret}".encode()):
            raise NotSigned("the secret is missing or wrong")
        return reading_of(call.body, call.now_ms)


def reading_of(letter: bytes, now_ms: int) -> HookReading:
    """What a whole letter says that came back; nothing where it neither reports nor is written by anybody."""
    receipts = receipts_in(letter, now_ms)
    answer = None if receipts else inbound_of(letter, now_ms)
    return HookReading(receipts, () if answer is None else (answer,))
