"""What an attribute is compared with: the type it was defined with says what a given value means.

The type is not known when the statement is written, so a value is sent in every meaning that it may have, by type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from graph.people import attribute_value
from graph.people.attribute_definition import KEY
from graph.people.attribute_value import Plain, WrongValue
from graph.people.facts import property_of
from graph.reading.text import filled
from graph.vocabulary import AttributeType

Meanings = Mapping[str, object]

# In rows, for asking it of a thousand people: of each who has the attribute, its type is looked up.
PRICE: Final = 150

_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,19}")
# Of these there is no more and no less.
_WITHOUT_ORDER = frozenset({AttributeType.BOOLEAN, AttributeType.TAGS})

_PLAIN = "CASE {d}.type WHEN 'DATE' THEN toString({a}) WHEN 'DATETIME' THEN {a}.epochMillis ELSE {a} END"
_COMPARED = {
    "equals": "CASE {d}.type WHEN 'TAGS' THEN {value}.TAGS IN {a} ELSE {plain} = {value}[{d}.type] END",
    "in": "CASE {d}.type WHEN 'TAGS' THEN any({d}t IN {value}.TAGS WHERE {d}t IN {a}) "
    "ELSE {plain} IN {value}[{d}.type] END",
    "over": "{plain} > {value}[{d}.type]",
    "under": "{plain} < {value}[{d}.type]",
}


def compared(comparison: str, person: str, *, name: str, key: str, value: str) -> str:
    """A condition on an attribute of `person`: `name`, `key` and `value` are parameters, the last one Meanings.

    TAGS equal each of their tags. Who does not have the attribute, or not of a fitting type, does not meet it.
    """
    definition, attribute = f"{person}d", f"{person}[{name}]"
    plain = filled(_PLAIN, d=definition, a=attribute)
    condition = filled(_COMPARED[comparison], d=definition, a=attribute, plain=plain, value=value)
    return (
        f"({attribute} IS NOT NULL AND EXISTS {{ MATCH ({definition}:AttributeDefinition {{key: {key}}}) "
        f"WHERE {condition} }})"
    )


def meanings(comparison: str) -> Callable[[Any], Meanings]:
    """Makes of a given value what it is compared with, by type; null where it cannot be of that type."""

    def made(given: Any) -> Meanings:
        if comparison == "in":
            each = [_meanings(value) for value in given]
            return {type_: [one[type_] for one in each if one[type_] is not None] for type_ in AttributeType}
        found = _meanings(given)
        if comparison == "equals":
            return found
        return {type_: None if type_ in _WITHOUT_ORDER else value for type_, value in found.items()}

    return made


def attribute_searched(text: str) -> bool:
    """Whether a search has the form of an attribute's key, a colon and a value."""
    key, colon, value = text.strip().partition(":")
    return bool(colon and value.strip() and KEY.fullmatch(key))


def key_searched(text: str) -> str:
    return text.strip().partition(":")[0]


def property_searched(text: str) -> str:
    return property_of(key_searched(text))


def value_searched(text: str) -> Meanings:
    """The meanings of what stands behind the colon, which somebody typed."""
    value = text.strip().partition(":")[2].strip()
    found = _meanings(value)
    whole = int(value) if _WHOLE_NUMBER.fullmatch(value) else None
    found[AttributeType.INTEGER] = _parsed(AttributeType.INTEGER, whole)
    found[AttributeType.BOOLEAN] = {"true": True, "false": False}.get(value.lower())
    return found


def _meanings(given: object) -> dict[str, object]:
    text = given if isinstance(given, str) else None
    found: dict[str, object] = {
        AttributeType.STRING: text,
        AttributeType.ENUM: text,
        AttributeType.TAGS: text,
        AttributeType.INTEGER: given if isinstance(given, int | float) and not isinstance(given, bool) else None,
        # What is only compared with may be a float: its shortest spelling is meant.
        AttributeType.DECIMAL: _parsed(AttributeType.DECIMAL, str(given) if isinstance(given, float) else given),
    }
    for type_ in (AttributeType.BOOLEAN, AttributeType.DATE, AttributeType.DATETIME):
        found[type_] = _parsed(type_, given)
    return found


def _parsed(type_: AttributeType, given: object) -> Plain | None:
    try:
        return attribute_value.parsed(type_, (), given)
    except WrongValue:
        return None
