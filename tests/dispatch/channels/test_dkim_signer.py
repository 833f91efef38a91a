from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from dispatch.channels.dkim_signer import DkimSigner
from dispatch.channels.email import EmailSender
from dispatch.channels.letter import compose
from dispatch.outcome import Accepted
from tests.dispatch.letters import LETTER
from tests.dispatch.smtp_script import scripted_server

BULK = replace(LETTER, leave_url=f"https://customers.example.com/u/{'A1-_' * 40}", subject="Käse ist da " * 12)


@pytest.fixture(scope="module")
def key() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


def pem(key: RSAPrivateKey | Ed25519PrivateKey, password: bytes | None = None) -> bytes:
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


@pytest.fixture
def url(key: RSAPrivateKey, tmp_path: Path) -> Callable[[int], str]:
    path = tmp_path / "mail+key.pem"
    path.write_bytes(pem(key).replace(b"\n", b"\r\n"))
    options = f"dkim-domain=example.com&dkim-selector=m1&dkim-key={str(path).replace('+', '%2B')}"
    return lambda port: f"smtp://127.0.0.1:{port}?starttls=never&{options}"


@pytest.fixture
def signer(url: Callable[[int], str]) -> DkimSigner:
    found = EmailSender.from_url(url(1), "SMTP_URL", 2_000)._signer  # noqa: SLF001  # As the worker makes it.
    assert found is not None
    return found


def is_verified(letter: bytes, key: RSAPrivateKey) -> bool:
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    record = b"v=DKIM1; k=rsa; p=" + b"".join(public.splitlines()[1:-1])

    def answer(name: bytes, timeout: int = 5) -> bytes | None:
        assert timeout
        return record if name == b"m1._domainkey.example.com." else None

    return bool(dkim.verify(letter, dnsfunc=answer))


def covered(letter: bytes) -> list[str]:
    assert b" c=relaxed/relaxed;" in letter
    found = re.search(rb"\bh=([^;]*);", letter)
    assert found
    return [name.strip() for name in found[1].decode().split(":")]


async def test_the_bytes_on_the_wire_verify(url: Callable[[int], str], key: RSAPrivateKey) -> None:
    html_only = replace(LETTER, text=None, html="<p>Käse</p>\n \n.\n\n\n")
    for letter in (LETTER, BULK, html_only, replace(LETTER, html=None)):
        async with scripted_server() as server:
            sender = EmailSender.from_url(url(server.port), "SMTP_URL", 5_000)
            assert isinstance(await sender.send(letter), Accepted)
            await sender.close()

        (wire,) = server.letters
        arrived = re.sub(rb"(?m)^\.", b"", wire.removesuffix(b".\r\n"))
        assert is_verified(arrived, key)
        assert b"\n" not in arrived.replace(b"\r\n", b"")
        assert arrived.isascii()
        assert len(max(arrived.split(b"\r\n"), key=len)) <= 998


async def test_a_letter_to_an_international_address_verifies(url: Callable[[int], str], key: RSAPrivateKey) -> None:
    async with scripted_server(EHLO="250-ready\r\n250-8BITMIME\r\n250 SMTPUTF8") as server:
        sender = EmailSender.from_url(url(server.port), "SMTP_URL", 5_000)
        assert isinstance(await sender.send(replace(BULK, address="jürgen@example.org", text="Käse")), Accepted)
        await sender.close()

    assert is_verified(server.letters[0].removesuffix(b".\r\n"), key)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"Good day.", b"Bad day."),
        (b"From: The Shop", b"From: Another Shop"),
        (b"To: reader", b"To: other"),
        (b"Message-ID: <msg_01", b"Message-ID: <msg_02"),
        (b"MIME-Version: 1.0", b"MIME-Version: 1.1"),
        (b"multipart/alternative", b"multipart/mixed"),
        (b"/u/A1", b"/u/B1"),
        (b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Two-Click"),
        (b"Subject: ", b"Subject: Re: "),
        (b"\r\nFrom: The Shop", b"\r\nFrom: other@example.com\r\nFrom: The Shop"),
    ],
)
def test_a_letter_that_was_altered_does_not_verify(
    signer: DkimSigner, key: RSAPrivateKey, was: bytes, becomes: bytes
) -> None:
    letter = signer.signed(compose(BULK))
    altered = letter.replace(was, becomes, 1)

    assert is_verified(letter, key)
    assert altered != letter
    assert not is_verified(altered, key)


def test_another_key_does_not_verify(signer: DkimSigner) -> None:
    assert not is_verified(signer.signed(compose(LETTER)), generate_private_key(65537, 2048))


def test_the_signature_covers_the_links_by_which_people_say_no_where_they_are(signer: DkimSigner) -> None:
    always = ["from", "to", "subject", "date", "message-id", "mime-version", "content-type"]

    assert covered(signer.signed(compose(LETTER))) == [*always, "from"]
    assert covered(signer.signed(compose(BULK))) == [*always, "list-unsubscribe", "list-unsubscribe-post", "from"]
    assert covered(signer.signed(compose(replace(BULK, html=None, leave_url="http://h/u/t")))) == [
        *always,
        "content-transfer-encoding",
        "list-unsubscribe",
        "from",
    ]


def test_the_key_stays_out_of_the_signers_repr(signer: DkimSigner) -> None:
    assert repr(signer) == "DkimSigner(domain='example.com', selector='m1')"


KEY_PROBLEM = (
    "SMTP_URL: dkim-key must be the path of an RSA key without a password, in PEM, of 1024 bits or more"  # A sentence.
)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ("dkim-domain=example.com&dkim-selector=m1", "SMTP_URL: smtp needs the option dkim-key"),
        ("dkim-domain=example.com&dkim-key=/k", "SMTP_URL: smtp needs the option dkim-selector"),
        ("dkim-selector=m1&dkim-key=/k", "SMTP_URL: smtp needs the option dkim-domain"),
        ("dkim-domain=&dkim-selector=m1&dkim-key=/k", "SMTP_URL: smtp needs the option dkim-domain"),
        (
            "dkim-domain=example.com%0d%0aBcc:&dkim-selector=m1&dkim-key=/k",
            "SMTP_URL: dkim-domain is not a name in the domain name system",
        ),
        (
            "dkim-domain=example.com&dkim-selector=m1;&dkim-key=/k",
            "SMTP_URL: dkim-selector is not a name in the domain name system",
        ),
        ("dkim-domain=example.com&dkim-selector=m1&dkim-key=/nobody/has/this", KEY_PROBLEM),
    ],
)
def test_a_wrong_option_is_named_without_its_value(options: str, problem: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(problem)}$"):
        EmailSender.from_url(f"smtp://h?{options}", "SMTP_URL", 2_000)


def test_a_file_that_is_no_rsa_key_is_refused_at_the_start(key: RSAPrivateKey, tmp_path: Path) -> None:
    path = tmp_path / "key"
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for content in (
        b"",
        b"garbage",
        public,
        pem(Ed25519PrivateKey.generate()),
        pem(key, b"password"),
        pem(key)[:-60],
    ):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=f"^{re.escape(KEY_PROBLEM)}$"):
            EmailSender.from_url(
                f"smtp://h?dkim-domain=example.com&dkim-selector=m1&dkim-key={path}", "SMTP_URL", 2_000
            )
