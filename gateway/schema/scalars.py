from __future__ import annotations

import math
import re
from datetime import date
from decimal import Decimal
from typing import NewType

import orjson
import strawberry
from graphql import GraphQLError

from graph.instants import instant_from_text, text_from_ms
from graph.money import micros_from_decimal

# An instant is epoch milliseconds inside, as it is in the graph.
DateTime = NewType("DateTime", int)
# A calendar day is ISO text inside; the graph turns it into its own type.
Date = NewType("Date", str)
JSON = NewType("JSON", object)

# The graph's integers have a sign; what is kept as text within an object may do without.
_LARGEST_INTEGER = 2**63 - 1
_LARGEST_JSON_BYTES = 8 * 1024
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _instant(value: object) -> int:
    if not isinstance(value, str):
        raise GraphQLError("DateTime must be a string like 2026-01-31T12:00:00Z.")
    try:
        instant = instant_from_text(value)
        # An offset may lead out of the years that can be written down again.
        text_from_ms(instant)
    except (ValueError, OverflowError) as error:
        raise GraphQLError(f"DateTime {error}.") from None
    return instant


def _instant_text(value: object) -> str:
    return text_from_ms(value) if isinstance(value, int) else str(value)


def _day(value: object) -> str:
    # fromisoformat also takes 20260131 and 2026-W05-6, which nobody means.
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise GraphQLError("Date must be a string like 2026-01-31.")
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError as error:
        raise GraphQLError(f"Date is wrong: {error}.") from None


def _decimal(value: object) -> Decimal:
    # bool is an int to Python; a float has already lost the exact amount.
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise GraphQLError('Decimal must be a string like "12.50" or an integer, never a float.')
    try:
        micros_from_decimal(value)
    except ValueError as error:
        raise GraphQLError(f"Decimal {error}.") from None
    return Decimal(value)


def _flat_json(value: object) -> object:
    if isinstance(value, dict):
        for name, member in value.items():
            if not _is_scalar_or_list(member):
                raise GraphQLError(f"JSON must be flat: {name!r} is neither a scalar nor a list of scalars.")
    elif not _is_scalar_or_list(value):
        raise GraphQLError("JSON must be a scalar, a list of scalars or a flat object.")
    try:
        size = len(orjson.dumps(value))
    except orjson.JSONEncodeError:
        raise GraphQLError("JSON holds a number of more than 64 bits, or text that is not Unicode.") from None
    numbers = [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, int)]
    if any(each > _LARGEST_INTEGER for each in numbers):
        raise GraphQLError("JSON holds a number of more than 64 bits.")
    if size > _LARGEST_JSON_BYTES:
        raise GraphQLError(f"JSON may have {_LARGEST_JSON_BYTES} bytes, this has {size}.")
    return value


def _is_scalar_or_list(value: object) -> bool:
    return all(_is_scalar(each) for each in value) if isinstance(value, list) else _is_scalar(value)


def _is_scalar(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, str | int | bool)


def _unchanged(value: object) -> object:
    return value


SCALARS: dict[object, strawberry.types.scalar.ScalarDefinition] = {
    DateTime: strawberry.scalar(
        name="DateTime",
        description="An instant in RFC 3339. Input needs an offset from UTC and is cut to milliseconds; output is UTC, "
        "like `2010-12-01T08:26:00.000Z`.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=_instant_text,
        parse_value=_instant,
    ),
    Date: strawberry.scalar(
        name="Date",
        description="A calendar day like `1984-02-29`.",
        serialize=str,
        parse_value=_day,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact number as a string, like `"12.50"`, with at most six decimal places. Input takes strings '
        "and integers, never floats.",
        serialize=str,
        parse_value=_decimal,
    ),
    JSON: strawberry.scalar(
        name="JSON",
        description="As an input a scalar, a list of scalars, or a flat object of both, 8 KB at most. An answer may be "
        "any JSON.",
        serialize=_unchanged,
        parse_value=_flat_json,
    ),
}
