from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.money import decimal_from_micros, micros_from_decimal


@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_an_amount_survives_the_way_out_and_back_exactly(micros: int) -> None:
    assert micros_from_decimal(decimal_from_micros(micros)) == micros


@pytest.mark.parametrize(
    ("amount", "micros"), [("2.55", 2_550_000), ("-0.000001", -1), (3, 3_000_000), (Decimal("1E+3"), 10**9)]
)
def test_amounts_become_millionths(amount: str | int | Decimal, micros: int) -> None:
    assert micros_from_decimal(amount) == micros


@pytest.mark.parametrize(
    "amount",
    ["", "abc", "NaN", "Infinity", "0.0000001", "9223372036855", "1e999999", "1." + "0" * 70 + "1", "9" * 5000],
)
def test_what_is_no_exact_amount_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match=r"^(is|has)"):
        micros_from_decimal(amount)


def test_amounts_are_shown_with_at_least_two_places() -> None:
    shown = [decimal_from_micros(each) for each in (2_550_000, 1, 0, -12_500_000)]

    assert shown == ["2.55", "0.000001", "0.00", "-12.50"]
