from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import dkim
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from dispatch.provider_account import ProviderAccount

DOMAIN: Final = "dkim-domain"
SELECTOR: Final = "dkim-selector"
KEY: Final = "dkim-key"

# Readers' servers count a shorter one as none (RFC 8301).
_FEWEST_BITS: Final = 1024
_NAME: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9._-]{0,251}[A-Za-z0-9_])?")
_RELAXED: Final = (b"relaxed", b"relaxed")
# Both of the last must be covered, or no program shows a button for one click (RFC 8058).
_COVERED: Final = (
    b"from",
    b"to",
    b"subject",
    b"date",
    b"message-id",
    b"mime-version",
    b"content-type",
    b"content-transfer-encoding",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
)
_HEADER: Final = re.compile(rb"^([\x21-\x39\x3b-\x7e]+):", re.MULTILINE)
# Covered once more than it stands there, so that nobody adds a second one, which a program might show instead.
_ALONE: Final = b"from"


@dataclass(frozen=True, slots=True)
class DkimSigner:
    """Signs letters for a domain (RFC 6376), whose public key stands at `selector._domainkey.domain`."""

    domain: str
    selector: str
    # An RSA key in PEM, as dkimpy reads it.
    key: bytes = field(repr=False)

    @classmethod
    def of(cls, account: ProviderAccount) -> DkimSigner | None:
        """By the account's options; None where it has none of them. Reads the key.

        Raises ValueError that names the variable and the option.
        """
        if not any(option in account.options for option in (DOMAIN, SELECTOR, KEY)):
            return None
        names = {option: account.need(option) for option in (DOMAIN, SELECTOR)}
        path = account.need(KEY)
        for option, name in names.items():
            if not _NAME.fullmatch(name):
                raise ValueError(f"{account.variable}: {option} is not a name in the domain name system")
        try:
            key = _rsa_key(Path(path).read_bytes())
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
            raise ValueError(
                f"{account.variable}: {KEY} must be the path of an RSA key without a password, in PEM, "
                f"of {_FEWEST_BITS} bits or more"
            ) from None
        return cls(names[DOMAIN], names[SELECTOR], key)

    def signed(self, letter: bytes) -> bytes:
        """The letter with its signature in front. With a key of 2048 bits it takes some 10 ms of one core."""
        present = {name.lower() for name in _HEADER.findall(letter.partition(b"\r\n\r\n")[0])}
        covered = [name for name in _COVERED if name in present]
        signature: bytes = dkim.sign(
            letter,
            self.selector.encode(),
            self.domain.encode(),
            self.key,
            canonicalize=_RELAXED,
            include_headers=[*covered, _ALONE],
        )
        return signature + letter


def _rsa_key(pem: bytes) -> bytes:
    key = load_pem_private_key(pem, None)
    if not isinstance(key, RSAPrivateKey) or key.key_size < _FEWEST_BITS:
        raise ValueError
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
