from __future__ import annotations

import pytest

from dispatch.channels.email import EmailSender
from dispatch.hook import HookCall, HookReading, NotSigned
from graph.message_states import Happening
from graph.vocabulary import IdentifierType
from tests.dispatch.bounce_mails import MESSAGE, POSTFIX, written

SECRET = "a secret of the tests"  # Of the tests alone.
NOW_MS = 1_795_770_065_000
REPLY = (
    b"From: Ann <ann@example.com>\r\nTo: shop@example.com\r\nSubject: Re: News\r\nMessage-ID: <1@example.com>\r\n"
    b"\r\nThank you.\r\n"
)


def read(
    body: bytes, *, given: str | None = f"Bearer {SECRET}", intake: str = f"&intake={SECRET.replace(' ', '+')}"
) -> HookReading:
    sender = EmailSender.from_url(f"smtp://h?account=main{intake}", "SMTP_URL", 1_000)
    headers = {} if given is None else {"authorization": given}
    return sender.read(HookCall("POST", "https://c.example/hooks/email/main", headers, {}, body, NOW_MS))


def test_a_report_is_read_for_its_receipts_alone() -> None:
    found = read(written(POSTFIX))

    assert [(each.message_id, each.happening, each.is_dead) for each in found.receipts] == [
        (MESSAGE, Happening.BOUNCED, True)
    ]
    assert found.inbound == ()


def test_another_mail_is_what_somebody_wrote() -> None:
    found = read(REPLY)

    assert found.receipts == ()
    assert [(each.type, each.value, each.text) for each in found.inbound] == [
        (IdentifierType.EMAIL, "ann@example.com", "Thank you.")
    ]


@pytest.mark.parametrize("given", [None, "", "Bearer ", f"Bearer {SECRET}x", SECRET, "Bearer ä"])
def test_without_the_secret_nothing_is_read(given: str | None) -> None:
    with pytest.raises(NotSigned):
        read(written(POSTFIX), given=given)


@pytest.mark.parametrize("given", [None, "Bearer None", "Bearer "])
def test_an_account_without_a_secret_believes_nobody(given: str | None) -> None:
    with pytest.raises(NotSigned):
        read(written(POSTFIX), given=given, intake="")


def test_a_short_secret_is_refused_and_not_shown() -> None:
    with pytest.raises(ValueError, match=r"^SMTP_URL: intake must be a secret of at least 16 letters$"):
        read(REPLY, intake="&intake=hush")
