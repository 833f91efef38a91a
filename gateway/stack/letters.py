from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

_NAME_TIME = "%Y%m%dT%H%M%S.%fZ"


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter of the local mailbox, as a person reads it."""

    name: str
    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str


def letters(folder: Path) -> list[Letter]:
    """Newest first."""
    return [_read(path) for path in _paths(folder)]


def letter(folder: Path, which: str) -> Letter | None:
    """By its name, with or without `.eml`, or by its place in the list, 1 being the newest."""
    paths = _paths(folder)
    if which.isdecimal():
        place = int(which)
        return _read(paths[place - 1]) if 1 <= place <= len(paths) else None
    found = [path for path in paths if which in (path.name, path.stem)]
    return _read(found[0]) if found else None


def _paths(folder: Path) -> list[Path]:
    return sorted((path for path in folder.glob("*.eml") if not path.name.startswith(".")), reverse=True)


def _read(path: Path) -> Letter:
    message: EmailMessage = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    return Letter(
        name=path.name,
        received_at=_time_of(path),
        sender=str(message.get("From", "")),
        recipients=tuple(str(value) for value in message.get_all("Delivered-To", [])),
        subject=str(message.get("Subject", "")),
        text=_body(message, "plain"),
        html=_body(message, "html"),
    )


def _time_of(path: Path) -> datetime:
    try:
        return datetime.strptime(path.stem.rpartition("-")[0], _NAME_TIME).replace(tzinfo=UTC)
    except ValueError:
        # Put there by a person.
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    try:
        # Lines end on the wire as they do nowhere else.
        return str(part.get_content()).replace("\r\n", "\n")
    except (LookupError, UnicodeError):
        # An encoding nobody knows: better some signs wrong than no letter.
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
