"""The schema's own scalars, as far as the oracle needs them: instants are epoch milliseconds, amounts millionths."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from graphql import GraphQLScalarType, GraphQLSchema, value_from_ast_untyped

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROS = 1_000_000


def instant_text(value: int) -> str:
    instant = _EPOCH + timedelta(milliseconds=value)
    return f"{instant:%Y-%m-%dT%H:%M:%S}.{instant.microsecond // 1000:03d}Z"


def instant_value(text: Any) -> int:
    return (datetime.fromisoformat(text) - _EPOCH) // timedelta(milliseconds=1)


def decimal_text(micros: int) -> str:
    whole, places = f"{abs(micros) // _MICROS}", f"{abs(micros) % _MICROS:06d}"
    while len(places) > 2 and places.endswith("0"):
        places = places[:-1]
    return f"{'-' if micros < 0 else ''}{whole}.{places}"


def micros(value: Any) -> int:
    return int(Decimal(str(value)) * _MICROS)


def teach(schema: GraphQLSchema) -> None:
    _teach(schema, "DateTime", instant_text, instant_value)
    _teach(schema, "Decimal", decimal_text, micros)


def _teach(schema: GraphQLSchema, name: str, say: Any, read: Any) -> None:
    scalar = schema.get_type(name)
    assert isinstance(scalar, GraphQLScalarType)
    # Graphql-core keeps these under two names, of which the newer one is asked first where it was set.
    for said in ("serialize", "coerce_output_value"):
        setattr(scalar, said, say)
    for taken in ("parse_value", "coerce_input_value"):
        setattr(scalar, taken, read)
    for written in ("parse_literal", "coerce_input_literal"):
        setattr(scalar, written, lambda node, *_: read(value_from_ast_untyped(node)))
