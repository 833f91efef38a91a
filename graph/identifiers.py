from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from graph.vocabulary import IdentifierType

# A browser or a device is used by whoever sits there: such values link, and never decide beside others.
WEAK_TYPES = frozenset({IdentifierType.COOKIE, IdentifierType.DEVICE})
# Values by which a person can be written to: with one of these a profile is a lead.
CONTACT_TYPES = frozenset(
    {
        IdentifierType.EMAIL,
        IdentifierType.PHONE,
        IdentifierType.TELEGRAM,
        IdentifierType.WHATSAPP,
        IdentifierType.VIBER,
    }
)

_WITHOUT_NAMESPACE = frozenset({IdentifierType.EMAIL, IdentifierType.PHONE})
_PHONE_TYPES = frozenset({IdentifierType.PHONE, IdentifierType.WHATSAPP})
_NAMESPACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LONGEST_VALUE = 512
# Browsers and providers hand out tokens and addresses of any length; an indexed value of the graph ends near 8 kB.
_LONGEST_VALUES = {IdentifierType.PUSH_TOKEN: 2_000, IdentifierType.URL: 2_000}


@dataclass(frozen=True, slots=True)
class IdentifierValue:
    """A checked and normalised value. `key` is unique in the graph; `masked` may be shown to anybody."""

    type: IdentifierType
    namespace: str
    value: str
    key: str
    masked: str
    reversed: str | None

    @property
    def domain(self) -> str | None:
        """What stands behind the @ of an e-mail address, in small letters."""
        return self.key.rpartition("@")[2] if self.type is IdentifierType.EMAIL else None


def identifier(kind: IdentifierType, namespace: str, value: str) -> IdentifierValue:
    """Raises ValueError, whose text never holds the value, where it cannot be an identifier of this type."""
    if kind in _WITHOUT_NAMESPACE:
        if namespace:
            raise ValueError("takes no namespace")
    elif namespace and not _NAMESPACE.fullmatch(namespace):
        raise ValueError("has a namespace that is not made of letters, digits, '.', '_' and '-', 64 at most")
    normalised = _normalised(kind, value)
    # Upper and lower case in front of the @ reach the same mailbox everywhere that matters.
    compared = normalised.lower() if kind is IdentifierType.EMAIL else normalised
    return IdentifierValue(
        type=kind,
        namespace=namespace,
        value=normalised,
        key=f"{kind}:{namespace}:{compared}",
        masked=masked(kind, normalised),
        reversed=normalised[::-1] if kind in _PHONE_TYPES else None,
    )


def identifier_key(kind: IdentifierType, namespace: str, value: str) -> str:
    """The unique key of a value; raises ValueError as `identifier` does."""
    return identifier(kind, namespace, value).key


def domain_of_mail(text: str) -> str:
    """A domain as it stands in e-mail addresses; raises ValueError where none can."""
    try:
        found = identifier(IdentifierType.EMAIL, "", f"a@{text.strip()}").domain
    except ValueError:
        found = None
    if found is None or "@" in text:
        raise ValueError("is not a domain of e-mail addresses")
    return found


def masked(kind: IdentifierType, value: str) -> str:
    """Enough to recognise one's own value by, too little to use another's: `a***@example.com`, `***4567`."""
    if kind is IdentifierType.EMAIL:
        mailbox, _, domain = value.rpartition("@")
        return f"{mailbox[:1]}***@{domain}"
    shown = len(value) // 4
    return f"***{value[-min(shown, 4) :]}" if shown else "***"


def _normalised(kind: IdentifierType, value: str) -> str:
    text = value.strip()
    if not text:
        raise ValueError("is empty")
    longest = _LONGEST_VALUES.get(kind, _LONGEST_VALUE)
    if len(text) > longest:
        raise ValueError(f"is longer than {longest:,} characters")
    if not text.isprintable():
        raise ValueError("holds characters that cannot be printed")
    if kind is IdentifierType.EMAIL:
        return _email(text)
    if kind in _PHONE_TYPES:
        return _phone(text)
    return text


@lru_cache(maxsize=4096)
def _email(text: str) -> str:
    """RFC 5321 with international addresses; the domain is not looked up."""
    try:
        return validate_email(text, check_deliverability=False, strict=True).normalized
    except EmailNotValidError as error:
        raise ValueError("is not an e-mail address") from error


def _phone(text: str) -> str:
    """E.164, so with the country's code: `+442079460000`."""
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException as error:
        raise ValueError("is not a phone number with its country code, like +442079460000") from error
    if not phonenumbers.is_possible_number(number):
        raise ValueError("is not a phone number with its country code, like +442079460000")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
