"""What mail servers say of letters by mail: that they could not be delivered, that they were, that somebody complained.

RFC 3464 with the codes of RFC 3463, and RFC 5965. Nothing is taken from free text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Final

from dispatch.channels.bounce_address import message_id_in
from dispatch.channels.mail_parts import Fields, MailPart, groups_of
from graph.message_states import Happening
from graph.receipts.receipt import Receipt

_LONGEST_MAIL: Final = 1_000_000
_REPORT: Final = "multipart/report"
_DELIVERY_STATUS: Final = frozenset({"message/delivery-status", "message/global-delivery-status"})
_FEEDBACK: Final = "message/feedback-report"
_RETURNED: Final = frozenset({"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"})

# Where a server writes down the address that a mail came to.
_CAME_TO: Final = ("delivered-to", "x-original-to", "envelope-to", "to")

# The mailbox does not exist (5.1.1), has moved and left no address (5.1.6), or its domain takes no mail (5.1.10, which
# Exchange says of mailboxes). Not 5.2.1, "disabled": Gmail says it of one that gets too much at the moment as well.
_DEAD: Final = frozenset({"5.1.1", "5.1.6", "5.1.10"})
# "Unable to route" is most often a name server that is down, so it counts as temporary in spite of its 5.
_ROUTING: Final = "5.4.4"
_FULL: Final = "5.2.2"
_STATUS: Final = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
_SMTP_CODE: Final = re.compile(r"(?<!\d)([245])\d\d(?!\d)")
_UNSAID: Final = ".0.0"

_ARRIVED: Final = frozenset({"delivered", "relayed"})
# What people say of a letter. Others are not about the reader: whether a signature held, or that it was no spam.
_COMPLAINTS: Final = frozenset({"abuse", "fraud", "virus", "other", "opt-out", "opt-out-list"})
_KIND: Final = re.compile(r"[a-z][a-z-]{0,31}")


@dataclass(frozen=True, slots=True)
class _Report:
    mail: MailPart
    parts: tuple[MailPart, ...]
    message_id: str
    now_ms: int

    def at_ms(self, date: str = "") -> int:
        """By that date, or the mail's, or else now. Clocks go wrong, so nothing is of the future."""
        for text in (date, self.mail.first("date")):
            try:
                return max(0, min(round(parsedate_to_datetime(text).timestamp() * 1000), self.now_ms))
            except (ValueError, OverflowError, OSError, IndexError, TypeError):
                # The library raises as many kinds of errors as there are ways in which a date can be wrong.
                continue
        return self.now_ms


def receipts_in(mail: bytes, now_ms: int) -> tuple[Receipt, ...]:
    """What a mail says of a message of ours; nothing where it is no report, or of none of ours.

    Never raises. Only the first 1,000,000 bytes are read: what counts stands before the letter that is returned.
    """
    whole = MailPart.of(mail[:_LONGEST_MAIL])
    if whole.media_type != _REPORT:
        return ()
    parts = whole.parts()
    message_id = _message_id(whole, parts)
    if message_id is None:
        return ()
    report = _Report(whole, parts, message_id, now_ms)
    return (*_delivery_receipts(report), *_complaints(report))


def _message_id(mail: MailPart, parts: Iterable[MailPart]) -> str | None:
    """By the address that the mail came to, then by what a complaint and the returned letter say of the letter."""
    feedback = [group for part in parts if part.media_type == _FEEDBACK for group in groups_of(part.content())]
    returned = [MailPart.of(part.content().lstrip(b"\n")).fields for part in parts if part.media_type in _RETURNED]
    candidates = (
        *(text for name in _CAME_TO for text in mail.fields.get(name, ())),
        *(text for fields in feedback for text in fields.get("original-mail-from", ())),
        *(text for fields in returned for name in ("message-id", "return-path") for text in fields.get(name, ())),
    )
    return next(filter(None, map(message_id_in, candidates)), None)


def _delivery_receipts(report: _Report) -> Iterator[Receipt]:
    for part in report.parts:
        if part.media_type in _DELIVERY_STATUS:
            # The first group is about the mail server, the others about one recipient each.
            for group in groups_of(part.content()):
                if _first(group, "action"):
                    yield _delivery_receipt(report, group)


def _delivery_receipt(report: _Report, recipient: Fields) -> Receipt:
    action = _kind(_first(recipient, "action"))
    status = _status(recipient)
    happening, is_soft = _meaning(action, status)
    return Receipt(
        # Each letter is late, fails or arrives once, however often that is said: else the warnings of a server that is
        # down for days would count as so many failures of the address.
        event_id=_event_id(report.message_id, action, _first(recipient, "final-recipient").lower()),
        kind=action,
        happening=happening,
        at_ms=report.at_ms(_first(recipient, "last-attempt-date")),
        message_id=report.message_id,
        reason=f"{action} {status}".strip(),
        is_dead=action == "failed" and status in _DEAD,
        is_soft=is_soft,
    )


def _meaning(action: str, status: str) -> tuple[Happening | None, bool]:
    """What happened to the message, and whether the address may do better another time."""
    if action in _ARRIVED:
        return Happening.DELIVERED, False
    if action == "delayed" or (action == "failed" and (status.startswith("4.") or status == _ROUTING)):
        return None, True
    return (Happening.BOUNCED, status == _FULL) if action == "failed" else (None, False)


def _status(recipient: Fields) -> str:
    """The code of RFC 3463. What another server answered is closer to the cause than a code that says nothing."""
    status, diagnostic = _first(recipient, "status"), _first(recipient, "diagnostic-code")
    said, answered = _STATUS.search(status), _STATUS.search(diagnostic)
    if said and not said[0].endswith(_UNSAID):
        return said[0]
    if answered and not (said and answered[0][0] != said[0][0]):
        return answered[0]
    if said:
        return said[0]
    code = _SMTP_CODE.search(diagnostic)
    return f"{code[1]}{_UNSAID}" if code else ""


def _complaints(report: _Report) -> Iterator[Receipt]:
    for part in report.parts:
        if part.media_type == _FEEDBACK:
            fields = groups_of(part.content())[0]
            kind = _kind(_first(fields, "feedback-type"))
            yield Receipt(
                event_id=_event_id(report.message_id, _FEEDBACK, kind),
                kind=kind,
                happening=Happening.COMPLAINED if kind in _COMPLAINTS else None,
                at_ms=report.at_ms(),
                message_id=report.message_id,
                reason=kind,
            )


def _first(fields: Fields, name: str) -> str:
    return fields.get(name, [""])[0]


def _kind(text: str) -> str:
    """One of the words that there are, or of those which may come."""
    word = text.partition(";")[0].partition("(")[0].strip().lower()
    return word if _KIND.fullmatch(word) else "unknown"


def _event_id(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
