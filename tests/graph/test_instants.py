from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.instants import instant_from_text, text_from_ms


@given(st.integers(-62_135_596_800_000, 253_402_300_799_999))
def test_an_instant_survives_the_way_out_and_back(milliseconds: int) -> None:
    assert instant_from_text(text_from_ms(milliseconds)) == milliseconds


def test_an_offset_is_turned_into_utc_and_finer_digits_are_cut() -> None:
    assert text_from_ms(instant_from_text("2010-12-01T08:26:00.123999+02:00")) == "2010-12-01T06:26:00.123Z"


@pytest.mark.parametrize("text", ["", "2010-12-01", "2010-12-01T08:26:00", "yesterday", "2010-13-01T00:00:00Z"])
def test_what_has_no_offset_or_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(is not a time|has no offset)"):
        instant_from_text(text)
