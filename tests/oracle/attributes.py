"""A person's attributes, in the contract's words: what a value means to the type that an attribute was defined with."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.oracle import words
from tests.oracle.scalars import decimal_text, instant_text, instant_value, micros
from tests.oracle.world import Person

_SEARCH = re.compile(r"\s*([a-z][a-z0-9_]{0,39}):(.*\S.*)", re.DOTALL)


def shown(person: Person, key: str) -> dict[str, Any] | None:
    """None where the person does not have it, or nobody defined it."""
    kind = words.ATTRIBUTE_TYPES.get(key)
    if kind is None or key not in person.attributes:
        return None
    value = _value(kind, person.attributes[key])
    return {"key": key, "type": kind, "value": value, "text": _text(value), "updatedAt": person.attributes_at[key]}


def _value(kind: str, spelled: Any) -> Any:
    if kind == "DECIMAL":
        return decimal_text(micros(spelled))
    return instant_text(instant_value(spelled)) if kind == "DATETIME" else spelled


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def equals(person: Person, key: str, wanted: Any) -> bool:
    kind = words.ATTRIBUTE_TYPES.get(key)
    if kind is None or key not in person.attributes:
        return False
    if kind == "TAGS":
        return wanted in person.attributes[key]
    meant = _meant(kind, wanted)
    return meant is not None and meant == _meant(kind, person.attributes[key])


def compares(person: Person, key: str, wanted: Any, holds: Callable[[Any, Any], bool]) -> bool:
    kind = words.ATTRIBUTE_TYPES.get(key)
    if kind in {None, "BOOLEAN", "TAGS"} or key not in person.attributes:
        return False
    meant = _meant(str(kind), wanted)
    return meant is not None and holds(_meant(str(kind), person.attributes[key]), meant)


def searched(text: str) -> tuple[str, str] | None:
    """The key and the value that a search asks for; None for a search of another form."""
    found = _SEARCH.fullmatch(text)
    return (found[1], found[2].strip()) if found else None


def is_found(person: Person, key: str, typed: str) -> bool:
    kind = words.ATTRIBUTE_TYPES.get(key)
    if kind == "INTEGER":
        return re.fullmatch(r"-?[0-9]{1,19}", typed) is not None and equals(person, key, int(typed))
    if kind == "BOOLEAN":
        return typed.lower() in {"true", "false"} and equals(person, key, typed.lower() == "true")
    return equals(person, key, typed)


def _meant(kind: str, given: Any) -> Any:
    try:
        return _MEANINGS[kind](given)
    except (ValueError, TypeError, InvalidOperation):
        return None


def _text_only(given: Any) -> str:
    if not isinstance(given, str):
        raise TypeError
    return given


def _number(given: Any) -> Any:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise TypeError
    return given


def _decimal(given: Any) -> Decimal:
    if isinstance(given, bool):
        raise TypeError
    found = Decimal(str(given))
    if not found.is_finite() or found != found.quantize(Decimal("0.000001")):
        raise ValueError
    return found


def _boolean(given: Any) -> bool:
    if not isinstance(given, bool):
        raise TypeError
    return given


def _day(given: Any) -> date:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", _text_only(given)) is None:
        raise ValueError
    return date.fromisoformat(given)


def _instant(given: Any) -> int:
    if datetime.fromisoformat(_text_only(given)).utcoffset() is None:
        raise ValueError
    return instant_value(given)


_MEANINGS: Mapping[str, Callable[[Any], Any]] = {
    "STRING": _text_only,
    "ENUM": _text_only,
    "INTEGER": _number,
    "DECIMAL": _decimal,
    "BOOLEAN": _boolean,
    "DATE": _day,
    "DATETIME": _instant,
}
