from __future__ import annotations

import pytest

from dispatch.channels.whatsapp import WhatsappSender
from dispatch.hook import HookCall, HookReading, Malformed, NotSigned

VERIFY = "let-me-in"


def sender(options: str = f"?app-secret=0123abc&verify={VERIFY}") -> WhatsappSender:
    return WhatsappSender.from_url(f"whatsapp://123:EAAG@h.example.com/v21.0{options}", "WHATSAPP_URL", 2_000)


def verification(**changes: str) -> HookCall:
    query = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "1158201444"}
    given = {f"hub.{name}": value for name, value in changes.items()}
    return HookCall("GET", "https://c.example.com/hooks/whatsapp/shop", {}, {**query, **given}, b"", 0)


def test_meta_hears_its_challenge_again_when_it_verifies_the_address() -> None:
    assert sender().read(verification()) == HookReading(answer=b"1158201444", media_type="text/plain")


@pytest.mark.parametrize("token", ["", "let-me-i", "let-me-in2", "é"])
def test_another_verify_token_is_not_signed(token: str) -> None:
    with pytest.raises(NotSigned, match=r"^the verify token is missing or wrong$"):
        sender().read(verification(verify_token=token))


@pytest.mark.parametrize("options", ["", "?verify=", "?app-secret=0123abc"])
def test_without_a_verify_token_of_ours_nothing_is_verified(options: str) -> None:
    with pytest.raises(NotSigned):
        sender(options=options).read(verification(verify_token=""))


@pytest.mark.parametrize(
    "changes",
    [
        {"mode": "unsubscribe"},
        {"mode": ""},
        {"challenge": ""},
        {"challenge": "<script>"},
        {"challenge": "1\r\n2"},
        {"challenge": "1" * 129},
    ],
)
def test_a_challenge_that_is_none_is_not_answered(changes: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        sender().read(verification(**changes))
