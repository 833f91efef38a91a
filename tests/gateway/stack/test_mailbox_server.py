from __future__ import annotations

import stat
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest

from gateway.stack.data_folder import DataFolder
from gateway.stack.letters import letter, letters
from gateway.stack.mailbox_server import MailboxServer
from gateway.stack.ports import free_port
from gateway.stack.supervisor import Supervisor


@pytest.fixture
async def mailbox(tmp_path: Path) -> AsyncIterator[MailboxServer]:
    data = DataFolder(tmp_path / "data")
    data.create()
    supervisor = Supervisor(data)
    server = MailboxServer(data.mailbox, free_port())
    await supervisor.start(server.part())
    yield server
    await supervisor.stop()


async def test_a_letter_is_one_whole_file_of_its_owner(mailbox: MailboxServer) -> None:
    await _send(mailbox, "Grüße", "Guten Tag.\n.\nEin Punkt allein.\n", "anna@example.com", "ben@example.com")

    (path,) = mailbox.folder.iterdir()
    assert path.suffix == ".eml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (found,) = letters(mailbox.folder)
    assert found.subject == "Grüße"
    assert found.sender == "Shop <shop@example.com>"
    assert found.recipients == ("anna@example.com", "ben@example.com")
    assert found.text == "Guten Tag.\n.\nEin Punkt allein.\n"
    assert found.html == "<p>Guten Tag.</p>\n"


async def test_the_newest_comes_first_and_can_be_asked_for(mailbox: MailboxServer) -> None:
    for subject in ("one", "two", "three"):
        await _send(mailbox, subject, "text", "anna@example.com")

    found = letters(mailbox.folder)

    assert [one.subject for one in found] == ["three", "two", "one"]
    assert found[0].received_at > found[1].received_at > found[2].received_at
    assert letter(mailbox.folder, "1") == found[0]
    assert letter(mailbox.folder, found[2].name) == found[2]
    assert letter(mailbox.folder, found[2].name.removesuffix(".eml")) == found[2]
    assert [letter(mailbox.folder, which) for which in ("0", "4", "nobody", "../1")] == [None] * 4


async def test_a_letter_that_cannot_be_stored_is_refused_for_now(mailbox: MailboxServer) -> None:
    mailbox.folder.rmdir()

    with pytest.raises(aiosmtplib.SMTPDataError) as refused:
        await _send(mailbox, "lost?", "text", "anna@example.com")

    assert refused.value.code == 452


def test_half_a_letter_is_not_seen(tmp_path: Path) -> None:
    (tmp_path / ".20261123T204712.000000Z-abcdef.eml").write_text("Subject: half")

    assert letters(tmp_path) == []


def test_a_letter_in_an_unknown_encoding_can_still_be_read(tmp_path: Path) -> None:
    text = "Subject: odd\nContent-Type: text/plain; charset=nobody-knows\n\nhello\n"
    (tmp_path / "20261123T204712.250000Z-abcdef.eml").write_text(text)

    (found,) = letters(tmp_path)

    assert found.text == "hello\n"
    assert found.received_at.isoformat() == "2026-11-23T20:47:12.250000+00:00"


async def _send(mailbox: MailboxServer, subject: str, text: str, *recipients: str) -> None:
    message = EmailMessage()
    message["From"] = "Shop <shop@example.com>"
    message["To"] = "somebody@example.com"
    message["Subject"] = subject
    message.set_content(text)
    message.add_alternative("<p>Guten Tag.</p>\n", subtype="html")
    await aiosmtplib.send(message, recipients=list(recipients), hostname="127.0.0.1", port=mailbox.port, timeout=10)
