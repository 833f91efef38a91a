from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from dispatch.channels.base64url import to_base64url
from dispatch.channels.web_push import WebPushSender

OUR_KEY = to_base64url(ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(32))


def files(folder: Path) -> dict[str, str]:
    """By what is wrong with them."""
    private = rsa.generate_private_key(65537, 2048)
    contents = {
        "garbage": b"hush",
        "rsa": private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        "p384": ec.generate_private_key(ec.SECP384R1()).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return {name: str(folder / name) for name in (*contents, "hush-missing")}


@pytest.mark.parametrize(
    ("rest", "says"),
    [
        (":{key}@/", "vapid needs the option subject"),
        (":{key}@/?subject=ops@hush.example.com", "subject must begin with mailto: or https://"),
        (":{key}@/?subject=mailto:a&ttl=1.5", "ttl must be a whole number of seconds, 2419200 at most"),
        (":{key}@/?subject=mailto:a&ttl=2419201", "ttl must be a whole number of seconds, 2419200 at most"),
        (":{key}@/?subject=mailto:a&ttl=-1", "ttl must be a whole number of seconds, 2419200 at most"),
        (":{key}@/?subject=mailto:a&allow=hush", "allow must name networks like 10.1.0.0/16"),
        (":{key}@/?subject=mailto:a&topic=1", "vapid has no option topic"),
        (":{key}@/?subject=mailto:a&key=x", "vapid takes a key before the @ or the option key, not both"),
        ("?subject=mailto:a", "vapid needs the option key"),
        (":hush@/?subject=mailto:a", "what stands before the @ is no key of 32 bytes in base64url"),
        (f":{'A' * 43}@/?subject=mailto:a", "what stands before the @ is no key of 32 bytes in base64url"),
        ("?subject=mailto:a&key={hush-missing}", "key names a file that cannot be read"),
        ("?subject=mailto:a&key={garbage}", "key names a file that holds no private key of P-256 in PEM"),
        ("?subject=mailto:a&key={rsa}", "key names a file that holds no private key of P-256 in PEM"),
        ("?subject=mailto:a&key={p384}", "key names a file that holds no private key of P-256 in PEM"),
    ],
)
def test_a_wrong_url_is_refused_by_the_name_of_what_is_wrong(tmp_path: Path, rest: str, says: str) -> None:
    url = "vapid://" + rest.format_map({"key": OUR_KEY, **files(tmp_path)})
    with pytest.raises(ValueError, match=r"^WEB_PUSH_URL: ") as caught:
        WebPushSender.from_url(url, "WEB_PUSH_URL", 1_000)

    assert str(caught.value) == f"WEB_PUSH_URL: {says}"
    assert "hush" not in str(caught.value)


def test_no_library_sends_for_us() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())

    assert "pywebpush" not in str(project)
