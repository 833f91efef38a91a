"""What somebody wrote back by e-mail, without what they quote of our letter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses
from hashlib import sha256
from typing import Final

from dispatch.hook import Inbound
from graph.identifiers import identifier
from graph.ids import IdPrefix, prefix_of
from graph.vocabulary import IdentifierType

# What stands behind it are attachments, which nobody reads here.
_LONGEST_LETTER: Final = 1_048_576
_LONGEST_PART: Final = 200_000
_LONGEST_TEXT: Final = 10_000
_LONGEST_HEADER: Final = 4_000
_LONGEST_NAME: Final = 200

_PROGRAMS_SAY: Final = ("X-Autoreply", "X-Autorespond", "List-Id", "List-Unsubscribe", "List-Post")
_NOT_PERSONAL: Final = frozenset({"bulk", "junk", "list", "auto_reply"})
_MESSAGE_ID: Final = re.compile(r"<([^<>@\s]{1,64})@[^<>\s]{1,255}>")

# Other names that Python knows are not of writing, as hex or unicode_escape, and do more than to read letters.
_CHARSET: Final = re.compile(
    r"us-ascii|utf-?8|utf-16(?:le|be)?|iso-8859-[0-9]{1,2}|(?:windows-|cp)125[0-8]|koi8-[ru]"
    r"|gb2312|gbk|gb18030|big5|shift_jis|euc-(?:jp|kr)|iso-2022-(?:jp|kr)"
)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u0085\u2028\u2029]")
_LINE_END: Final = re.compile(r"\r\n?")

# Where mail programs begin what they quote: a rule, with or without words in it.
_RULE: Final = re.compile(r"_{10,80}|-{3,20}[^-].{0,60}[^-]-{3,20}")
_WROTE: Final = re.compile(r"On (?=.{0,250}[0-9]).{5,250} wrote:")
_QUOTED: Final = ">"
_COLONS: Final = (":", "\uff1a")
# The first lines of the head of our letter, as Outlook puts it there in the language of its user.
_FROM: Final = "From Von De Da Van Från Fra Od От Від Lähettäjä Kimden 发件人 差出人".split()
_QUOTED_FROM: Final = re.compile(rf"\*?(?:{'|'.join(_FROM)})\*? ?[:\uff1a].{{0,200}}@.{{0,200}}")
_QUOTED_HEADER: Final = re.compile(r"\*?[^\s:\uff1a][^:\uff1a]{0,20}[:\uff1a].{0,400}")
# Who wrote when, before a quotation, in as many lines as the program needs.
_LONGEST_INTRODUCTION: Final = 3


def inbound_of(letter: bytes, received_ms: int) -> Inbound | None:
    """None where no person wrote it, or nobody can say who did. It never raises, whatever the bytes are.

    `reply_to` is our id of the message that was answered. The address is what the letter says of itself: whoever takes
    letters from the internet has to check it (DMARC) before this is asked.
    """
    try:
        mail = BytesParser().parsebytes(letter[:_LONGEST_LETTER])
        address, name = _sender(mail)
        if address is None or _is_automatic(mail):
            return None
        text = _unquoted(_plain_text(mail))
    except (RecursionError, ValueError, LookupError):
        # Parts in parts in parts, or parameters that the library's own reader stumbles over.
        return None
    return Inbound(
        event_id=sha256(_header(mail, "Message-ID").strip().encode() or letter).hexdigest(),
        at_ms=received_ms,
        type=IdentifierType.EMAIL,
        value=address,
        text=text,
        name=name,
        message_id=_answered(mail),
    )


def _header(mail: Message, name: str) -> str:
    return _readable(mail.get(name, ""))


def _readable(header: object) -> str:
    """Bytes that are no letters come as surrogates, which nothing behind this takes."""
    return str(header)[:_LONGEST_HEADER].encode(errors="replace").decode()


def _is_automatic(mail: Message) -> bool:
    """RFC 3834, and what programs wrote before it. Reports of the mail system have no sender (RFC 3464)."""
    submitted = _header(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted not in {"", "no"}
        or _header(mail, "Precedence").strip().lower() in _NOT_PERSONAL
        or _header(mail, "Return-Path").strip() == "<>"
        or mail.get_content_type() == "multipart/report"
        or any(name in mail for name in _PROGRAMS_SAY)
    )


def _sender(mail: Message) -> tuple[str | None, str | None]:
    """Its one author, whose address is read before any name is decoded that may look like one."""
    headers = [_readable(each) for each in mail.get_all("From", [])]
    found = getaddresses(headers)
    if len(headers) != 1 or len(found) != 1:
        return None, None
    [(name, address)] = found
    if address not in headers[0]:
        # Made of pieces, which another program may put together in another way.
        return None, None
    try:
        value = identifier(IdentifierType.EMAIL, "", address).value
    except ValueError:
        return None, None
    return value, _one_line(_decoded(name))[:_LONGEST_NAME] or None


def _decoded(text: str) -> str:
    """RFC 2047; as it stands where that cannot be read."""
    try:
        parts = decode_header(text)
    except (MessageError, ValueError):
        return text
    return "".join(part if isinstance(part, str) else _letters(part, charset or "us-ascii") for part, charset in parts)


def _one_line(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())


def _answered(mail: Message) -> str | None:
    """Of what the letter answers, what is nearest to it and ours."""
    said = [_header(mail, "In-Reply-To"), *reversed(_header(mail, "References").split())]
    found = (match[1] for text in said for match in _MESSAGE_ID.finditer(text))
    return next((each for each in found if prefix_of(each) is IdPrefix.MESSAGE), None)


def _plain_text(mail: Message) -> str:
    """Empty for a letter that has only HTML, a picture, or nothing."""
    for part in _parts(mail):
        if part.get_content_type() == "text/plain" and part.get_content_disposition() != "attachment":
            content, charset = part.get_payload(decode=True), part.get_param("charset")
            if isinstance(content, bytes):
                return _letters(content[:_LONGEST_PART], charset if isinstance(charset, str) else "utf-8")
    return ""


def _parts(mail: Message) -> Iterator[Message]:
    """In order, without those of letters that are attached: somebody else wrote these."""
    waiting = [mail]
    while waiting:
        part = waiting.pop()
        # Only of a part that has parts: the content of others would be decoded in whatever way they name.
        content = part.get_payload() if part.is_multipart() and part.get_content_maintype() == "multipart" else None
        if isinstance(content, list):
            waiting.extend(each for each in reversed(content) if isinstance(each, Message))
        else:
            yield part


def _letters(content: bytes, charset: str) -> str:
    known = charset.lower() if _CHARSET.fullmatch(charset.lower()) else "utf-8"
    try:
        return content.decode(known, "replace")
    except LookupError:
        # There is no ISO-8859-12, and none after 16.
        return content.decode("utf-8", "replace")


def _unquoted(text: str) -> str:
    lines = [_CONTROL.sub("", line).rstrip() for line in _LINE_END.sub("\n", text).split("\n")]
    return "\n".join(_written(lines)).strip()[:_LONGEST_TEXT].rstrip()


def _written(lines: list[str]) -> Iterator[str]:
    """Up to where our letter begins; between quotations what stands under each."""
    position = 0
    while position < len(lines):
        ahead = lines[position : position + _LONGEST_INTRODUCTION + 2]
        introduction = _introduction(ahead)
        under = next(filter(None, ahead[introduction : introduction + 2]), "")
        if introduction and under.startswith(_QUOTED):
            position += introduction
            continue
        if _begins_history(ahead):
            return
        if not ahead[0].startswith(_QUOTED):
            yield ahead[0]
        position += 1


def _introduction(ahead: list[str]) -> int:
    """How many lines from here on say who wrote what may be quoted under them; 0 where they do not."""
    for count in range(1, _LONGEST_INTRODUCTION + 1):
        if _WROTE.fullmatch(" ".join(ahead[:count])):
            return count
    if ahead[0].endswith(_COLONS):
        return 1
    # An address that did not fit into the line above.
    return 2 if ahead[1:] and ahead[1].startswith("<") and ahead[1].endswith(_COLONS) else 0


def _begins_history(ahead: list[str]) -> bool:
    if _RULE.fullmatch(ahead[0]):
        return True
    if any(_WROTE.fullmatch(" ".join(ahead[:count])) for count in range(1, _LONGEST_INTRODUCTION + 1)):
        return True
    return bool(_QUOTED_FROM.fullmatch(ahead[0]) and ahead[1:] and _QUOTED_HEADER.fullmatch(ahead[1]))
