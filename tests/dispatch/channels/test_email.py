from __future__ import annotations

import email
import email.policy
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from email.message import EmailMessage
from time import monotonic
from typing import Any

import pytest

from dispatch.channels.email import EmailSender
from dispatch.channels.registry import senders
from dispatch.channels.smtp_account import SmtpAccount
from dispatch.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from dispatch.settings import DispatchSettings
from dispatch.smtp_server import SmtpServer, Starttls
from graph.delivery import Delivery
from graph.vocabulary import Channel
from tests.dispatch.letters import LETTER
from tests.dispatch.smtp_script import CLOSE, HANG, scripted_server


def sender(port: int, lease_ms: int = 2_000, **options: Any) -> EmailSender:
    return EmailSender(SmtpAccount(SmtpServer("127.0.0.1", port, starttls=Starttls.NEVER, **options)), lease_ms)


@asynccontextmanager
async def sending(port: int) -> AsyncIterator[EmailSender]:
    account = sender(port)
    try:
        yield account
    finally:
        await account.close()


async def outcome_of(delivery: Delivery, **answers: str) -> Outcome:
    async with scripted_server(**answers) as server, sending(server.port) as account:
        return await account.send(delivery)


@pytest.mark.parametrize(
    ("verb", "answer", "outcome"),
    [
        ("DOT", "250 2.0.0 Ok: queued as 4F2A9", Accepted("250 2.0.0 Ok: queued as 4F2A9", "4F2A9")),
        ("DOT", "250 fine", Accepted("250 fine")),
        ("GREETING", "421 busy", Deferred("421 busy", elsewhere=True)),
        ("GREETING", "554 no service", Deferred("554 no service", elsewhere=True)),
        ("GREETING", CLOSE, Deferred("no connection", elsewhere=True)),
        ("GREETING", HANG, Deferred("no answer in time", elsewhere=True)),
        ("EHLO", HANG, Deferred("no answer in time", elsewhere=True)),
        ("MAIL", "451 4.3.0 try later", Deferred("451 4.3.0 try later")),
        ("MAIL", "553 5.1.8 bad sender", Refused("553 5.1.8 bad sender")),
        ("RCPT", "450 4.2.1 greylisted", Deferred("450 4.2.1 greylisted")),
        ("MAIL", "421 4.3.2 closing", Deferred("421 4.3.2 closing", elsewhere=True)),
        ("RCPT", "421 4.3.2 closing", Deferred("421 4.3.2 closing", elsewhere=True)),
        ("RCPT", "550 5.1.1 unknown", Refused("550 5.1.1 unknown", suppress=True)),
        ("RCPT", "550 unknown", Refused("550 unknown")),
        ("RCPT", "550 5.7.1 blocked", Refused("550 5.7.1 blocked")),
        ("RCPT", "550 5.4.4 no route", Deferred("550 5.4.4 no route")),
        ("RCPT", HANG, Deferred("no answer in time", elsewhere=True)),
        ("RCPT", CLOSE, Deferred("the connection was lost", elsewhere=True)),
        ("DATA", "451 4.3.0 later", Deferred("451 4.3.0 later")),
        ("DATA", "554 5.6.0 no", Refused("554 5.6.0 no")),
        ("DATA", HANG, Deferred("no answer in time", elsewhere=True)),
        ("DATA", CLOSE, Deferred("the connection was lost", elsewhere=True)),
        ("DOT", "452 4.3.1 full", Deferred("452 4.3.1 full")),
        ("DOT", "421 4.3.2 closing", Deferred("421 4.3.2 closing", elsewhere=True)),
        ("DOT", "554 5.7.1 spam", Refused("554 5.7.1 spam")),
        ("DOT", "550 5.1.1 unknown", Refused("550 5.1.1 unknown", suppress=True)),
        ("DOT", HANG, Unknown("no answer in time", at_fault=True)),
        ("DOT", CLOSE, Unknown("the connection was lost", at_fault=True)),
        ("QUIT", CLOSE, Accepted("250 2.0.0 Ok: queued as 4F2A9", "4F2A9")),
    ],
)
async def test_an_answer_is_an_outcome(verb: str, answer: str, outcome: Outcome) -> None:
    assert await outcome_of(LETTER, **{verb: answer}) == outcome


async def test_a_server_that_is_not_there_defers() -> None:
    async with scripted_server() as server:
        port = server.port

    assert await sender(port).send(LETTER) == Deferred("no connection", elsewhere=True)


async def test_a_hanging_server_ends_within_the_lease() -> None:
    started = monotonic()

    assert await outcome_of(LETTER, DOT=HANG) == Unknown("no answer in time", at_fault=True)

    assert monotonic() - started < 2.0


async def test_no_address_stands_in_an_answer() -> None:
    said = await outcome_of(
        LETTER, RCPT="550 5.1.1 <reader@example.org>: reader unknown; write to postmaster@example.org"
    )

    assert said == Refused("550 5.1.1 <<address>>: <address> unknown; write to <address>", suppress=True)


async def test_a_long_answer_is_cut_to_one_line() -> None:
    said = await outcome_of(LETTER, RCPT="550-5.7.1 " + "x" * 300 + "\r\n550 5.7.1 more")

    assert len(said.answer) == 160
    assert "\n" not in said.answer


async def test_the_letter_that_arrives_is_the_one_that_was_written() -> None:
    async with scripted_server() as server:
        await sender(server.port).send(LETTER)

    (raw,) = server.letters
    letter = email.message_from_bytes(
        raw.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n."), policy=email.policy.default
    )
    assert isinstance(letter, EmailMessage)
    assert (letter["From"], letter["To"], letter["Subject"]) == (
        "The Shop <shop@example.com>",
        "reader@example.org",
        "Hello",
    )
    assert letter["Message-ID"] == "<msg_01JABCDEFG0123456789ABCDEF@example.com>"
    assert letter.get_content_type() == "multipart/alternative"
    assert [part.get_content().replace("\r\n", "\n") for part in letter.iter_parts()] == [
        "Good day.\n.hidden dot\n",
        "<p>Good day.</p>\n",
    ]
    assert server.verbs == ["EHLO", "MAIL", "RCPT", "DATA"]
    assert server.commands[1:3] == ["MAIL FROM:<shop@example.com>", "RCPT TO:<reader@example.org>"]


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "Hello\r\nBcc: other@example.org"},
        {"sender_name": "Shop\nBcc: other@example.org"},
        {"subject": "Hello\r\n\r\nBody"},
        {"text": "one\r.\rtwo\r\n.\r\nMAIL FROM:<x@y>"},
    ],
)
async def test_nothing_can_be_smuggled_into_a_letter(changes: dict[str, str]) -> None:
    async with scripted_server() as server:
        outcome = await sender(server.port).send(replace(LETTER, **changes))  # type: ignore[arg-type]  # only texts

    assert isinstance(outcome, Accepted)
    letter = email.message_from_bytes(server.letters[0], policy=email.policy.default)
    assert "Bcc" not in letter
    assert len(server.letters) == 1
    assert server.verbs == ["EHLO", "MAIL", "RCPT", "DATA"]


@pytest.mark.parametrize(
    "changes",
    [
        {"address": "reader@example.org>\r\nRCPT TO:<other@example.org"},
        {"address": "not an address"},
        {"address": None},
        {"sender": None},
        {"sender": "shop"},
    ],
)
async def test_what_cannot_be_a_letter_is_refused_without_a_connection(changes: dict[str, str | None]) -> None:
    async with scripted_server() as server:
        outcome = await sender(server.port).send(replace(LETTER, **changes))  # type: ignore[arg-type]  # only texts

    assert outcome == Refused("the letter cannot be composed: an address or a header is not valid")
    assert server.commands == []


async def test_an_international_address_needs_a_server_that_takes_it() -> None:
    delivery = replace(LETTER, address="jürgen@example.org")

    assert await outcome_of(delivery) == Refused("the mail server cannot take an address with letters outside ASCII")
    assert isinstance(await outcome_of(delivery, EHLO="250-ready\r\n250-8BITMIME\r\n250 SMTPUTF8"), Accepted)


async def test_tls_that_is_required_and_not_offered_defers_and_sends_nothing() -> None:
    async with scripted_server() as server:
        strict = EmailSender(SmtpAccount(SmtpServer("127.0.0.1", server.port, starttls=Starttls.REQUIRED)), 2_000)
        outcome = await strict.send(LETTER)

    assert outcome == Deferred("SMTPException", elsewhere=True)
    assert server.letters == []


async def test_a_login_that_fails_is_our_fault_and_tried_again() -> None:
    async with scripted_server(EHLO="250-ready\r\n250 AUTH PLAIN", AUTH="535 5.7.8 wrong") as server:
        outcome = await sender(server.port, user="u", password="p").send(LETTER)

    assert outcome == Deferred("535 5.7.8 wrong", elsewhere=True)
    assert server.letters == []


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://h:25", SmtpServer("h", 25)),
        ("smtp://h", SmtpServer("h", 587)),
        ("smtps://h", SmtpServer("h", 465, tls=True, starttls=Starttls.NEVER)),
        ("smtp://h:1?starttls=required", SmtpServer("h", 1, starttls=Starttls.REQUIRED)),
        (
            "smtp://u%40x:p%3Aw@h:1?starttls=never",
            SmtpServer("h", 1, starttls=Starttls.NEVER, user="u@x", password="p:w"),
        ),
    ],
)
def test_a_url_names_a_server(url: str, server: SmtpServer) -> None:
    assert SmtpServer.from_url(url) == server


@pytest.mark.parametrize(
    "url", ["", "http://h", "smtp://", "smtp://h:port", "smtp://h?starttls=maybe", "smtps://h?starttls=required"]
)
def test_a_wrong_url_names_the_variable(url: str) -> None:
    settings = DispatchSettings("redis://h", {"SMTP_URL": (url,)})

    with pytest.raises(ValueError, match=r"^SMTP_URL "):
        senders(Channel.EMAIL, settings)


def named(*urls: str) -> list[str]:
    return [each.provider for each in senders(Channel.EMAIL, DispatchSettings("redis://h", {"SMTP_URL": urls}))]


def test_an_account_is_named_by_its_option_or_smtp() -> None:
    assert named("smtp://h?account=bulk", "smtps://h") == ["bulk", "smtp"]
    assert named("SMTPS://h", "smtp://h?starttls=never&account=b2") == ["smtp", "b2"]


@pytest.mark.parametrize(
    ("urls", "problem"),
    [
        (("smtp://h?stattls=never&zap=secret",), "SMTP_URL: smtp has no option stattls, zap"),
        (("smtp://h?account=Bulk%20Mail",), "SMTP_URL: account must be small letters, digits and '-', 32 at most"),
        (("smtp://h?account=a&account=b",), "SMTP_URL gives an option twice"),
        (("smtp://h", "smtps://h"), "SMTP_URL names two accounts alike: give each the option account"),
    ],
)
def test_a_wrong_option_is_named_without_its_value(urls: tuple[str, ...], problem: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(problem)}$"):
        named(*urls)
