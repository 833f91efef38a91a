from __future__ import annotations

from decimal import Decimal

import pytest
from graphql import GraphQLError, GraphQLScalarType

from gateway.schema.api import SCHEMA


def scalar(name: str) -> GraphQLScalarType:
    kind = SCHEMA.graphql.type_map[name]
    assert isinstance(kind, GraphQLScalarType)
    return kind


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("DateTime", "2010-12-01T08:26:00Z", 1_291_191_960_000),
        ("DateTime", "2010-12-01T10:26:00.1239+02:00", 1_291_191_960_123),
        ("Date", "1984-02-29", "1984-02-29"),
        ("Decimal", "12.50", Decimal("12.50")),
        ("Decimal", 12, Decimal(12)),
        ("Decimal", "-0.000001", Decimal("-0.000001")),
        ("JSON", "text", "text"),
        ("JSON", 2**63 - 1, 2**63 - 1),
        ("JSON", False, False),
        ("JSON", ["x", 1, None], ["x", 1, None]),
        ("JSON", {"a": 1, "b": ["x", None, True], "c": 1.5}, {"a": 1, "b": ["x", None, True], "c": 1.5}),
    ],
)
def test_good_input_is_taken_exactly(name: str, given: object, expected: object) -> None:
    assert scalar(name).coerce_input_value(given) == expected


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("DateTime", "2010-12-01T08:26:00"),
        ("DateTime", "2010-12-01"),
        ("DateTime", "yesterday"),
        ("DateTime", 1_291_191_960_000),
        ("DateTime", "9999-12-31T23:59:59-23:59:59.999999"),
        ("Date", "20100101"),
        ("Date", "2010-W05-6"),
        ("Date", "2010-02-30"),
        ("Date", 20100101),
        ("Decimal", 0.1),
        ("Decimal", True),
        ("Decimal", "NaN"),
        ("Decimal", "Infinity"),
        ("Decimal", "1e400"),
        ("Decimal", "0.0000001"),
        ("Decimal", "twelve"),
        ("Decimal", 10**30),
        ("JSON", [[1]]),
        ("JSON", [{"a": 1}]),
        ("JSON", [2**63]),
        ("JSON", 2**63),
        ("JSON", float("nan")),
        ("JSON", "\ud800"),
        ("JSON", "x" * 8_200),
        ("JSON", {"a": {"b": 1}}),
        ("JSON", {"a": [[1]]}),
        ("JSON", {"a": float("inf")}),
        ("JSON", {"a": 2**70}),
        ("JSON", {"a": "x" * 8_200}),
    ],
)
def test_bad_input_is_refused_in_words(name: str, given: object) -> None:
    with pytest.raises(GraphQLError, match=f"^{name} "):
        scalar(name).coerce_input_value(given)


def test_output_that_is_already_json_passes_through() -> None:
    assert scalar("DateTime").coerce_output_value("2010-12-01T08:26:00.000Z") == "2010-12-01T08:26:00.000Z"
    assert scalar("DateTime").coerce_output_value(1_291_191_960_000) == "2010-12-01T08:26:00.000Z"
    assert scalar("Decimal").coerce_output_value("2.55") == "2.55"
    assert scalar("JSON").coerce_output_value({"a": 1}) == {"a": 1}
