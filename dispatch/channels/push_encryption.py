"""What a browser's push service carries without being able to read it (RFC 8291, in the encoding of RFC 8188)."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

# RFC 8030, 7.2: what every push service takes. One record holds all of it.
_LARGEST_BODY: Final = 4096
_SALT_BYTES: Final = 16
_POINT_BYTES: Final = 65
_TAG_BYTES: Final = 16
_HEADER: Final = struct.Struct(f"!{_SALT_BYTES}sIB{_POINT_BYTES}s")
# RFC 8188, 2: it ends the text of the last record, and zeros may follow.
_LAST_RECORD: Final = b"\x02"
LARGEST_TEXT: Final = _LARGEST_BODY - _HEADER.size - _TAG_BYTES - len(_LAST_RECORD)


class TooLarge(ValueError):
    """The text does not fit into what push services take."""


@dataclass(frozen=True, slots=True)
class Ephemeral:
    """What is new for each message. Only a test against known answers brings its own."""

    salt: bytes
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def new(cls) -> Ephemeral:
        return cls(os.urandom(_SALT_BYTES), ec.generate_private_key(ec.SECP256R1()))


def encrypted(text: bytes, p256dh: bytes, auth: bytes, step: int = 1, ephemeral: Ephemeral | None = None) -> bytes:
    """The body of a request, whose size tells that of `text` only in steps of `step` bytes.

    `p256dh` is the browser's public key and `auth` its secret. Raises TooLarge, and ValueError for a key that is none.
    """
    if len(text) > LARGEST_TEXT:
        raise TooLarge
    new = ephemeral or Ephemeral.new()
    browser_key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), p256dh)
    own_point = new.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = new.key.exchange(ec.ECDH(), browser_key)
    secret = _derived(shared, auth, b"WebPush: info\x00" + p256dh + own_point, 32)
    content_key = _derived(secret, new.salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derived(secret, new.salt, b"Content-Encoding: nonce\x00", 12)
    size = min(-(-len(text) // step) * step, LARGEST_TEXT)
    padded = text + _LAST_RECORD + bytes(size - len(text))
    header = _HEADER.pack(new.salt, _LARGEST_BODY, _POINT_BYTES, own_point)
    return header + AESGCM(content_key).encrypt(nonce, padded, None)


def _derived(secret: bytes, salt: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, purpose).derive(secret)
