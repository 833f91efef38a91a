from __future__ import annotations

import re
from dataclasses import replace

import pytest

from dispatch.channels.bounce_address import BounceAddress, message_id_in
from dispatch.channels.email import EmailSender
from dispatch.outcome import Accepted
from tests.dispatch.letters import LETTER
from tests.dispatch.smtp_script import scripted_server


async def test_the_envelope_says_of_which_message_a_letter_is_and_the_letter_is_from_the_shop() -> None:
    for options, envelope in (
        ("&bounces=back.to.us@mail.example.com", f"back.to.us+{LETTER.message_id}@mail.example.com"),
        ("", "shop@example.com"),
    ):
        async with scripted_server() as server:
            url = f"smtp://127.0.0.1:{server.port}?starttls=never{options}"
            sender = EmailSender.from_url(url, "SMTP_URL", 2_000)
            assert isinstance(await sender.send(LETTER), Accepted)
            await sender.close()

        assert server.commands[1] == f"MAIL FROM:<{envelope}>"
        assert b"\r\nFrom: The Shop <shop@example.com>\r\n" in b"\r\n" + server.letters[0]
        assert b"back.to.us" not in server.letters[0]


async def test_an_international_sender_still_needs_a_server_that_takes_it() -> None:
    async with scripted_server(EHLO="250-ready\r\n250-8BITMIME\r\n250 SMTPUTF8") as server:
        url = f"smtp://127.0.0.1:{server.port}?starttls=never&bounces=b@example.com"
        sender = EmailSender.from_url(url, "SMTP_URL", 2_000)
        assert isinstance(await sender.send(replace(LETTER, sender="käse@example.com")), Accepted)
        await sender.close()

    assert server.commands[1] == f"MAIL FROM:<b+{LETTER.message_id}@example.com> SMTPUTF8 BODY=8BITMIME"


def test_the_longest_mailbox_makes_a_local_part_of_64_letters() -> None:
    address = BounceAddress("b" * 33, "example.com").for_message(LETTER.message_id)

    assert len(address.partition("@")[0]) == 64
    assert message_id_in(f"<{address}>") == LETTER.message_id


@pytest.mark.parametrize(
    "address", ["bounces", "bounces@", "@example.com", "b+x@example.com", "b" * 34 + "@example.com", "b@ex%0d%0aample"]
)
def test_a_wrong_address_is_named_without_its_value(address: str) -> None:
    problem = (
        "SMTP_URL: bounces must be an address like bounces@example.com, with at most 33 letters, digits or signs "
        "before the @ and no +"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(problem)}$"):
        EmailSender.from_url(f"smtp://h?bounces={address.replace('+', '%2B')}", "SMTP_URL", 2_000)


def test_an_empty_address_is_missing() -> None:
    with pytest.raises(ValueError, match=r"^SMTP_URL: smtp needs the option bounces$"):
        EmailSender.from_url("smtp://h?bounces=", "SMTP_URL", 2_000)
