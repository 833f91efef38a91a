from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from time import monotonic

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dispatch.channels.mail_reply import inbound_of
from dispatch.hook import Inbound
from graph.vocabulary import IdentifierType

OURS = "msg_01JABCDEFG0123456789ABCDEF"
OLDER = "msg_01JABCDEFG0123456789ABCDEE"
NOW_MS = 1_750_000_000_000
HEAD = (
    b"From: Rita Reader <rita@example.org>\r\n"
    b"To: shop@example.com\r\n"
    b"Message-ID: <CAF1@mail.example.org>\r\n"
    b"In-Reply-To: <" + OURS.encode() + b"@example.com>\r\n"
)


def letter(body: str = "Yes, please", *headers: str) -> bytes:
    return HEAD + "".join(f"{each}\r\n" for each in headers).encode() + b"\r\n" + body.encode()


def read(raw: bytes) -> Inbound:
    found = inbound_of(raw, NOW_MS)
    assert found is not None
    return found


def text_of(body: str) -> str:
    return read(letter(body, "Content-Type: text/plain; charset=utf-8")).text


def test_an_answer_says_who_wrote_what_to_which_letter() -> None:
    found = read(letter())

    assert found == Inbound(
        event_id=found.event_id,
        at_ms=NOW_MS,
        type=IdentifierType.EMAIL,
        value="rita@example.org",
        text="Yes, please",
        message_id=OURS,
        name="Rita Reader",
    )
    for secret in ("rita", "Rita", "please"):
        assert secret not in repr(found)


def test_a_letter_that_comes_twice_is_the_same_event() -> None:
    without = letter().replace(b"Message-ID: <CAF1@mail.example.org>\r\n", b"")

    assert read(letter()).event_id == read(letter()).event_id
    assert read(without).event_id == read(without).event_id
    assert len({read(letter()).event_id, read(letter("No")).event_id, read(without).event_id}) == 2
    assert read(without + b".").event_id != read(without).event_id


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Yes", "Yes"),
        ("Yes\r\n\r\nplease\r\n", "Yes\n\nplease"),
        ("Yes\n\nOn Mon, 1 Jun 2026 at 10:00, The Shop <shop@example.com> wrote:\n\n> Do you?\n> Say so.\n", "Yes"),
        ("Yes\nOn Mon, 1 Jun 2026 at 10:00, The Shop\n<shop@example.com> wrote:\n> Do you?\n", "Yes"),
        ("Yes\n\nOn Mon, 1 Jun 2026 The Shop wrote:\nDo you?\n", "Yes"),
        ("Ja\n\nAm Mo., 1. Juni 2026 um 10:00 schrieb The Shop <shop@example.com>:\n\n> Do you?", "Ja"),
        ("Ja\n\nAm Mo., 1. Juni 2026 um 10:00 schrieb The Shop\n<shop@example.com>:\n> Do you?", "Ja"),
        ("Да\n\n1 июня 2026, The Shop <shop@example.com>:\n> Do you?", "Да"),
        ("Yes\n\n-----Original Message-----\nFrom: The Shop <shop@example.com>\nSent: Monday\n\nDo you?", "Yes"),
        ("Ja\n\n-----Ursprüngliche Nachricht-----\nVon: The Shop\n\nDo you?", "Ja"),
        ("Yes\n________________________________\nFrom: The Shop <shop@example.com>\nDo you?", "Yes"),
        ("Yes\n\nFrom: The Shop <shop@example.com>\nSent: Monday, 1 June 2026\nTo: Rita\n\nDo you?", "Yes"),
        ("Ja\n\nVon: The Shop <shop@example.com>\nGesendet: Montag\n\nDo you?", "Ja"),
        ("*Oui*\n\n*De :* The Shop <shop@example.com>\n*Envoyé :* lundi\n\nDo you?", "*Oui*"),
        # Answers under what is quoted, and between.
        ("On 1 June 2026 The Shop wrote:\n> Do you?\n\nYes\n", "Yes"),
        ("> Tea?\nYes\n> Milk?\nNo\n", "Yes\nNo"),
        # These are not ours.
        (
            "My data:\nName: Rita\nMail: rita@example.org\nCity: Ulm",
            "My data:\nName: Rita\nMail: rita@example.org\nCity: Ulm",
        ),
        ("On Monday my friend wrote:\nhello", "On Monday my friend wrote:\nhello"),
        ("From: me\nwith love", "From: me\nwith love"),
        ("Tea - or coffee --- please", "Tea - or coffee --- please"),
        ("a\x00b\x1b[31mc\td", "ab[31mc\td"),
        ("", ""),
        ("> all of it is quoted\n> so nothing is left", ""),
    ],
)
def test_what_is_quoted_is_not_part_of_an_answer(body: str, text: str) -> None:
    assert text_of(body) == text


def test_a_long_answer_is_cut() -> None:
    assert text_of("Yes. " * 100_000) == ("Yes. " * 2_000).rstrip()


def composed(*, html: str | None = None, text: str | None = "Gerne: grün", charset: str = "utf-8") -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "rita@example.org"
    if text is not None:
        mail.set_content(text, charset=charset)
    if html is not None:
        if text is None:
            mail.set_content(html, subtype="html")
        else:
            mail.add_alternative(html, subtype="html")
    return mail


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252", "iso-8859-15"])
def test_the_plain_part_is_read_in_its_own_letters(charset: str) -> None:
    assert read(composed(html="<p>Gerne</p>", charset=charset).as_bytes()).text == "Gerne: grün"


def test_a_letter_in_html_only_has_no_text() -> None:
    assert read(composed(text=None, html="<p>Gerne</p>").as_bytes()).text == ""


def test_what_is_attached_is_not_what_was_written() -> None:
    mail = composed(text=None, html="<p>Gerne</p>")
    mail.add_attachment("a file", filename="a.txt")
    mail.add_attachment(composed(text="a letter of somebody else"))

    assert read(mail.as_bytes()).text == ""


@pytest.mark.parametrize("charset", ["unicode_escape", "hex", "idna", "undefined", "iso-8859-12", "a\\0", "ж", ""])
def test_letters_that_are_none_are_read_as_utf_8(charset: str) -> None:
    assert read(letter("grün \\x41", f"Content-Type: text/plain; charset={charset}")).text == "grün \\x41"


@pytest.mark.parametrize(
    ("headers", "message_id"),
    [
        (f"In-Reply-To: <{OURS}@example.com>", OURS),
        (f"References: <{OLDER}@example.com>\r\n <{OURS}@example.com> <x@example.org>", OURS),
        (f"In-Reply-To: <x@example.org>\r\nReferences: <{OURS}@example.com> <x@example.org>", OURS),
        (f"In-Reply-To: <{OURS}@example.com>\r\nReferences: <{OLDER}@example.com>", OURS),
        (f"In-Reply-To: {OURS}", None),
        ("In-Reply-To: <msg_01@example.com>", None),
        ("In-Reply-To: <prf_01JABCDEFG0123456789ABCDEF@example.com>", None),
        ("Subject: Hello", None),
    ],
)
def test_an_answer_names_our_message_that_is_nearest(headers: str, message_id: str | None) -> None:
    assert read(f"From: rita@example.org\r\n{headers}\r\n\r\nYes".encode()).message_id == message_id


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated; owner-email=rita@example.org",
        "auto-submitted: AUTO-NOTIFIED",
        "Precedence: bulk",
        "Precedence: List",
        "Precedence: junk",
        "Precedence: auto_reply",
        "List-Id: <readers.example.org>",
        "List-Unsubscribe: <mailto:leave@example.org>",
        "List-Post: NO",
        "X-Autoreply: yes",
        "X-Autorespond: away",
        "Return-Path: <>",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x",
    ],
)
def test_what_a_program_wrote_is_no_answer(header: str) -> None:
    assert inbound_of(letter("I am away", header), NOW_MS) is None


@pytest.mark.parametrize("header", ["Auto-Submitted: no", "Auto-Submitted: no; x=y", "Precedence: first-class"])
def test_what_a_person_wrote_is_one(header: str) -> None:
    assert read(letter("I am here", header)).text == "I am here"


@pytest.mark.parametrize(
    ("author", "value", "name"),
    [
        ("rita@example.org", "rita@example.org", None),
        ("<Rita@EXAMPLE.org>", "Rita@example.org", None),
        ('"Reader, Rita" <rita@example.org>', "rita@example.org", "Reader, Rita"),
        ("=?utf-8?q?J=C3=BCrgen?= <j@example.org>", "j@example.org", "Jürgen"),
        ("=?utf-8?q?boss=40example=2Ecom?= <rita@example.org>", "rita@example.org", "boss@example.com"),
        ("=?hex?b?QUFB?= <rita@example.org>", "rita@example.org", "AAA"),
        ("=?utf-8?q?Ri=0D=0Ata?= <rita@example.org>", "rita@example.org", "Ri ta"),
        ("=?utf-8?b?A?= <rita@example.org>", "rita@example.org", "=?utf-8?b?A?="),
        (f"{'R' * 300} <rita@example.org>", "rita@example.org", "R" * 200),
    ],
)
def test_the_author_is_one_address_with_a_name(author: str, value: str, name: str | None) -> None:
    found = read(f"From: {author}\r\n\r\nYes".encode())

    assert (found.value, found.name) == (value, name)


@pytest.mark.parametrize(
    "head",
    [
        "Subject: nobody",
        "From: ",
        "From: nobody",
        "From: <>",
        "From: rita@example.org, otto@example.org",
        "From: rita@example.org\r\nFrom: otto@example.org",
        "From: boss@example.com <rita@example.org>",
        "From: rita@exam ple.org",
        "From: " + "(" * 5_000,
    ],
)
def test_a_letter_without_one_author_is_no_answer(head: str) -> None:
    assert inbound_of(f"{head}\r\n\r\nYes".encode(), NOW_MS) is None


def nested(depth: int) -> bytes:
    parts = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (each, each) for each in range(depth)
    )
    return HEAD + parts + b"\r\nYes"


PIECES = st.sampled_from(
    [
        b"From: rita@example.org\r\n",
        b"From: =?utf-8?b?////?= <rita@example.org>\r\n",
        b"From: \xff\xfe <\xff@example.org>\r\n",
        b"Content-Type: text/plain; charset*0*=unicode_escape''%FF; charset*1=x\r\n",
        b"Content-Type: text/plain; charset*=a\x00b'c'd%\r\n",
        b"Content-Type: multipart/mixed; boundary=x\r\n",
        b"Content-Type: message/rfc822\r\n",
        b"Content-Transfer-Encoding: base64\r\n",
        b"Content-Transfer-Encoding: uuencode\r\n",
        b"Content-Transfer-Encoding: quoted-printable\r\n",
        b"Content-Disposition: attachment; filename*=\r\n",
        b"References: <msg_01JABCDEFG0123456789ABCDEF@\xff>\r\n",
        b"\r\n",
        b"--x\r\n",
        b"--x--\r\n",
        b"begin 644 a\r\n#0V%T\r\n`\r\nend\r\n",
        b"> quoted\r\n",
        b"On 1 June wrote:\r\n",
        b"=C3=BC=\r\n",
        b":\r\n",
        b"(\r\n ",
    ]
)


@given(st.one_of(st.binary(), st.lists(st.one_of(PIECES, st.binary(max_size=8)), max_size=30).map(b"".join)))
@example(nested(5_000))
@example(HEAD + b"Content-Type: text/plain; charset*" + b"9" * 5_000 + b"=x\r\n\r\nYes")
@example(HEAD + b"Content-Type: multipart/mixed; boundary*" + b"9" * 5_000 + b"=x\r\n\r\nYes")
@example(HEAD + b"Content-Transfer-Encoding: base64\r\n\r\nA")
def test_nothing_that_a_letter_may_be_raises(raw: bytes) -> None:
    found = inbound_of(raw, NOW_MS)

    if found is not None:
        assert "@" in found.value
        # Whatever stores this takes neither surrogates nor more than there may be.
        (found.text + (found.name or "") + (found.message_id or "")).encode()
        assert len(found.text) <= 10_000


@pytest.mark.parametrize(
    "raw",
    [
        letter("On 1" + " 1" * 500_000),
        letter("On 1 June\n" * 100_000),
        letter("-" * 1_000_000),
        letter("From: " + "@" * 1_000_000),
        letter("x:\n" * 300_000),
        b"From: " + b"a@b, " * 200_000 + b"\r\n\r\nYes",
        b"From: " + b"(" * 1_000_000 + b"\r\n\r\nYes",
        HEAD + b"References: " + b"<msg_" * 200_000 + b"\r\n\r\nYes",
        letter("Yes" * 10_000_000),
    ],
)
def test_no_letter_takes_long(raw: bytes) -> None:
    started = monotonic()

    inbound_of(raw, NOW_MS)

    assert monotonic() - started < 5.0
