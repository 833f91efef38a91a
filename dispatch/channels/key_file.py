"""Private keys that an operator puts on disk; nothing of them, nor where they are, stands in an error."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from dispatch.provider_account import ProviderAccount

_LARGEST: Final = 65_536


def key_file(account: ProviderAccount) -> bytes:
    """What the file holds that the option `key` names. Raises ValueError where it cannot be read."""
    try:
        with Path(account.need("key")).open("rb") as file:
            return file.read(_LARGEST)
    except OSError:
        raise ValueError(f"{account.variable}: key names a file that cannot be read") from None


def p256_key_file(account: ProviderAccount) -> ec.EllipticCurvePrivateKey:
    """Raises ValueError where it cannot be read or holds another kind of key."""
    text = key_file(account)
    try:
        found = load_pem_private_key(text, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        found = None
    if isinstance(found, ec.EllipticCurvePrivateKey) and isinstance(found.curve, ec.SECP256R1):
        return found
    raise ValueError(f"{account.variable}: key names a file that holds no private key of P-256 in PEM")
