from __future__ import annotations

from dataclasses import dataclass
from enum import auto
from typing import Final

from gateway.imports.errors import NotThisFormat
from graph.people.attribute_definition import KEY
from graph.vocabulary import Channel, IdentifierType, Word

IGNORED: Final = "-"

# What a file spells its own way, and the API as behind it; either may be said.
_FIELDS: Final = {
    "first_name": "firstName",
    "last_name": "lastName",
    "birth_date": "birthDate",
    "sex": "sex",
    "locale": "locale",
    "timezone": "timezone",
    "country": "country",
    "city": "city",
}
_FIELD_OF: Final = {**_FIELDS, **{name: name for name in _FIELDS.values()}}
_IDENTIFIERS: Final = {each.lower(): each for each in IdentifierType}
# The kinds of address that are one text. Tokens and chats take more, and JSONL.
ADDRESS_OF: Final = {
    Channel.EMAIL: "email",
    Channel.SMS: "phone",
    Channel.WHATSAPP: "whatsapp",
    Channel.WEBHOOK: "webhook",
}
_MOST_WORDS: Final = 3


class SubscriptionPart(Word):
    """What of a subscription a column says."""

    ADDRESS = auto()
    STATUS = auto()
    OPT_IN_AT = auto()
    OPT_IN_IP = auto()
    OPT_IN_URL = auto()
    OPT_IN_SOURCE = auto()
    OPT_IN_WORDING = auto()
    PRIORITY = auto()
    CATEGORIES = auto()
    CONSENT_EXPIRES_AT = auto()


# What a subscription is taken to say in the places that it leaves out: without a part the column holds the address.
_WITHOUT: Final = ("", "", SubscriptionPart.ADDRESS.lower())


@dataclass(frozen=True, slots=True)
class ToIdentifier:
    type: IdentifierType
    namespace: str


@dataclass(frozen=True, slots=True)
class ToField:
    name: str


@dataclass(frozen=True, slots=True)
class ToAttribute:
    key: str


@dataclass(frozen=True, slots=True)
class ToStatus:
    """That of the person as a whole."""


@dataclass(frozen=True, slots=True)
class ToSubscription:
    resource: str
    channel: Channel
    part: SubscriptionPart


Target = ToIdentifier | ToField | ToAttribute | ToStatus | ToSubscription


def target_of(text: str, resource: str | None = None) -> Target:
    """What a column is mapped to, like `email`, `external:crm`, `attribute:points` or `subscription:news:EMAIL:status`.

    `resource` is meant where a subscription names none. Raises NotThisFormat, which says what may stand there.
    """
    name, _, rest = text.strip().partition(":")
    if name in _IDENTIFIERS:
        return ToIdentifier(_IDENTIFIERS[name], rest)
    if name in _FIELD_OF and not rest:
        return ToField(_FIELD_OF[name])
    if name == "status" and not rest:
        return ToStatus()
    if name == "attribute" and KEY.fullmatch(rest):
        return ToAttribute(rest)
    if name == "subscription":
        return _subscription(text, rest.split(":"), resource)
    raise NotThisFormat(
        f"{text!r} is nothing that a column can be mapped to: an identifier ({', '.join(_IDENTIFIERS)}, where needed "
        f"with a namespace as in external:crm), a field ({', '.join(_FIELDS)}), status, attribute:KEY, "
        f"subscription:RESOURCE:CHANNEL:PART, or {IGNORED}"
    )


def _subscription(text: str, words: list[str], resource: str | None) -> ToSubscription:
    parts = {each.lower(): each for each in SubscriptionPart}
    place, channel, part = (*words, *_WITHOUT[len(words) :])[:_MOST_WORDS]
    if len(words) > _MOST_WORDS or channel not in ADDRESS_OF or part not in parts:
        raise NotThisFormat(
            f"{text!r} is no subscription: subscription:RESOURCE:CHANNEL:PART with one of the channels "
            f"{', '.join(ADDRESS_OF)} and one of the parts {', '.join(parts)}"
        )
    if not (place or resource):
        raise NotThisFormat(f"{text!r} names no resource, and none is meant otherwise")
    return ToSubscription(place or str(resource), Channel(channel), parts[part])
