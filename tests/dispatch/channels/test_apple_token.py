from __future__ import annotations

from dataclasses import dataclass

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from dispatch.channels.apple_token import AppleKey, AppleToken

KEY = ec.generate_private_key(ec.SECP256R1())
NOW = 1_800_000_000


@dataclass(slots=True)
class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


def made() -> tuple[AppleToken, Clock]:
    clock = Clock()
    return AppleToken(AppleKey("TEAM123456", "KEY1234567", KEY), clock), clock


def test_the_token_says_whose_key_signed_it_and_when() -> None:
    token, _ = made()
    value = token.value()

    assert jwt.decode(value, KEY.public_key(), algorithms=["ES256"], options={"verify_iat": False}) == {
        "iss": "TEAM123456",
        "iat": NOW,
    }
    header = jwt.get_unverified_header(value)
    assert (header["alg"], header["kid"]) == ("ES256", "KEY1234567")


def test_a_token_serves_for_forty_minutes() -> None:
    token, clock = made()
    first = token.value()

    clock.now = NOW + 2_399
    assert token.value() == first
    clock.now = NOW + 2_400
    assert token.value() != first


def test_a_clock_that_was_set_back_makes_a_new_token() -> None:
    token, clock = made()
    first = token.value()
    clock.now = NOW - 10

    assert token.value() != first


def test_a_token_that_is_dropped_is_made_anew_but_not_again_for_twenty_minutes() -> None:
    token, clock = made()
    first = token.value()
    token.drop(first)
    second = token.value()
    assert second != first

    token.drop(first)
    token.drop(second)
    assert token.value() == second

    clock.now = NOW + 1_199
    token.drop(second)
    assert token.value() == second
    clock.now = NOW + 1_200
    token.drop(second)
    assert token.value() != second
