from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

# It stands in the address that the provider calls back, and with every try.
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
# `twilio+http://` speaks to a server without TLS, as one on this machine.
_PLAIN = "+http"
_ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class ProviderAccount:
    """An account at a provider, as a URL in the environment says it.

    `twilio://user:secret@host:port/path?account=name&option=value`, where everything behind the scheme may be left
    out. `name` tells the accounts of one channel apart and is the provider's where the URL has none. `variable` is
    where the URL stood. Errors name that and the option, never a value.
    """

    variable: str
    provider: str
    name: str
    base_url: str
    user: str = field(repr=False)
    secret: str = field(repr=False)
    options: Mapping[str, str] = field(repr=False)

    @classmethod
    def from_url(cls, url: str, variable: str, default_base_url: str) -> Self:
        """`default_base_url` holds where the URL names no host. Raises ValueError that names the variable."""
        try:
            parts = urlsplit(url)
            port, pairs = parts.port, parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        except ValueError:
            # Its own error may quote the secret.
            raise ValueError(f"{variable} holds something that is not a URL") from None
        options = dict(pairs)
        if len(options) < len(pairs):
            raise ValueError(f"{variable} gives an option twice")
        provider = parts.scheme.removesuffix(_PLAIN)
        name = options.pop(_ACCOUNT, provider)
        if not _NAME.fullmatch(name):
            raise ValueError(f"{variable}: account must be small letters, digits and '-', 32 at most")
        base_url = default_base_url
        if parts.hostname:
            host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
            scheme = "http" if parts.scheme.endswith(_PLAIN) else "https"
            base_url = f"{scheme}://{host}{f':{port}' if port else ''}{parts.path.rstrip('/')}"
        user, secret = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(variable, provider, name, base_url, user, secret, options)

    def need(self, option: str) -> str:
        """The option's value. Raises ValueError that names it where it is missing or empty."""
        value = self.options.get(option, "")
        if not value:
            raise ValueError(f"{self.variable}: {self.provider} needs the option {option}")
        return value

    def need_user_and_secret(self) -> tuple[str, str]:
        """Raises ValueError where either is missing."""
        if not self.user or not self.secret:
            raise ValueError(f"{self.variable}: {self.provider} needs a user and a secret before the @")
        return self.user, self.secret

    def refuse_others(self, *known: str) -> None:
        """Raises ValueError that names options which are not `known`, so that none is misspelled for nothing."""
        others = sorted(set(self.options) - set(known))
        if others:
            raise ValueError(f"{self.variable}: {self.provider} has no option {', '.join(others)}")
