from __future__ import annotations

import base64
from dataclasses import replace
from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.channels.bounce_mail import receipts_in
from graph.message_states import Happening
from graph.receipts.receipt import Receipt
from tests.dispatch.bounce_mails import (
    AMAZON,
    BOUNCES,
    COMPLAINT,
    EXCHANGE,
    EXIM,
    GMAIL,
    MESSAGE,
    POSTFIX,
    RETURNED,
    written,
)

AT_MS = 1_795_770_005_000
NOW_MS = AT_MS + 60_000
BOUNCED = Happening.BOUNCED
SHAPES = [POSTFIX, EXIM, EXCHANGE, GMAIL, AMAZON, COMPLAINT]


def one(mail: bytes) -> Receipt:
    (receipt,) = receipts_in(mail, NOW_MS)
    return receipt


@pytest.mark.parametrize(
    ("mail", "at_ms", "reason"),
    [
        (written(POSTFIX), AT_MS, "failed 5.1.1"),
        (written(EXIM), AT_MS, "failed 5.1.1"),
        (written(EXCHANGE), AT_MS, "failed 5.1.10"),
        (written(GMAIL), AT_MS - 1_000, "failed 5.1.1"),
        (written(AMAZON), AT_MS, "failed 5.1.1"),
    ],
)
def test_a_mailbox_that_is_not_there_is_dead_by_the_account_of_every_server(
    mail: bytes, at_ms: int, reason: str
) -> None:
    expected = Receipt("", "failed", BOUNCED, at_ms, message_id=MESSAGE, reason=reason, is_dead=True)

    assert replace(one(mail), event_id="") == expected
    assert replace(one(mail.replace(b"\r\n", b"\n")), event_id="") == expected


@pytest.mark.parametrize(
    ("action", "status", "diagnostic", "happening", "is_dead", "is_soft"),
    [
        ("failed", "5.1.1", "550 5.1.1 unknown", BOUNCED, True, False),
        ("failed", "5.1.6", "550 5.1.6 moved", BOUNCED, True, False),
        ("failed", "5.1.10", "556 5.1.10 null MX", BOUNCED, True, False),
        ("Failed (rejected)", "5.1.1 (unknown)", "550 unknown", BOUNCED, True, False),
        ("failed", "5.1.2", "550 5.1.2 bad host", BOUNCED, False, False),
        ("failed", "5.2.1", "550 5.2.1 disabled", BOUNCED, False, False),
        ("failed", "5.2.2", "552 5.2.2 full", BOUNCED, False, True),
        ("failed", "5.7.1", "550 5.7.1 spam", BOUNCED, False, False),
        ("failed", "5.0.0", "550 no", BOUNCED, False, False),
        ("failed", "5.0.0", "550 5.1.1 unknown", BOUNCED, True, False),
        ("failed", "5.4.4", "X-Postfix; host not found", None, False, True),
        ("failed", "5.0.0", "550 5.4.4 no route", None, False, True),
        ("failed", "4.4.7", "delivery time expired", None, False, True),
        ("failed", "5.7.1", "550 5.1.1 looks like one", BOUNCED, False, False),
        ("failed", "4.0.0", "550 5.1.1 unknown", None, False, True),
        ("failed", "", "550 5.1.1 unknown", BOUNCED, True, False),
        ("failed", "", "450 later", None, False, True),
        ("failed", "nonsense", "", BOUNCED, False, False),
        ("delayed", "4.4.1", "connect timed out", None, False, True),
        ("delayed", "5.1.1", "550 5.1.1 unknown", None, False, True),
        ("delivered", "2.1.5", "250 2.1.5 ok", Happening.DELIVERED, False, False),
        ("relayed", "2.0.0", "250 2.0.0 ok", Happening.DELIVERED, False, False),
        ("expanded", "2.0.0", "250 2.0.0 ok", None, False, False),
        ("vanished", "5.1.1", "550 5.1.1 unknown", None, False, False),
    ],
)
def test_an_action_and_a_status_are_a_happening(
    action: str, status: str, diagnostic: str, happening: Happening | None, *, is_dead: bool, is_soft: bool
) -> None:
    receipt = one(written(POSTFIX, action=action, status=status, diagnostic=diagnostic))

    assert (receipt.happening, receipt.is_dead, receipt.is_soft) == (happening, is_dead, is_soft)
    assert receipt.kind == action.partition(" ")[0].lower()


@pytest.mark.parametrize(
    ("kind", "happening"),
    [
        ("abuse", Happening.COMPLAINED),
        ("Fraud", Happening.COMPLAINED),
        ("virus", Happening.COMPLAINED),
        ("other", Happening.COMPLAINED),
        ("opt-out", Happening.COMPLAINED),
        ("opt-out-list;x", Happening.COMPLAINED),
        ("not-spam", None),
        ("auth-failure", None),
        ("dmarc", None),
        ("<reader@example.org>", None),
    ],
)
def test_a_complaint_is_one_where_the_reader_complains(kind: str, happening: Happening | None) -> None:
    receipt = one(written(COMPLAINT, to="fbl@example.com", kind=kind))

    word = kind.partition(";")[0].lower() if "<" not in kind else "unknown"
    assert replace(receipt, event_id="") == Receipt("", word, happening, AT_MS, message_id=MESSAGE, reason=word)


OTHER = "msg_01JZZZZZZZ0123456789ZZZZZZ"
ANOTHER_LETTER = RETURNED.replace(MESSAGE, OTHER)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_message_is_named_by_the_address_that_the_mail_came_to_and_then_by_the_letter(shape: str) -> None:
    by_both = one(written(shape, returned=ANOTHER_LETTER))
    by_letter = one(written(shape, to="shop@example.com", mail_from="shop@example.com", returned=ANOTHER_LETTER))

    assert (by_both.message_id, by_letter.message_id) == (MESSAGE, OTHER)
    assert receipts_in(written(shape, to="shop@example.com", mail_from="shop@example.com", returned=""), NOW_MS) == ()


def test_a_complaint_names_the_message_by_the_envelope_as_well() -> None:
    assert one(written(COMPLAINT, to="fbl@example.com", returned="")).message_id == MESSAGE


def test_small_letters_in_the_address_name_the_same_message() -> None:
    assert one(written(POSTFIX, to=BOUNCES.lower())).message_id == MESSAGE


@pytest.mark.parametrize(
    "address",
    [
        "bounces+msg_01JABCDEFG0123456789ABCDE@example.com",
        "bounces+prf_01JABCDEFG0123456789ABCDEF@example.com",
        "bounces+msg_01JABCDEFG0123456789ABCDEI@example.com",
        f"{MESSAGE}.example.com",
    ],
)
def test_what_is_not_an_id_of_ours_names_nothing(address: str) -> None:
    assert receipts_in(written(POSTFIX, to=address, returned=""), NOW_MS) == ()


def test_each_recipient_is_a_receipt() -> None:
    mail = written(POSTFIX).replace(
        b"Remote-MTA: dns; mail.example.org\r\n",
        b"\r\nFinal-Recipient: rfc822; second@example.org\r\nAction: delivered\r\nStatus: 2.0.0\r\n",
    )
    first, second = receipts_in(mail, NOW_MS)

    assert (first.happening, second.happening) == (BOUNCED, Happening.DELIVERED)
    assert first.event_id != second.event_id


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_a_status_that_is_encoded_is_read(encoding: str) -> None:
    plain = b"Reporting-MTA: dns\r\n\r\nFinal-Recipient: rfc822; r@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    encoded = {"base64": base64.encodebytes(plain), "quoted-printable": plain.replace(b"5.1.1", b"5=2E1=2E1")}[encoding]
    mail = (
        f"Delivered-To: {BOUNCES}\nContent-Type: multipart/report; boundary=b\n\n--b\n"
        f"Content-Type: message/delivery-status\nContent-Transfer-Encoding: {encoding}\n\n"
    ).encode() + encoded

    assert one(mail + b"\n--b--\n").is_dead


def test_the_same_said_again_is_the_same_event() -> None:
    again = written(POSTFIX).replace(b"4F2A", b"5B3C").replace(b"10:00:05", b"11:30:05")
    later = {"action": "delayed", "status": "4.4.1"}
    delayed = written(POSTFIX, **later)
    delayed_again = delayed.replace(b"20261127090005.4F2A8", b"20261127130005.4F2A8")

    assert again != written(POSTFIX)
    assert one(again).event_id == one(written(POSTFIX)).event_id == one(written(GMAIL)).event_id
    assert one(delayed).event_id == one(delayed_again).event_id
    assert len({one(each).event_id for each in (written(POSTFIX), delayed, written(COMPLAINT))}) == 3
    assert one(written(POSTFIX, to=BOUNCES.replace(MESSAGE, OTHER))).event_id != one(written(POSTFIX)).event_id
    assert len(one(delayed).event_id) == 64


@pytest.mark.parametrize("shape", SHAPES)
def test_no_address_stands_in_a_receipt(shape: str) -> None:
    for receipt in receipts_in(written(shape), NOW_MS):
        assert "@" not in repr(receipt)
        assert "reader" not in repr(receipt)


@pytest.mark.parametrize("date", ["Fri, 27 Nov 2099 09:00:05 +0000", "nonsense", "", "Fri, 99 Nov 2026 99:00:05 +9999"])
def test_nothing_happened_in_the_future_or_never(date: str) -> None:
    mail = written(POSTFIX).replace(b"Fri, 27 Nov 2026 10:00:05 +0100 (CET)", date.encode())

    assert one(mail).at_ms == NOW_MS


OUT_OF_OFFICE = f"""\
To: {BOUNCES}
From: reader@example.org
Subject: Out of office
Auto-Submitted: auto-replied
In-Reply-To: <{MESSAGE}@example.com>
Content-Type: {{type}}

--b
Content-Type: {{part}}

Final-Recipient: rfc822; reader@example.org
Action: failed
Status: 5.1.1
--b--
"""


@pytest.mark.parametrize(
    ("media_type", "part"),
    [
        ("text/plain", "text/plain"),
        ("multipart/mixed; boundary=b", "message/delivery-status"),
        ("multipart/report; report-type=disposition-notification; boundary=b", "message/disposition-notification"),
        ("multipart/report; boundary=b", "text/plain"),
        ("multipart/report; boundary=c", "message/delivery-status"),
        ("multipart/report", "message/delivery-status"),
    ],
)
def test_other_mail_says_nothing(media_type: str, part: str) -> None:
    assert receipts_in(OUT_OF_OFFICE.format(type=media_type, part=part).encode(), NOW_MS) == ()


def test_a_mail_that_is_too_long_is_read_as_far_as_it_counts_and_soon() -> None:
    mail = written(POSTFIX)
    for filling in (b"x" * 3_000_000, b"--4F2A9.1795770005/mx.example.net\r\n" * 90_000, b"\r\n" * 1_500_000):
        started = monotonic()
        assert one(mail.replace(b"Good day.", filling)).is_dead
        assert receipts_in(filling + mail, NOW_MS) == ()
        assert monotonic() - started < 2.0


def test_only_so_many_recipients_are_counted() -> None:
    group = b"\r\nFinal-Recipient: rfc822; r@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    mail = written(POSTFIX).replace(b"\r\nFinal-Recipient", group * 5_000 + b"\r\nFinal-Recipient", 1)

    assert len(receipts_in(mail, NOW_MS)) == 99


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=2_000))
def test_garbage_says_nothing(mail: bytes) -> None:
    assert receipts_in(mail, NOW_MS) == ()


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_report_that_was_damaged_raises_nothing(data: st.DataObject) -> None:
    mail = bytearray(written(data.draw(st.sampled_from(SHAPES))))
    for _ in range(data.draw(st.integers(1, 8))):
        start = data.draw(st.integers(0, len(mail)))
        length = data.draw(st.integers(0, 40))
        garbage = st.binary(max_size=40) | st.sampled_from([b"\r\n\r\n", b"--", b"\x00"])
        mail[start : start + length] = data.draw(garbage)

    for receipt in receipts_in(bytes(mail), NOW_MS):
        assert 0 <= receipt.at_ms <= NOW_MS
        assert "@" not in repr(receipt)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=' ,:+-0123456789FriNovGMT()"', max_size=40))
def test_whatever_is_said_of_a_time_is_a_time(date: str) -> None:
    mail = written(POSTFIX).replace(b"Fri, 27 Nov 2026 10:00:05 +0100 (CET)", date.encode())

    assert 0 <= one(mail).at_ms <= NOW_MS
