from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.subscribing.confirmations import Confirmation, Confirmations

KEY, OLD_KEY = b"k" * 32, b"o" * 32
ASKED = Confirmation("sub_1", "con_1", 1_790_000_000_000)


def test_a_token_says_what_it_was_made_of() -> None:
    token = Confirmations((KEY,)).token(ASKED)
    assert Confirmations((KEY,)).confirmation(token) == ASKED
    assert token.replace("-", "").replace("_", "").isalnum()


def test_tokens_of_an_older_key_still_count_and_new_ones_are_made_with_the_first() -> None:
    rotated = Confirmations((KEY, OLD_KEY))
    assert rotated.confirmation(Confirmations((OLD_KEY,)).token(ASKED)) == ASKED
    assert rotated.token(ASKED) == Confirmations((KEY,)).token(ASKED)


def test_a_token_of_another_key_is_not_ours() -> None:
    with pytest.raises(ValueError, match="is not a token of ours"):
        Confirmations((KEY,)).confirmation(Confirmations((OLD_KEY,)).token(ASKED))
    assert Confirmations.of_this_process().token(ASKED) != Confirmations.of_this_process().token(ASKED)


@given(st.text() | st.binary(max_size=200).map(lambda found: found.hex()))
def test_whatever_was_not_signed_is_not_ours(text: str) -> None:
    with pytest.raises(ValueError, match="is not a token of ours"):
        Confirmations((KEY,)).confirmation(text)


@given(st.data())
def test_no_letter_of_a_token_can_be_another(data: st.DataObject) -> None:
    token = Confirmations((KEY,)).token(ASKED)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("ABCDwxyz0189-_=+ ").filter(lambda each: each != token[place]))
    with pytest.raises(ValueError, match="is not a token of ours"):
        Confirmations((KEY,)).confirmation(token[:place] + other + token[place + 1 :])
