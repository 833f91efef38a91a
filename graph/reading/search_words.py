"""What somebody types into a search, as what an index is asked for. None where it is nothing of the kind."""

from __future__ import annotations

import re

from graph.vocabulary import IdentifierType

# As the indexes split them into words: people's names at all but letters; products' names as in UAX #29, where an
# apostrophe or a point between letters belongs to the word, and an ideograph is a word by itself.
_NAME = re.compile(r"[^\W\d_]+")
_IDEOGRAPH = "\u3040-\u309f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_IDEOGRAPH}]|[^\W_{_IDEOGRAPH}]+(?:['\u2019._][^\W_{_IDEOGRAPH}]+)*")
_PHONE = re.compile(r"[\d+\-(). ]+")
_SHORTEST_ADDRESS = 3
_FEWEST_DIGITS = 4


def name_beginnings(text: str) -> str | None:
    """A Lucene query for who has, for each word of the text, a name with a word that begins with it."""
    return _query(_NAME.findall(text.lower()))


def word_beginnings(text: str) -> str | None:
    """The same for what a product is called."""
    return _query(_WORD.findall(text.lower()))


def address_beginning(text: str) -> str | None:
    """The beginning of the keys of e-mail addresses that begin so."""
    start = text.strip().lower()
    if len(start) < _SHORTEST_ADDRESS or any(letter.isspace() for letter in start):
        return None
    return f"{IdentifierType.EMAIL}::{start}"


def phone_ending(text: str) -> str | None:
    """The last digits of a phone number, read backwards."""
    digits = "".join(letter for letter in text if letter.isdecimal())
    if not _PHONE.fullmatch(text) or len(digits) < _FEWEST_DIGITS:
        return None
    return digits[::-1]


def beginning(text: str) -> str:
    return text


def _query(words: list[str]) -> str | None:
    return " ".join(f"+{word}*" for word in words) or None
