from __future__ import annotations

from dataclasses import dataclass

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from dispatch.channels.base64url import from_base64url, to_base64url
from dispatch.channels.vapid import Vapid

KEY = ec.generate_private_key(ec.SECP256R1())
SUBJECT = "mailto:ops@example.com"
NOW = 1_800_000_000


@dataclass(slots=True)
class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


def claims(authorization: str) -> dict[str, object]:
    scheme, _, rest = authorization.partition(" ")
    token, _, key = rest.removeprefix("t=").partition(", k=")
    assert scheme == "vapid"
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), from_base64url(key))
    found: dict[str, object] = jwt.decode(
        token, public, algorithms=["ES256"], options={"verify_aud": False, "verify_exp": False}
    )
    return found


@pytest.mark.parametrize(
    ("endpoint", "origin"),
    [
        ("https://push.example.com/send/abc?x=1", "https://push.example.com"),
        ("https://push.example.com:443/send", "https://push.example.com"),
        ("https://push.example.com:8443/send", "https://push.example.com:8443"),
        ("http://127.0.0.1:80/send", "http://127.0.0.1"),
        ("https://[2606:2800::1]:8443/send", "https://[2606:2800::1]:8443"),
    ],
)
def test_the_claims_are_exactly_who_whom_and_until_when(endpoint: str, origin: str) -> None:
    found = claims(Vapid(KEY, SUBJECT, Clock()).authorization(endpoint))

    assert found == {"aud": origin, "exp": NOW + 12 * 3600, "sub": SUBJECT}


def test_the_key_beside_the_token_is_ours() -> None:
    vapid = Vapid(KEY, SUBJECT)

    assert vapid.authorization("https://push.example.com/1").endswith(f", k={vapid.public_key}")
    assert len(from_base64url(vapid.public_key)) == 65


def test_a_signature_serves_until_shortly_before_its_end() -> None:
    clock = Clock()
    vapid = Vapid(KEY, SUBJECT, clock)
    first = vapid.authorization("https://push.example.com/1")

    clock.now = NOW + 12 * 3600 - 601
    assert vapid.authorization("https://push.example.com/2") == first

    clock.now = NOW + 12 * 3600 - 600
    second = vapid.authorization("https://push.example.com/2")
    assert claims(second)["exp"] == NOW + 24 * 3600 - 600


def test_invented_origins_do_not_fill_the_memory_and_used_ones_stay() -> None:
    vapid = Vapid(KEY, SUBJECT, Clock())
    real = vapid.authorization("https://push.example.com/1")

    for number in range(400):
        vapid.authorization(f"https://h{number}.example.com/1")
        assert vapid.authorization("https://push.example.com/1") == real

    assert len(vapid._signed) == 256  # noqa: SLF001  # Only its size shows that it is bounded.


@pytest.mark.parametrize(
    "endpoint", ["", "push", "ftp://push.example.com/", "https:///x", "https://h:hush/", "https://["]
)
def test_what_is_no_address_is_refused_without_quoting_it(endpoint: str) -> None:
    with pytest.raises(ValueError, match=r"^the address is not one of a push service$"):
        Vapid(KEY, SUBJECT).authorization(endpoint)


@given(st.binary())
def test_base64url_goes_there_and_back(found: bytes) -> None:
    assert from_base64url(to_base64url(found)) == found


@pytest.mark.parametrize("text", ["a", "a+b/", "ab cd", "Zg=x", "Zh", "\xe9\xe9\xe9\xe9"])
def test_what_is_no_base64url_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^is not base64url$"):
        from_base64url(text)
