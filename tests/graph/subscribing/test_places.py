from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from graph.subscribing.places import changes, lowest_free, with_at, without

LAST = 2**31 - 1
IN_A_ROW = st.integers(0, 8).flatmap(
    lambda length: st.permutations(range(length)).map(lambda order: {f"sub_{n}": at for n, at in enumerate(order)})
)
ANY = st.dictionaries(st.sampled_from([f"sub_{n}" for n in range(6)]), st.integers(0, LAST))


def is_without_holes(places: dict[str, int]) -> bool:
    return sorted(places.values()) == list(range(len(places)))


def order_of(places: dict[str, int], *but: str) -> list[str]:
    return sorted((each for each in places if each not in but), key=lambda each: places[each])


def test_a_new_one_goes_where_it_is_asked_to_and_the_others_make_room() -> None:
    assert with_at({"a": 0, "b": 1}, "c", 0) == {"a": 1, "b": 2, "c": 0}
    assert with_at({"a": 0, "b": 1}, "c", 1) == {"a": 0, "b": 2, "c": 1}
    assert with_at({"a": 0, "b": 1}, "c", 7) == {"a": 0, "b": 1, "c": 2}
    assert with_at({}, "c", 7) == {"c": 0}


def test_one_that_moves_leaves_no_hole() -> None:
    before = {"a": 0, "b": 1, "c": 2}
    assert with_at(before, "a", 2) == {"a": 2, "b": 0, "c": 1}
    assert with_at(before, "c", 0) == {"a": 1, "b": 2, "c": 0}
    assert without(before, "a") == {"b": 0, "c": 1}


@given(IN_A_ROW, st.integers(0, 9), st.integers(0, 12))
def test_numbers_without_holes_stay_so_and_the_others_keep_their_order(
    places: dict[str, int], who: int, at: int
) -> None:
    name = f"sub_{who}"
    after = with_at(places, name, at)
    assert is_without_holes(after)
    assert after[name] == min(at, len(after) - 1)
    assert order_of(after, name) == order_of(places, name)
    assert is_without_holes(without(places, name))


@given(ANY, st.sampled_from([f"sub_{n}" for n in range(6)]), st.integers(0, LAST))
def test_no_place_leaves_the_numbers_that_graphql_has(places: dict[str, int], who: str, at: int) -> None:
    after = with_at(places, who, at)
    assert set(after) == {*places, who}
    assert all(0 <= each <= LAST for each in after.values())
    assert lowest_free(places) <= LAST


def test_only_what_moved_is_written() -> None:
    assert changes({"a": 0, "b": 1}, {"a": 0, "b": 2, "c": 1}) == {"b": 2, "c": 1}
    assert changes({"a": 0}, {"a": 0}) == {}
