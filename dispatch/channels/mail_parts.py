"""A mail cut into its parts, as far as reports need it: whatever it is, this ends soon and raises nothing."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from quopri import decodestring
from typing import Final

_MOST_PARTS: Final = 20
_MOST_GROUPS: Final = 100
_LINE: Final = re.compile(rb"\r\n?|\n")
_BLANK: Final = re.compile(rb"\n[ \t]*\n")
_FOLD: Final = re.compile(r"\n(?=[ \t])")
_FIELD: Final = re.compile(r"([\x21-\x39\x3b-\x7e]+)[ \t]*:(.*)", re.DOTALL)
_BOUNDARY: Final = re.compile(r"""\bboundary\s*=\s*(?:"([^"]+)"|([^\s;"]+))""", re.IGNORECASE)

# Fields by their names in small letters; one that stands there more than once has its values in order.
Fields = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class MailPart:
    fields: Fields
    body: bytes

    @classmethod
    def of(cls, raw: bytes) -> MailPart:
        """Every line then ends in one character."""
        lines = _LINE.sub(b"\n", raw)
        if lines.startswith(b"\n"):
            return cls({}, lines[1:])
        head, *rest = _BLANK.split(lines, 1)
        return cls(fields_of(head), rest[0] if rest else b"")

    @property
    def media_type(self) -> str:
        return self.first("content-type").partition(";")[0].strip().lower()

    def first(self, name: str) -> str:
        """Empty where it has no such field."""
        return self.fields.get(name, [""])[0]

    def parts(self) -> tuple[MailPart, ...]:
        """What stands between its boundaries, one level deep; the first twenty."""
        found = _BOUNDARY.search(self.first("content-type"))
        if not found:
            return ()
        boundary = re.escape((found[1] or found[2]).encode("utf-8", "replace"))
        pieces = re.split(rb"(?:\A|\n)--" + boundary + rb"(?:--)?[ \t]*(?=\n|\Z)", self.body, maxsplit=_MOST_PARTS)
        return tuple(MailPart.of(piece[1:]) for piece in pieces[1 : _MOST_PARTS + 1])

    def content(self) -> bytes:
        """The body as it was before it was encoded for the way; as it stands where it is not encoded soundly."""
        match self.first("content-transfer-encoding").strip().lower():
            case "base64":
                try:
                    return _LINE.sub(b"\n", b64decode(self.body))
                except binascii.Error:
                    return self.body
            case "quoted-printable":
                return decodestring(self.body)
            case _:
                return self.body


def fields_of(head: bytes) -> Fields:
    fields: dict[str, list[str]] = {}
    for line in _FOLD.sub("", head.decode("utf-8", "replace")).split("\n"):
        found = _FIELD.fullmatch(line)
        if found:
            fields.setdefault(found[1].lower(), []).append(found[2].strip())
    return fields


def groups_of(body: bytes) -> tuple[Fields, ...]:
    """Groups of fields with blank lines between; the first hundred."""
    return tuple(fields_of(group) for group in _BLANK.split(body.strip(b"\n"), _MOST_GROUPS)[:_MOST_GROUPS])
