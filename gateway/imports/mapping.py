from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from gateway.imports.cells import attribute_value, keyed, whole_number
from gateway.imports.errors import NotThisFormat
from gateway.imports.target import (
    ADDRESS_OF,
    IGNORED,
    SubscriptionPart,
    Target,
    ToAttribute,
    ToField,
    ToIdentifier,
    ToStatus,
    ToSubscription,
    target_of,
)
from graph.errors import Refusal, UserError
from graph.vocabulary import AttributeType, Channel, IdentifierType, UserErrorCode

# Columns of a file of rejects, which is mended and imported again.
REJECT_COLUMNS: Final = ("reject_line", "reject_code", "reject_reason")

# How lists call what they hold. Besides these, a column whose name is a target means that.
_USUAL: Final = {
    "email": ("e_mail", "mail", "email_address", "e_mail_address"),
    "phone": ("phone_number", "mobile", "mobile_phone", "tel", "telephone"),
    "first_name": ("firstname", "given_name", "forename", "_fname"),
    "last_name": ("lastname", "surname", "family_name", "_lname"),
    "birth_date": ("birthdate", "birthday", "date_of_birth", "_bdate"),
    "sex": ("gender", "_sex"),
    "timezone": ("time_zone", "_tz"),
    "country": ("country_code", "_country"),
    "city": ("town", "_city"),
    "status": ("_status",),
}
_TARGET_OF: Final = {name: target for target, names in _USUAL.items() for name in names}
_TAKEN_FROM: Final = {
    Channel.EMAIL: IdentifierType.EMAIL,
    Channel.SMS: IdentifierType.PHONE,
    Channel.WHATSAPP: IdentifierType.WHATSAPP,
    Channel.WEBHOOK: IdentifierType.URL,
}
_IN_CAPITALS: Final = frozenset({"sex", "country"})
_EVIDENCE: Final = {
    SubscriptionPart.OPT_IN_AT: "at",
    SubscriptionPart.OPT_IN_IP: "ip",
    SubscriptionPart.OPT_IN_URL: "url",
    SubscriptionPart.OPT_IN_SOURCE: "source",
    SubscriptionPart.OPT_IN_WORDING: "wording",
}


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """What each column of a file means: `targets` by its position, of which one column may have several.

    `types` are those of the attributes, without which a text cannot be told from a number.
    """

    count: int
    targets: tuple[tuple[int, Target], ...]
    types: Mapping[str, AttributeType]

    @classmethod
    def of(
        cls, header: Sequence[str], assigned: Sequence[tuple[str, str]] = (), resource: str | None = None
    ) -> ColumnMapping:
        """`assigned` are columns and targets, which go before what the names of the columns say.

        Raises NotThisFormat that names what is unknown, doubled or missing.
        """
        absent = sorted({column for column, _ in assigned} - set(header))
        if absent:
            raise NotThisFormat(f"the file has no column {', '.join(absent)}")
        targets = [
            (position, target_of(text, resource))
            for position, name in enumerate(header)
            for text in _texts(name, assigned)
            if text != IGNORED
        ]
        _check_targets([target for _, target in targets])
        return cls(len(header), tuple(targets), {})

    @property
    def attribute_keys(self) -> frozenset[str]:
        return frozenset(target.key for _, target in self.targets if isinstance(target, ToAttribute))

    def with_types(self, types: Mapping[str, AttributeType]) -> ColumnMapping:
        """Raises NotThisFormat for an attribute that is not defined."""
        unknown = sorted(self.attribute_keys - types.keys())
        if unknown:
            raise NotThisFormat(f"no such attribute is defined: {', '.join(unknown)}")
        return replace(self, types=types)

    def row(self, fields: Sequence[str]) -> dict[str, Any]:
        """The row as `importProfiles` takes it; an empty cell says nothing.

        Raises Refusal where there are more or fewer cells than columns.
        """
        if len(fields) != self.count:
            message = f"The number of its columns is {len(fields)} instead of {self.count}."
            raise Refusal(UserError(UserErrorCode.INVALID, message))
        said = [(target, fields[position].strip()) for position, target in self.targets]
        cells = [(target, text) for target, text in said if text]
        return {
            "identifiers": [
                {"type": target.type.value, "namespace": target.namespace, "value": text}
                for target, text in cells
                if isinstance(target, ToIdentifier)
            ],
            "set": {
                target.name: text.upper() if target.name in _IN_CAPITALS else text
                for target, text in cells
                if isinstance(target, ToField)
            },
            "attributes": [
                {"set": {"key": target.key, "value": attribute_value(self.types[target.key], text)}}
                for target, text in cells
                if isinstance(target, ToAttribute)
            ],
            "status": next((text for target, text in cells if isinstance(target, ToStatus)), None),
            "subscriptions": list(_subscriptions(said)),
        }


def _texts(name: str, assigned: Sequence[tuple[str, str]]) -> list[str]:
    given = [text for column, text in assigned if column == name]
    return given or [_by_name(name)]


def _by_name(name: str) -> str:
    if name in REJECT_COLUMNS:
        return IGNORED
    plain = name.lower().replace(" ", "_").replace("-", "_")
    try:
        target_of(plain)
    except NotThisFormat:
        # The key of a resource and the name of a channel are as they are spelled.
        return _TARGET_OF.get(plain, name)
    return plain


def _check_targets(targets: Sequence[Target]) -> None:
    if not any(isinstance(target, ToIdentifier) for target in targets):
        raise NotThisFormat("no column says who it is: map one to an identifier like email or external:crm")
    single = Counter(target for target in targets if not isinstance(target, ToIdentifier))
    if any(count > 1 for count in single.values()):
        raise NotThisFormat("two columns are mapped to the same, and only an identifier can come more than once")
    parts: dict[tuple[str, Channel], set[SubscriptionPart]] = {}
    for target in single:
        if isinstance(target, ToSubscription):
            parts.setdefault((target.resource, target.channel), set()).add(target.part)
    for (resource, channel), found in parts.items():
        if not found & {SubscriptionPart.ADDRESS, SubscriptionPart.STATUS}:
            raise NotThisFormat(f"subscription:{resource}:{channel} needs a column for its status, or for its address")


def _subscriptions(said: Sequence[tuple[Target, str]]) -> Iterator[dict[str, Any]]:
    groups: dict[tuple[str, Channel], dict[SubscriptionPart, str]] = {}
    identifiers: dict[IdentifierType, str] = {}
    for target, text in said:
        if isinstance(target, ToSubscription):
            groups.setdefault((target.resource, target.channel), {})[target.part] = text
        elif isinstance(target, ToIdentifier) and text:
            identifiers.setdefault(target.type, text)
    for (resource, channel), cells in groups.items():
        # Whoever has an empty status, or no address where a column is for it, did not subscribe.
        if cells.get(SubscriptionPart.STATUS) == "" or cells.get(SubscriptionPart.ADDRESS) == "":
            continue
        address = cells.get(SubscriptionPart.ADDRESS) or identifiers.get(_TAKEN_FROM[channel], "")
        yield _subscription(resource, channel, address, {part: text for part, text in cells.items() if text})


def _subscription(
    resource: str, channel: Channel, address: str, cells: Mapping[SubscriptionPart, str]
) -> dict[str, Any]:
    given: dict[str, Any] = {"resource": {"key": resource}, "address": {ADDRESS_OF[channel]: address}}
    evidence = {name: cells[part] for part, name in _EVIDENCE.items() if part in cells}
    if evidence:
        given["optIn"] = evidence
    if SubscriptionPart.STATUS in cells:
        given["status"] = cells[SubscriptionPart.STATUS]
    if SubscriptionPart.PRIORITY in cells:
        given["priority"] = whole_number(cells[SubscriptionPart.PRIORITY])
    if SubscriptionPart.CATEGORIES in cells:
        given["categories"] = [{"key": key} for key in keyed(cells[SubscriptionPart.CATEGORIES])]
    if SubscriptionPart.CONSENT_EXPIRES_AT in cells:
        given["consentExpiresAt"] = cells[SubscriptionPart.CONSENT_EXPIRES_AT]
    return given
