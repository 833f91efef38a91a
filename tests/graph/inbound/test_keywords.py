from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.inbound.keywords import START_WORDS, STOP_WORDS, Keyword, keyword


@pytest.mark.parametrize("word", ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"])
def test_the_carriers_words_stop(word: str) -> None:
    assert keyword(word) is Keyword.STOP


@pytest.mark.parametrize("word", ["START", "YES", "UNSTOP"])
def test_the_carriers_words_start(word: str) -> None:
    assert keyword(word) is Keyword.START


@pytest.mark.parametrize(
    "text",
    [
        "stop",
        "Stop.",
        "  STOP!!\n",
        '"stop"',
        "(Stop)",
        "*stop*",
        "_stop_",
        "…stop…",
        "«Stop»",
        "\u200bstop\u00a0",
        "\uff33\uff34\uff2f\uff30",
    ],
)
def test_case_and_what_stands_around_a_word_do_not_count(text: str) -> None:
    assert keyword(text) is Keyword.STOP


@pytest.mark.parametrize("emoji", ["🛑", "✋\ufe0f", "👋🏽"])
def test_an_emoji_beside_a_word_does_not_count(emoji: str) -> None:
    assert (keyword(f"stop {emoji}"), keyword(f"{emoji}stop")) == (Keyword.STOP, Keyword.STOP)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "?!",
        "\ufe0f",
        "stop it",
        "please stop",
        "stop stop",
        "s top",
        "stopped",
        "non-stop",
        "stop 1",
        "yes please",
    ],
)
def test_anything_but_the_whole_word_says_nothing(text: str) -> None:
    assert keyword(text) is None


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("ARRÊT", "arrêt."),
        ("arrêt", "ARRE\u0302T"),
        ("Stoß", "STOSS"),
        ("ТҰРУ", "тұру"),
        ("ΤΈΛΟΣ", "τέλος"),
        ("बंद करो", " बंद  करो।"),
        ("no more", "No\nmore!"),
    ],
)
def test_words_that_a_resource_adds_count_in_any_script(word: str, text: str) -> None:
    assert keyword(text, more_stop=[word]) is Keyword.STOP
    assert keyword(text, more_start=[word]) is Keyword.START
    assert keyword(text) is None


def test_a_mark_at_the_end_of_a_word_is_part_of_it() -> None:
    assert (keyword("करो", more_stop=["करो"]), keyword("कर", more_stop=["करो"])) == (Keyword.STOP, None)


def test_the_carriers_words_stay_beside_those_that_are_added() -> None:
    assert keyword("stop", more_stop=["basta"], more_start=["dale"]) is Keyword.STOP
    assert keyword("start", more_stop=["basta"], more_start=["dale"]) is Keyword.START


def test_a_word_of_both_lists_stops() -> None:
    assert keyword("yes", more_stop=["Yes"]) is Keyword.STOP
    assert keyword("stop", more_start=["stop"]) is Keyword.STOP


@pytest.mark.parametrize("added", ["", "!!!", " "])
def test_a_word_without_letters_is_none(added: str) -> None:
    assert [keyword(text, more_stop=[added]) for text in ("", "!!!", "?", "hello")] == [None] * 4


@given(st.sampled_from(sorted(STOP_WORDS | START_WORDS)), st.text(st.characters(categories=["P", "S", "Z", "C"])))
def test_no_sign_around_a_word_changes_what_it_says(word: str, signs: str) -> None:
    # Some signs are letters once they are spelled out: "™" is "TM".
    around = "".join(sign for sign in signs if not any(map(str.isalnum, unicodedata.normalize("NFKC", sign))))

    assert keyword(f"{around}{word}{around}") is keyword(word)


@given(st.text())
def test_every_text_says_something_or_nothing(text: str) -> None:
    assert keyword(text) in {None, *Keyword}
