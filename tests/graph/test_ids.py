from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.ids import IdPrefix, made_at, new_id, prefix_of


@given(st.integers(0, 2**48), st.integers(0, 2**48))
def test_ids_sort_by_the_millisecond_in_which_they_were_made(one: int, other: int) -> None:
    first, second = new_id(IdPrefix.EVENT, one), new_id(IdPrefix.EVENT, other)

    if one != other:
        assert (first < second) == (one < other)


def test_ten_thousand_ids_of_one_millisecond_are_all_different() -> None:
    assert len({new_id(IdPrefix.PROFILE, 0) for _ in range(10_000)}) == 10_000


def test_every_prefix_is_read_back_from_its_id() -> None:
    assert [prefix_of(new_id(prefix)) for prefix in IdPrefix] == list(IdPrefix)


@given(st.integers(0, 2**50 - 1))
def test_the_millisecond_in_which_it_was_made_is_read_back_from_an_id(milliseconds: int) -> None:
    assert made_at(new_id(IdPrefix.MESSAGE, milliseconds)) == milliseconds


@pytest.mark.parametrize("text", ["", "msg_1", "xyz_01JABCDEFG0123456789ABCDEF", "msg_01jabcdefg0123456789abcdef"])
def test_what_is_no_id_was_made_at_no_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"^is not one of our ids$"):
        made_at(text)


@given(st.text())
def test_any_other_text_names_no_type(text: str) -> None:
    assert prefix_of(text) is None
    assert prefix_of(f"prf_{text}") is None
