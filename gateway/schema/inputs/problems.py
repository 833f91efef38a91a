from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, TypeVar

from gateway.schema.inputs.category import CategoryRef
from gateway.schema.references import IdentifierInput, ProfileRef, ResourceRef
from graph.errors import Refusal, UserError
from graph.identifiers import IdentifierValue, identifier
from graph.instants import MOST_AHEAD_MS
from graph.iso import COUNTRIES, LOCALE, time_zones
from graph.people.reference import ProfileReference
from graph.subscribing.resource import CategoryReference, ResourceReference
from graph.vocabulary import UserErrorCode

_LONGEST_TEXT = 200
_MOST_IDENTIFIERS = 20
# Line breaks and tabs are text; joiners within emoji and spaces that do not break are, too, though not "printable".
_LINE_END = re.compile(r"[\t\n\r\x80-\x9f\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

Sound = TypeVar("Sound")


@dataclass(slots=True)
class Problems:
    """Collects everything that is wrong with an input, so that a person mends it in one go.

    Checks return the checked value, or a stand-in where it is wrong: `refuse` comes before anything is used.
    """

    index: int | None = None
    found: list[UserError] = field(default_factory=list)

    def add(self, code: UserErrorCode, message: str, *path: str) -> None:
        self.found.append(UserError(code, message, path or None, self.index))

    def refuse(self) -> None:
        """Raises Refusal where anything was found."""
        if self.found:
            raise Refusal(*self.found)

    def sound(self, value: Sound | None) -> Sound:
        """What a check answered that has no stand-in for a wrong value; raises Refusal where anything was found."""
        self.refuse()
        if value is None:
            raise AssertionError("a check that answers nothing says what is wrong")
        return value

    def not_ahead(self, at_ms: int, now_ms: int, *path: str) -> None:
        if at_ms > now_ms + MOST_AHEAD_MS:
            self.add(UserErrorCode.INVALID, "Is more than 24 hours in the future.", *path)

    def text(self, value: str, *path: str, longest: int = _LONGEST_TEXT) -> str:
        """One line of text that is not empty."""
        stripped = value.strip()
        if not stripped:
            self.add(UserErrorCode.REQUIRED, "May not be empty.", *path)
        elif len(stripped) > longest:
            self.add(UserErrorCode.TOO_LONG, f"May have at most {longest} characters.", *path)
        elif _CONTROL.search(stripped) or _LINE_END.search(stripped):
            self.add(UserErrorCode.INVALID, "Holds line ends or characters that cannot be printed.", *path)
        return stripped

    def words(self, value: str, *path: str, longest: int) -> str:
        """Text of any number of lines, which may be empty."""
        if len(value) > longest:
            self.add(UserErrorCode.TOO_LONG, f"May have at most {longest:,} characters.", *path)
        elif _CONTROL.search(value):
            self.add(UserErrorCode.INVALID, "Holds characters that cannot be printed.", *path)
        return value

    def pattern(self, value: str, pattern: re.Pattern[str], meaning: str, *path: str) -> str:
        if not pattern.fullmatch(value):
            self.add(UserErrorCode.INVALID, f"Must be {meaning}.", *path)
        return value

    def member(self, value: str, allowed: Collection[str], meaning: str, *path: str) -> str:
        if value not in allowed:
            self.add(UserErrorCode.INVALID, f"Must be {meaning}.", *path)
        return value

    def ip(self, value: str, *path: str) -> str:
        """An address of either version, in its shortest spelling."""
        try:
            return str(ip_address(value))
        except ValueError:
            self.add(UserErrorCode.INVALID, "Must be an IP address like 192.0.2.1 or 2001:db8::1.", *path)
            return value

    def locale(self, value: str, *path: str) -> str:
        return self.pattern(value, LOCALE, "a language tag like en-GB", *path)

    def timezone(self, value: str, *path: str) -> str:
        return self.member(value, time_zones(), "an IANA time zone like Europe/London", *path)

    def country(self, value: str, *path: str) -> str:
        return self.member(value, COUNTRIES, "an ISO 3166-1 code like GB", *path)

    def properties(self, given: object, *path: str) -> dict[str, Any]:
        """A flat object; nothing given is an empty one."""
        if given is None:
            return {}
        if not isinstance(given, dict):
            self.add(UserErrorCode.INVALID, "Must be an object.", *path)
            return {}
        return given

    def identifier(self, given: IdentifierInput, *path: str) -> IdentifierValue | None:
        """Whether it stands for nobody the graph knows, which keeps the list of such values."""
        try:
            return identifier(given.type, given.namespace, given.value)
        except ValueError as error:
            self.add(UserErrorCode.INVALID, f"The {given.type} {error}.", *path)
            return None

    def identifiers(self, given: Collection[IdentifierInput], *path: str) -> tuple[IdentifierValue, ...]:
        """At least one, at most twenty, in the places where they were given, so that each can be named by its place."""
        if not given:
            self.add(UserErrorCode.REQUIRED, "At least one identifier is needed.", *path)
        if len(given) > _MOST_IDENTIFIERS:
            self.add(UserErrorCode.LIMIT_EXCEEDED, f"At most {_MOST_IDENTIFIERS} identifiers.", *path)
            return ()
        checked = [self.identifier(each, *path, str(position)) for position, each in enumerate(given)]
        return tuple(each for each in checked if each is not None)

    def profile(self, given: ProfileRef, *path: str) -> ProfileReference:
        if isinstance(given.identifier, IdentifierInput):
            return ProfileReference(identifier=self.identifier(given.identifier, *path, "identifier"))
        return ProfileReference(id=str(given.id))


def resource_reference(given: ResourceRef) -> ResourceReference:
    return ResourceReference(id=_given(given.id), key=_given(given.key))


def category_reference(given: CategoryRef) -> CategoryReference:
    return CategoryReference(id=_given(given.id), key=_given(given.key))


def _given(value: str | None) -> str | None:
    """None for what was left out. Empty text was given, and means nothing that exists."""
    return value if isinstance(value, str) else None
