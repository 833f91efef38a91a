"""What callers say about people, and what of it is new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from graph.errors import Refusal, UserError
from graph.instants import datetime_from_ms
from graph.people.attribute_change import AttributeChange, AttributeOperation, applied
from graph.people.attribute_definition import AttributeDefinition
from graph.people.attribute_value import Kept, Plain, WrongValue, kept, plain
from graph.vocabulary import UserErrorCode

MOST_ATTRIBUTES: Final = 200
MOST_CHANGES: Final = 200

_DAY_MS: Final = 86_400_000

# What the properties that hold attributes are called begins so.
ATTRIBUTE: Final = "attr_"
# And those that hold when another one changed.
TIME: Final = "at_"

FieldValue = str | date | None
# Properties by name; None takes one away.
Properties = Mapping[str, Kept | None]


@dataclass(frozen=True, slots=True)
class Facts:
    """`fields` are the profile's own properties by name; one that is absent is left alone, None clears it.

    Attributes change in the order of `attributes`.
    """

    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    attributes: tuple[AttributeChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.fields or self.attributes)

    @property
    def names(self) -> frozenset[str]:
        """The properties that they are about."""
        return frozenset(self.fields) | {property_of(each.key) for each in self.attributes}


NO_FACTS: Final = Facts()


@dataclass(frozen=True, slots=True)
class Present:
    """What a person has of the properties that are asked about, and how many attributes in all."""

    values: Mapping[str, Plain] = field(default_factory=dict)
    attribute_count: int = 0


def property_of(key: str) -> str:
    """Where a profile keeps an attribute."""
    return f"{ATTRIBUTE}{key}"


def time_of(name: str) -> str:
    """Where a profile keeps when a property last changed."""
    return f"{TIME}{name}"


def news(
    facts: Facts, known: Mapping[str, AttributeDefinition], present: Present, now_ms: int
) -> dict[str, Kept | None]:
    """Which properties become different, and what; beside each the time of its change.

    Raises Refusal with all that is wrong, each by its path: NOT_FOUND for an attribute that is not defined, the codes
    of WrongValue, LIMIT_EXCEEDED for more attributes than a person may have, INVALID for a birth to come.
    """
    attributes = _Attributes(known, dict(present.values))
    for position, change in enumerate(facts.attributes):
        attributes.take(position, change)
    if attributes.added > 0 and present.attribute_count + attributes.added > MOST_ATTRIBUTES:
        message = f"A person may have {MOST_ATTRIBUTES} attributes."
        attributes.wrong.append(UserError(UserErrorCode.LIMIT_EXCEEDED, message, ("attributes",)))
    wrong = [*_wrong_fields(facts.fields, now_ms), *attributes.wrong]
    if wrong:
        raise Refusal(*wrong)
    return dated(different({**facts.fields, **attributes.wanted}, present.values), now_ms)


def _wrong_fields(fields: Mapping[str, FieldValue], now_ms: int) -> list[UserError]:
    born = fields.get("birthDate")
    # Somewhere it is tomorrow already.
    if isinstance(born, date) and born > datetime_from_ms(now_ms + _DAY_MS).date():
        return [UserError(UserErrorCode.INVALID, "Is in the future.", ("set", "birthDate"))]
    return []


def different(wanted: Properties, present: Mapping[str, Plain]) -> dict[str, Kept | None]:
    """What of it is not so already."""
    return {
        name: value for name, value in wanted.items() if (None if value is None else plain(value)) != present.get(name)
    }


def dated(properties: Properties, at_ms: int) -> dict[str, Kept | None]:
    """The same with the time of the change beside each."""
    changed_at = datetime_from_ms(at_ms)
    return {**properties, **{time_of(name): changed_at for name in properties}}


@dataclass(slots=True)
class _Attributes:
    """One person's attributes while changes are applied to them one after the other."""

    known: Mapping[str, AttributeDefinition]
    values: dict[str, Plain]
    wanted: dict[str, Kept | None] = field(default_factory=dict)
    added: int = 0
    wrong: list[UserError] = field(default_factory=list)

    def take(self, position: int, change: AttributeChange) -> None:
        path = ("attributes", str(position), change.operation.lower())
        is_unset = change.operation is AttributeOperation.UNSET
        definition = self.known.get(change.key)
        if definition is None:
            where = path if is_unset else (*path, "key")
            self.wrong.append(UserError(UserErrorCode.NOT_FOUND, "No such attribute is defined.", where))
            return
        before = self.values.get(property_of(change.key))
        try:
            after = applied(change, definition.type, definition.values, before)
        except WrongValue as error:
            self.wrong.append(UserError(error.code, error.message, (*path, "value")))
            return
        self.added += (after is not None) - (before is not None)
        self._put(property_of(change.key), definition, after)

    def _put(self, name: str, definition: AttributeDefinition, value: Plain | None) -> None:
        if value is None:
            self.values.pop(name, None)
            self.wanted[name] = None
        else:
            self.values[name] = value
            self.wanted[name] = kept(definition.type, value)
