from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from graph.identifiers import IdentifierValue, identifier
from graph.vocabulary import IdentifierType

# What systems fill in for "nobody": as identifiers they join thousands of strangers.
_PLACEHOLDERS: Final = frozenset(
    {"null", "nil", "none", "undefined", "unknown", "anonymous", "guest", "test", "n/a", "na", "-", "nan", "false"}
)
_PLACEHOLDER_MAILBOXES: Final = frozenset(
    {"test", "null", "none", "anonymous", "noemail", "no-email", "undefined", "unknown"}
)
_ONLY_ZEROS: Final = re.compile(r"[0\-]+")
_ANY_DOMAIN: Final = "@*"
_LONGEST_MAILBOX: Final = 64
# A value of no type is compared with values of every type.
_ANY_TYPE: Final = "*"
_COMPARED_FORMS: Final = (IdentifierType.EMAIL, IdentifierType.PHONE)


@dataclass(frozen=True, slots=True)
class BlockedValue:
    """What the owner blocks: a value of one type or of any, or `mailbox@*`, an e-mail mailbox at every domain.

    `key` is unique in the graph. Namespaces do not count: a placeholder is one wherever it comes from.
    """

    type: IdentifierType | None
    value: str

    @property
    def key(self) -> str:
        return f"{self.type or _ANY_TYPE}:{self.value}"


def blocked_value(kind: IdentifierType | None, text: str) -> BlockedValue:
    """In the form in which identifiers are compared with it. Raises ValueError, whose text never holds the value."""
    stripped = text.strip()
    if stripped.endswith(_ANY_DOMAIN):
        return BlockedValue(IdentifierType.EMAIL, _mailbox(kind, stripped))
    if kind is not None:
        return BlockedValue(kind, _compared(identifier(kind, "", stripped)))
    for form in _COMPARED_FORMS:
        try:
            return BlockedValue(None, _compared(identifier(form, "", stripped)))
        except ValueError:
            continue
    return BlockedValue(None, _compared(identifier(IdentifierType.CUSTOM, "", stripped)))


def is_placeholder(found: IdentifierValue) -> bool:
    """Whether the value says "nobody" everywhere, so that it must never identify anyone, whatever the owner blocks."""
    value = _compared(found)
    if found.type is IdentifierType.EMAIL:
        return value.partition("@")[0] in _PLACEHOLDER_MAILBOXES
    return value in _PLACEHOLDERS or _ONLY_ZEROS.fullmatch(value) is not None


def blocking_keys(found: IdentifierValue) -> tuple[str, ...]:
    """The keys of all that would block this value: few, so that a look for each of them is cheap."""
    value = _compared(found)
    keys = (BlockedValue(found.type, value).key, BlockedValue(None, value).key)
    if found.type is not IdentifierType.EMAIL:
        return keys
    mailbox = value.rpartition("@")[0]
    return (*keys, BlockedValue(IdentifierType.EMAIL, mailbox + _ANY_DOMAIN).key)


def _compared(found: IdentifierValue) -> str:
    return found.value.lower()


def _mailbox(kind: IdentifierType | None, pattern: str) -> str:
    mailbox = pattern.removesuffix(_ANY_DOMAIN).lower()
    if kind not in {None, IdentifierType.EMAIL}:
        raise ValueError("a pattern like noreply@* is for e-mail addresses")
    if len(mailbox) > _LONGEST_MAILBOX or any(letter in mailbox for letter in "*@"):
        raise ValueError("a pattern is a mailbox at every domain, like noreply@*")
    try:
        checked = identifier(IdentifierType.EMAIL, "", f"{mailbox}@example.com")
    except ValueError:
        raise ValueError("a pattern is a mailbox at every domain, like noreply@*") from None
    return _compared(checked).rpartition("@")[0] + _ANY_DOMAIN
