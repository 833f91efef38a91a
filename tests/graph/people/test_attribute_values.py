"""Tables of what each type of attribute takes, keeps and shows, and of what operations make of it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from graph.people import attribute_value
from graph.people.attribute_change import AttributeChange, AttributeOperation, applied
from graph.people.attribute_value import Kept, Plain, WrongValue
from graph.vocabulary import AttributeType, UserErrorCode

STRING, INTEGER, DECIMAL = AttributeType.STRING, AttributeType.INTEGER, AttributeType.DECIMAL
BOOLEAN, DATE, DATETIME = AttributeType.BOOLEAN, AttributeType.DATE, AttributeType.DATETIME
TAGS, ENUM = AttributeType.TAGS, AttributeType.ENUM
CHOICES = ("gold", "silver")
NOON = 1_769_860_800_000


@pytest.mark.parametrize(
    ("type_", "given", "plain", "shown", "text"),
    [
        (STRING, "Ünï\ncode", "Ünï\ncode", "Ünï\ncode", "Ünï\ncode"),
        (STRING, " kept as it is ", " kept as it is ", " kept as it is ", " kept as it is "),
        (STRING, "x" * 1_000, "x" * 1_000, "x" * 1_000, "x" * 1_000),
        (INTEGER, 2**63 - 1, 2**63 - 1, 2**63 - 1, "9223372036854775807"),
        (INTEGER, -(2**63), -(2**63), -(2**63), "-9223372036854775808"),
        (DECIMAL, "12.5", 12_500_000, "12.50", "12.50"),
        (DECIMAL, 3, 3_000_000, "3.00", "3.00"),
        (DECIMAL, "-0.000001", -1, "-0.000001", "-0.000001"),
        (BOOLEAN, True, True, True, "true"),
        (BOOLEAN, False, False, False, "false"),
        (DATE, "2024-02-29", "2024-02-29", "2024-02-29", "2024-02-29"),
        (DATETIME, "2026-01-31T13:00:00.0009+01:00", NOON, "2026-01-31T12:00:00.000Z", "2026-01-31T12:00:00.000Z"),
        (TAGS, ["b", "a", "b"], ["b", "a"], ["b", "a"], "b, a"),
        (TAGS, [], [], [], ""),
        (ENUM, "gold", "gold", "gold", "gold"),
    ],
)
def test_a_value_is_kept_and_shown(type_: AttributeType, given: object, plain: Plain, shown: Plain, text: str) -> None:
    found = attribute_value.parsed(type_, CHOICES, given)

    assert found == plain
    assert type(found) is type(plain)
    assert attribute_value.shown(type_, found) == shown
    assert attribute_value.text(type_, found) == text
    assert attribute_value.plain(attribute_value.kept(type_, found)) == plain


@pytest.mark.parametrize(
    ("type_", "value", "kept"),
    [
        (DATE, "2024-02-29", date(2024, 2, 29)),
        (DATETIME, NOON + 1, datetime(2026, 1, 31, 12, 0, 0, 1_000, tzinfo=UTC)),
        (DECIMAL, 5, 5),
    ],
)
def test_days_and_instants_are_the_graphs_own(type_: AttributeType, value: Plain, kept: Kept) -> None:
    assert attribute_value.kept(type_, value) == kept


@pytest.mark.parametrize(
    ("type_", "given", "code"),
    [
        (STRING, 1, UserErrorCode.INVALID),
        (STRING, None, UserErrorCode.INVALID),
        (STRING, "", UserErrorCode.INVALID),
        (STRING, " ", UserErrorCode.INVALID),
        (STRING, "bell\a", UserErrorCode.INVALID),
        (STRING, "half \ud800", UserErrorCode.INVALID),
        (STRING, "x" * 1_001, UserErrorCode.TOO_LONG),
        (INTEGER, "1", UserErrorCode.INVALID),
        (INTEGER, 1.0, UserErrorCode.INVALID),
        (INTEGER, True, UserErrorCode.INVALID),
        (INTEGER, 2**63, UserErrorCode.INVALID),
        (INTEGER, -(2**63) - 1, UserErrorCode.INVALID),
        (DECIMAL, 1.5, UserErrorCode.INVALID),
        (DECIMAL, float("nan"), UserErrorCode.INVALID),
        (DECIMAL, "NaN", UserErrorCode.INVALID),
        (DECIMAL, "Infinity", UserErrorCode.INVALID),
        (DECIMAL, "1.0000001", UserErrorCode.INVALID),
        (DECIMAL, 2**63, UserErrorCode.INVALID),
        (DECIMAL, True, UserErrorCode.INVALID),
        (DECIMAL, "one", UserErrorCode.INVALID),
        (BOOLEAN, 1, UserErrorCode.INVALID),
        (BOOLEAN, "true", UserErrorCode.INVALID),
        (DATE, "2025-02-29", UserErrorCode.INVALID),
        (DATE, "20260131", UserErrorCode.INVALID),
        (DATE, "2026-01-31T00:00:00Z", UserErrorCode.INVALID),
        (DATETIME, "2026-01-31T12:00:00", UserErrorCode.INVALID),
        (DATETIME, "2026-01-31", UserErrorCode.INVALID),
        (DATETIME, "0001-01-01T00:00:00+10:00", UserErrorCode.INVALID),
        (DATETIME, 5, UserErrorCode.INVALID),
        (TAGS, "a", UserErrorCode.INVALID),
        (TAGS, ["a", 1], UserErrorCode.INVALID),
        (TAGS, ["a", ""], UserErrorCode.INVALID),
        (TAGS, ["x" * 101], UserErrorCode.TOO_LONG),
        (TAGS, [str(number) for number in range(101)], UserErrorCode.LIMIT_EXCEEDED),
        (TAGS, {"a": 1}, UserErrorCode.INVALID),
        (ENUM, "Gold", UserErrorCode.INVALID),
        (ENUM, 1, UserErrorCode.INVALID),
    ],
)
def test_a_value_of_another_kind_is_refused_without_being_quoted(
    type_: AttributeType, given: object, code: UserErrorCode
) -> None:
    with pytest.raises(WrongValue) as wrong:
        attribute_value.parsed(type_, CHOICES, given)

    assert wrong.value.code is code


@pytest.mark.parametrize(
    ("type_", "operation", "given", "present", "after"),
    [
        (STRING, "SET", "new", "old", "new"),
        (STRING, "UNSET", None, "old", None),
        (STRING, "UNSET", None, None, None),
        (INTEGER, "INCREMENT", 2, 40, 42),
        (INTEGER, "INCREMENT", -2, None, -2),
        (DECIMAL, "INCREMENT", "0.000001", 1, 2),
        (DECIMAL, "INCREMENT", 1, None, 1_000_000),
        (TAGS, "ADD", ["c", "a"], ["b", "a"], ["b", "a", "c"]),
        (TAGS, "ADD", "c", None, ["c"]),
        (TAGS, "REMOVE", ["b", "x"], ["b", "a"], ["a"]),
        (TAGS, "REMOVE", "a", ["a"], []),
        (TAGS, "REMOVE", "a", None, None),
        (ENUM, "SET", "silver", "gold", "silver"),
    ],
)
def test_an_operation_makes_of_what_is_there(
    type_: AttributeType, operation: str, given: object, present: Plain | None, after: Plain | None
) -> None:
    change = AttributeChange(AttributeOperation(operation), "key", given)

    assert applied(change, type_, CHOICES, present) == after


@pytest.mark.parametrize(
    ("type_", "operation", "given", "present"),
    [
        (STRING, "INCREMENT", 1, "old"),
        (BOOLEAN, "INCREMENT", 1, True),
        (DATE, "INCREMENT", 1, "2024-02-29"),
        (STRING, "ADD", "a", "old"),
        (ENUM, "REMOVE", "gold", "gold"),
        (INTEGER, "INCREMENT", 1, 2**63 - 1),
        (INTEGER, "INCREMENT", -1, -(2**63)),
        (INTEGER, "INCREMENT", 1.0, 1),
        (DECIMAL, "INCREMENT", "0.000001", 2**63 - 1),
        (DECIMAL, "INCREMENT", "-0.000001", -(2**63) + 1),
        (DECIMAL, "INCREMENT", 0.1, 1),
        (TAGS, "ADD", ["x"], [str(number) for number in range(100)]),
        (TAGS, "ADD", 1, []),
        (TAGS, "REMOVE", [None], ["a"]),
    ],
)
def test_an_operation_that_cannot_be_done_is_refused(
    type_: AttributeType, operation: str, given: object, present: Plain | None
) -> None:
    with pytest.raises(WrongValue):
        applied(AttributeChange(AttributeOperation(operation), "key", given), type_, CHOICES, present)
