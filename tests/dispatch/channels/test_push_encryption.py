from __future__ import annotations

import os

import http_ece  # type: ignore[import-untyped]  # It has no types.
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.channels.base64url import from_base64url, to_base64url
from dispatch.channels.push_encryption import LARGEST_TEXT, Ephemeral, TooLarge, encrypted

# RFC 8291, 5 and appendix A.
RFC_TEXT = b"When I grow up, I want to be a watermelon"
RFC_SERVER_KEY = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
RFC_BROWSER_KEY = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
RFC_SALT = "DGv6ra1nlYgDCS1FRnbzlw"
RFC_AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
RFC_BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
    "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
BROWSER = ec.generate_private_key(ec.SECP256R1())
BROWSER_POINT = BROWSER.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
AUTH = os.urandom(16)


def test_the_example_of_the_standard_comes_out_byte_for_byte() -> None:
    server_key = ec.derive_private_key(int.from_bytes(from_base64url(RFC_SERVER_KEY)), ec.SECP256R1())
    known = Ephemeral(from_base64url(RFC_SALT), server_key)

    body = encrypted(RFC_TEXT, from_base64url(RFC_BROWSER_KEY), from_base64url(RFC_AUTH), ephemeral=known)

    assert to_base64url(body) == RFC_BODY


@settings(max_examples=150, deadline=None)
@given(text=st.binary(max_size=LARGEST_TEXT), step=st.sampled_from([1, 7, 256, 5_000]))
def test_a_browser_reads_what_was_encrypted(text: bytes, step: int) -> None:
    body = encrypted(text, BROWSER_POINT, AUTH, step)

    assert http_ece.decrypt(body, private_key=BROWSER, auth_secret=AUTH) == text
    assert len(body) <= 4096


def test_a_size_tells_only_steps() -> None:
    sizes = [len(encrypted(bytes(length), BROWSER_POINT, AUTH, 256)) for length in (1, 2, 255, 256, 257, 3_993)]

    assert sizes == [359, 359, 359, 359, 615, 4_096]


def test_no_two_bodies_are_alike() -> None:
    bodies = [encrypted(b"the same", BROWSER_POINT, AUTH) for _ in range(2)]

    # Neither the salt nor our public key of the message.
    assert bodies[0][:16] != bodies[1][:16]
    assert bodies[0][21:86] != bodies[1][21:86]


def test_what_does_not_fit_is_said_before_anything_is_sent() -> None:
    assert LARGEST_TEXT == 3_993
    with pytest.raises(TooLarge):
        encrypted(bytes(3_994), BROWSER_POINT, AUTH)


@pytest.mark.parametrize(
    "point",
    [b"", b"\x04" + bytes(64), BROWSER_POINT[:-1], b"\x05" + BROWSER_POINT[1:]],
    ids=["nothing", "beside the curve", "too short", "of another form"],
)
def test_a_key_that_is_no_point_of_the_curve_is_refused(point: bytes) -> None:
    with pytest.raises(ValueError, match=r".*") as caught:
        encrypted(b"text", point, AUTH)

    assert not isinstance(caught.value, TooLarge)
