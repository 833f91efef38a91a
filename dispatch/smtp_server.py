from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

_SUBMISSION_PORT: Final = 587
_TLS_PORT: Final = 465


class Starttls(StrEnum):
    NEVER = "never"
    OPPORTUNISTIC = "opportunistic"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class SmtpServer:
    host: str
    port: int
    tls: bool = False
    starttls: Starttls = Starttls.OPPORTUNISTIC
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def from_url(cls, url: str) -> SmtpServer:
        """`smtp://user:password@host:port?starttls=required` or `smtps://…`. Raises ValueError that names SMTP_URL."""
        try:
            parts = urlsplit(url)
        except ValueError:
            # Its own error may quote the user and the password.
            raise ValueError("SMTP_URL is not a URL") from None
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("SMTP_URL must be smtp://host:port or smtps://host:port")
        tls = parts.scheme == "smtps"
        try:
            wanted = parse_qs(parts.query).get("starttls", [Starttls.NEVER if tls else Starttls.OPPORTUNISTIC])[-1]
            starttls = Starttls(wanted)
            port = parts.port
        except ValueError as error:
            raise ValueError(
                "SMTP_URL has a wrong port, or starttls is not never, opportunistic or required"
            ) from error
        if tls and starttls is not Starttls.NEVER:
            raise ValueError("SMTP_URL begins with smtps, which is encrypted already: starttls must be never")
        return cls(
            host=parts.hostname,
            port=port or (_TLS_PORT if tls else _SUBMISSION_PORT),
            tls=tls,
            starttls=starttls,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )
