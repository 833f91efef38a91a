from __future__ import annotations

import datetime as dt
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from dispatch.channels.http2_client import Http2Client
from dispatch.http_client import NotSent
from tests.dispatch.http2_provider import Http2Says, http2_provider


def contexts(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's with a certificate for this machine, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, SHA256())
    )
    file = folder / "both.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    trusting = ssl.create_default_context(cafile=str(file))
    trusting.set_alpn_protocols(["h2"])
    return server, trusting


@pytest.mark.parametrize(
    ("protocols", "is_trusted", "outcome"),
    [
        (["h2"], True, "200"),
        (["http/1.1"], True, "the server does not speak HTTP/2"),
        (["h2"], False, "no connection"),
    ],
)
async def test_behind_tls_only_a_server_that_is_known_and_speaks_http2_gets_something(
    tmp_path: Path, protocols: list[str], outcome: str, *, is_trusted: bool
) -> None:
    server, trusting = contexts(tmp_path)
    server.set_alpn_protocols(protocols)
    async with http2_provider(Http2Says(), tls=server) as there:
        made = Http2Client(f"https://localhost:{there.port}", 1_500, trusting if is_trusted else None)

        try:
            found = str((await made.post("/a", b"x", {})).status)
        except NotSent as error:
            found = str(error)

        assert found == outcome
        await made.close()
