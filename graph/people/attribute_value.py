"""What a value of each type of attribute may be, how it is kept, and how it is shown.

Inside, a value is plain: a DECIMAL is integer millionths, a DATE ISO text, a DATETIME epoch milliseconds, TAGS a list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from graph.instants import datetime_from_ms, epoch_ms, instant_from_text, text_from_ms
from graph.money import decimal_from_micros, micros_from_decimal
from graph.vocabulary import AttributeType, UserErrorCode

Plain = str | int | bool | list[str]
# As the graph keeps it: days and instants in its own types.
Kept = Plain | date | datetime

LONGEST_TEXT: Final = 1_000
LONGEST_TAG: Final = 100
MOST_TAGS: Final = 100
# The graph's integers have 64 bits.
SMALLEST_INTEGER: Final = -(2**63)
LARGEST_INTEGER: Final = 2**63 - 1
# Millionths have a sign besides, which takes the one number that has no opposite.
LARGEST_MICROS: Final = 2**63 - 1

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Lines and tabs are text. Of a character outside Unicode's text nothing can be kept.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class WrongValue(Exception):
    """A value that an attribute cannot have; `message` is for people, and does not quote the value."""

    def __init__(self, message: str, code: UserErrorCode = UserErrorCode.INVALID) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


def parsed(type_: AttributeType, choices: Sequence[str], given: object) -> Plain:
    """The value as it is kept. Raises WrongValue where it is not of the type: nothing is converted from another one."""
    return _of_choice(choices, given) if type_ is AttributeType.ENUM else _PARSERS[type_](given)


def kept(type_: AttributeType, value: Plain) -> Kept:
    """A plain value as the graph keeps it."""
    if type_ is AttributeType.DATE:
        return date.fromisoformat(str(value))
    return datetime_from_ms(_whole(value)) if type_ is AttributeType.DATETIME else value


def plain(value: Kept) -> Plain:
    """What the graph keeps, as plain as statements answer with it."""
    if isinstance(value, datetime):
        return epoch_ms(value)
    return value.isoformat() if isinstance(value, date) else value


def shown(type_: AttributeType, value: Plain) -> Plain:
    """The value as it leaves: a number of type DECIMAL as text, so that no digit is lost, and times as text."""
    match type_:
        case AttributeType.DECIMAL:
            return decimal_from_micros(_whole(value))
        case AttributeType.DATETIME:
            return text_from_ms(_whole(value))
        case _:
            return value


def text(type_: AttributeType, value: Plain) -> str:
    """For people to read. Tags are joined by commas."""
    found = shown(type_, value)
    if isinstance(found, list):
        return ", ".join(found)
    return str(found).lower() if isinstance(found, bool) else str(found)


def shown_of(pair: Sequence[Any]) -> Plain:
    """As `shown`, of a type's name and a plain value. Raises ValueError where they do not belong together."""
    type_, value = pair
    return shown(AttributeType(type_), value)


def text_of(pair: Sequence[Any]) -> str:
    """As `text`, of a type's name and a plain value. Raises ValueError where they do not belong together."""
    type_, value = pair
    return text(AttributeType(type_), value)


def tags(given: object) -> list[str]:
    """One tag or a list of them, each once, in their order. Raises WrongValue for anything else."""
    listed = given if isinstance(given, list) else [given]
    found = list(dict.fromkeys(_tag(each) for each in listed))
    return few_enough(found)


def few_enough(found: list[str]) -> list[str]:
    """Raises WrongValue for more tags than an attribute may have."""
    if len(found) > MOST_TAGS:
        raise WrongValue(f"May have at most {MOST_TAGS} tags.", UserErrorCode.LIMIT_EXCEEDED)
    return found


def integer(given: object) -> int:
    """Raises WrongValue for what is no integer of 64 bits; one with a decimal point is none."""
    if isinstance(given, bool) or not isinstance(given, int):
        raise WrongValue("Must be an integer.")
    if not SMALLEST_INTEGER <= given <= LARGEST_INTEGER:
        raise WrongValue("Must fit 64 bits.")
    return given


def micros(given: object) -> int:
    """Millionths. Raises WrongValue for floats, which have lost the exact number, and for what is too large or fine."""
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise WrongValue('Must be a decimal number as a string like "12.50", or an integer; never a float.')
    try:
        return micros_from_decimal(given)
    except ValueError as error:
        raise WrongValue(f"The number {error}.") from None


def _string(given: object) -> str:
    if not isinstance(given, str):
        raise WrongValue("Must be a string.")
    if not given.strip():
        raise WrongValue("May not be empty; `unset` takes an attribute away.")
    if len(given) > LONGEST_TEXT:
        raise WrongValue(f"May have at most {LONGEST_TEXT:,} characters.", UserErrorCode.TOO_LONG)
    if _CONTROL.search(given):
        raise WrongValue("Holds characters that cannot be printed.")
    return given


def _boolean(given: object) -> bool:
    if not isinstance(given, bool):
        raise WrongValue("Must be true or false.")
    return given


def _date(given: object) -> str:
    # fromisoformat also takes 20260131 and 2026-W05-6, which nobody means.
    if not isinstance(given, str) or not _DAY.fullmatch(given):
        raise WrongValue("Must be a day like 2026-01-31.")
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError:
        raise WrongValue("There is no such day.") from None


def _instant(given: object) -> int:
    try:
        found = instant_from_text(given if isinstance(given, str) else "")
        # An offset may lead out of the years that can be written down again.
        text_from_ms(found)
    except (ValueError, OverflowError):
        raise WrongValue("Must be a time with an offset, like 2026-01-31T12:00:00Z.") from None
    return found


def _tag_list(given: object) -> list[str]:
    if not isinstance(given, list):
        raise WrongValue("Must be a list of strings.")
    return tags(given)


def _tag(given: object) -> str:
    if not isinstance(given, str) or not given.strip():
        raise WrongValue("A tag is a string that is not empty.")
    if len(given) > LONGEST_TAG:
        raise WrongValue(f"A tag may have {LONGEST_TAG} characters.", UserErrorCode.TOO_LONG)
    if _CONTROL.search(given):
        raise WrongValue("Holds characters that cannot be printed.")
    return given


def _of_choice(choices: Sequence[str], given: object) -> str:
    if not isinstance(given, str) or given not in choices:
        raise WrongValue("Must be one of the values that the attribute was defined with.")
    return given


def _whole(value: Plain) -> int:
    """Raises ValueError for a value that does not belong to a type kept as a number."""
    if not isinstance(value, int):
        raise ValueError("is no number")  # noqa: TRY004  # Whoever reads takes it for a value that cannot be shown.
    return value


_PARSERS: Mapping[AttributeType, Callable[[object], Plain]] = {
    AttributeType.STRING: _string,
    AttributeType.INTEGER: integer,
    AttributeType.DECIMAL: micros,
    AttributeType.BOOLEAN: _boolean,
    AttributeType.DATE: _date,
    AttributeType.DATETIME: _instant,
    AttributeType.TAGS: _tag_list,
}
