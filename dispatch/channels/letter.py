from __future__ import annotations

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import localtime
from typing import Final

from dispatch.channels.masking import CONTROL
from graph.delivery import Delivery

_PLAIN_ADDRESS: Final = re.compile(r"""[^\s<>@,;:()\[\]"\\\x00-\x1f\x7f]+@[^\s<>@,;:()\[\]"\\\x00-\x1f\x7f]+""")
_LINE_END: Final = re.compile(r"\r\n?|\n")


def compose(delivery: Delivery) -> bytes:
    """The letter as it goes over the wire. Raises ValueError or MessageError for what cannot stand in a header.

    Message-ID comes from the message's id, so every try of one message is the same letter to its reader's server.
    """
    sender, address = delivery.sender or "", delivery.address or ""
    if not sender or not address:
        raise ValueError("a letter needs a sender and an address")
    policy = SMTP.clone(cte_type="7bit") if (sender + address).isascii() else SMTPUTF8
    letter = EmailMessage(policy=policy)
    origin = _mailbox(sender, _one_line(delivery.sender_name))
    letter["From"] = origin
    letter["To"] = _mailbox(address)
    letter["Subject"] = _one_line(delivery.subject)
    letter["Date"] = localtime()
    letter["Message-ID"] = f"<{delivery.message_id}@{origin.domain}>"
    text, html = _lines(delivery.text), _lines(delivery.html)
    if text or not html:
        letter.set_content(text)
        if html:
            letter.add_alternative(html, subtype="html")
    else:
        letter.set_content(html, subtype="html")
    return _links(delivery) + letter.as_bytes()


def _links(delivery: Delivery) -> bytes:
    """By which mail programs let people say no (RFC 2369), with one click where it is safe (RFC 8058: by HTTPS).

    Written by ourselves: the library would encode a link of this length, which no program takes for one then.
    """
    if delivery.leave_url is None:
        return b""
    lines = [f"List-Unsubscribe: <{delivery.leave_url}>"]
    if delivery.leave_url.startswith("https://"):
        lines.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _mailbox(address: str, name: str = "") -> Address:
    if address.isascii():
        return Address(display_name=name, addr_spec=address)
    # The library's parser knows only ASCII, so the rest is held to what no header and no envelope can misread.
    if not _PLAIN_ADDRESS.fullmatch(address):
        raise ValueError("not an address")
    local_part, _, domain = address.partition("@")
    return Address(display_name=name, username=local_part, domain=domain)


def _one_line(text: str | None) -> str:
    """Line ends in a header would begin another header."""
    return CONTROL.sub(" ", text or "").strip()


def _lines(text: str | None) -> str:
    return _LINE_END.sub("\n", text or "").replace("\x00", "")
